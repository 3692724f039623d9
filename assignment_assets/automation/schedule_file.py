"""The file that the quarterly schedule runs with: where it lies, what it says, what is wrong with it."""

import tomllib
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from zoneinfo import available_timezones

# Dagster's own reading of a cron line, and private: its version is pinned
from dagster._utils.schedules import is_valid_cron_string, schedule_execution_time_iterator

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.setup.schedule import WITHOUT_A_FILE, Schedule, When, read_schedule
from assignment_assets.io.folders import PROJECT
from assignment_assets.io.settings import EXAMPLE, read_settings, settings_path


@dataclass(frozen=True)
class ScheduleFile:
    """The schedule in force; `is_there` is false where no file says it and the defaults hold."""

    path: Path
    schedule: Schedule
    is_there: bool

    @property
    def said_by(self) -> str:
        """Where the run config comes from, in words."""
        if self.is_there:
            return f"from {self.path.name}"
        return f"with the default run config: there is no {self.path.name}"


def read_schedule_file() -> ScheduleFile:
    """The schedule of ``ASSIGNMENT_SCHEDULE`` or `[schedule] path`, else of ``schedule.toml`` beside the settings,
    else the defaults.

    Raises
    ------
    InvalidInput
        A file that is named is not there, is no TOML, or has wrong entries; every one is listed.
    SourceUnavailable
        The settings are not there.
    """
    named, settings = read_settings().schedule.path, settings_path()
    path = Path(named) if named else (PROJECT if settings == EXAMPLE else settings.parent) / "schedule.toml"
    if not path.is_file():
        if named:
            expected = "the file that [schedule] path in the settings or ASSIGNMENT_SCHEDULE names"
            fault = Fault(path.name, "it is not there", expected, "Copy examples/schedule.toml there.")
            raise InvalidInput("schedule", [fault])
        return ScheduleFile(path, WITHOUT_A_FILE, False)
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        fault = Fault(path.name, f"not readable as TOML ({error})", "a schedule", "Start from examples/schedule.toml.")
        raise InvalidInput("schedule", [fault]) from error
    schedule, faults = read_schedule(content)
    faults += when_faults(schedule.when)
    if faults:
        raise InvalidInput(f"schedule {path.name}", faults)
    return ScheduleFile(path, schedule, True)


def when_faults(when: When) -> list[Fault]:
    """What is wrong with the times of a schedule."""
    faults = []
    if not is_valid_cron_string(when.cron):
        faults.append(
            Fault(
                "schedule, when.cron",
                f"{when.cron!r}",
                "minute, hour, day, month and weekday, as cron has them",
                'Write "0 6 1 1,4,7,10 *" for six in the morning of each quarter\'s first day.',
            )
        )
    if when.timezone not in available_timezones():
        faults.append(
            Fault("schedule, when.timezone", f"{when.timezone!r}", "a zone such as America/New_York", "Correct it.")
        )
    return faults


def next_start(when: When, now: datetime) -> datetime:
    """When the schedule starts next after `now` (with a zone), in the schedule's own zone."""
    return next(schedule_execution_time_iterator(now.timestamp() + 1, when.cron, when.timezone))
