"""What opens a quarter by itself: when, and with which run config. Growth Strategy keeps it in a file."""

from collections.abc import Mapping
from datetime import date
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.setup.run_config import RunConfig, model_faults
from assignment_assets.domain.setup.run_config_faults import config_faults

BY_ITSELF = "schedule every_quarter"
"""Who opens a cycle where there is no file."""
_ANY_DAY = date(2026, 10, 1)


class When(BaseModel):
    """When the schedule starts."""

    model_config = ConfigDict(extra="forbid")

    cron: str = Field("0 6 1 1,4,7,10 *", description="Minute, hour, day, month and weekday, as cron has them.")
    timezone: str = Field("America/New_York", description="Whose clock that is, such as Europe/Berlin.")


class Schedule(BaseModel):
    """The schedule's file: ``[when]``, and ``[run_config]`` with the fields of a cycle but the day."""

    model_config = ConfigDict(extra="forbid")

    when: When = When()
    run_config: RunConfig = RunConfig()

    def config_of(self, day: date) -> RunConfig:
        """The run config of the cycle that begins on this day; as nobody looks on, it stops where its sources jump."""
        return self.run_config.model_copy(update={"as_of": day.isoformat(), "stop_on_jumps": True})


WITHOUT_A_FILE = Schedule(run_config=RunConfig(opened_by=BY_ITSELF))


def read_schedule(content: Mapping[str, Any]) -> tuple[Schedule, list[Fault]]:
    """The schedule that a file's TOML holds, and everything that is wrong with it.

    An entry with a fault counts as not given, so that the others are judged too.
    """
    given = {part: _days_as_text(entries) for part, entries in content.items()}
    faults: list[Fault] = []
    try:
        schedule = Schedule.model_validate(given)
    except ValidationError as error:
        faults += model_faults(error.errors(), "schedule")
        schedule = Schedule.model_validate(_without(given, error))
    if schedule.run_config.as_of:
        expected = "nothing: it is the day on which the schedule starts"
        faults.append(Fault("schedule, run_config.as_of", f"it is {schedule.run_config.as_of}", expected, "Remove it."))
    if "stop_on_jumps" in schedule.run_config.model_fields_set and not schedule.run_config.stop_on_jumps:
        expected = "true or nothing: a cycle that the schedule opens stops where its sources jump"
        faults.append(Fault("schedule, run_config.stop_on_jumps", "it is false", expected, "Remove it."))
    told = {fault.where for fault in faults}
    for fault in config_faults(schedule.config_of(_ANY_DAY)):
        where = fault.where.replace("run config, ", "schedule, run_config.", 1)
        if where not in told:
            faults.append(Fault(where, fault.found, fault.expected, fault.remedy))
    return schedule, faults


def _days_as_text(entries: Any) -> Any:
    if not isinstance(entries, dict):
        return entries
    return {name: value.isoformat() if isinstance(value, date) else value for name, value in entries.items()}


def _without(given: Mapping[str, Any], error: ValidationError) -> dict[str, Any]:
    """What is given but the entries that have a fault."""
    wrong = {each["loc"][:2] for each in error.errors()}
    whole = {place[0] for place in wrong if len(place) == 1}
    return {
        part: {name: value for name, value in entries.items() if (part, name) not in wrong}
        for part, entries in given.items()
        if part not in whole
    }
