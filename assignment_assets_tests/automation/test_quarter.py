"""The schedule opens quarters with what Growth Strategy's file says at that moment, or says what is wrong with it."""

import json
import shutil
from datetime import UTC, datetime

import dagster as dg
import pytest
from click.testing import CliRunner

from assignment_assets.automation.quarter import every_quarter, quarter_schedule
from assignment_assets.cli import main
from assignment_assets.domain.errors import InvalidInput
from assignment_assets.io.folders import PROJECT

OCTOBER, JANUARY = datetime(2026, 10, 1, 10, tzinfo=UTC), datetime(2027, 1, 1, 11, tzinfo=UTC)
OLIVIA = "olivia.grant@example.com"
WRONG = """
[when]
cron = "at dawn"
timezone = "Mars"
[run_config]
as_of = 2026-10-01
opened_by = ""
book_sise = 90
book_size = 500
lock_days = "seven"
"""


@pytest.fixture
def dagster(tmp_path):
    """A Dagster instance that keeps its partitions."""
    with dg.instance_for_test(temp_dir=str(tmp_path)) as instance:
        yield instance


@pytest.fixture
def file(tmp_path, monkeypatch):
    """Where the schedule's file is looked for: beside the settings. It is not there yet."""
    monkeypatch.setenv("ASSIGNMENT_DATA", str(tmp_path / "data"))
    monkeypatch.setenv("ASSIGNMENT_SETTINGS", str(tmp_path / "settings.toml"))
    monkeypatch.delenv("ASSIGNMENT_SCHEDULE", raising=False)
    shutil.copy(PROJECT / "examples" / "settings.toml", tmp_path)
    return tmp_path / "schedule.toml"


def tick(schedule, dagster, at=OCTOBER):
    return schedule(dg.build_schedule_context(instance=dagster, scheduled_execution_time=at))


def config_of(request):
    return request.run_config["ops"]["run_config"]["config"]


def said(*words, code=0):
    result = CliRunner().invoke(main, words)
    assert result.exit_code == code, result.output
    return result.output


def test_without_a_file_the_quarter_is_opened_once_with_the_defaults_and_that_is_said(dagster, file):
    request = tick(every_quarter, dagster)
    assert (request.run_key, request.partition_key) == ("2026q4-global", "2026q4-global")
    assert config_of(request)["as_of"] == "2026-10-01"
    assert config_of(request)["opened_by"] == "schedule every_quarter"
    assert request.tags == {"run_config": "with the default run config: there is no schedule.toml"}
    assert dagster.get_dynamic_partitions("cycle") == ["2026q4-global"]
    assert tick(every_quarter, dagster).skip_message == "2026q4-global is open already"


def test_the_schedule_keeps_new_yorks_mornings_and_is_off_until_switched_on(file):
    schedule = quarter_schedule()
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 1 1,4,7,10 *", "America/New_York")
    assert schedule.default_status == dg.DefaultScheduleStatus.STOPPED
    assert "there is no schedule.toml" in schedule.description
    assert schedule.metadata["file"].value == "none: defaults"


def test_the_file_says_when_and_with_what_and_the_schedule_shows_it(dagster, file):
    file.write_text(
        '[when]\ncron = "0 6 2 * *"\ntimezone = "Asia/Tokyo"\n'
        f'[run_config]\nopened_by = "{OLIVIA}"\nbook_size = 90\nwrite_not_before = 2026-10-15\n'
        "[run_config.capacities]\nr1 = 60\n"
    )
    schedule = quarter_schedule()
    assert (schedule.cron_schedule, schedule.execution_timezone) == ("0 6 2 * *", "Asia/Tokyo")
    assert "It runs from schedule.toml, read anew at each tick" in schedule.description
    assert schedule.metadata["file"].value == str(file)
    assert json.loads(schedule.metadata["not the default"].value)["book_size"] == "90"
    assert schedule.metadata["run config"].value["capacities"] == {"r1": 60}
    in_tokyo = datetime(2026, 9, 30, 21, tzinfo=UTC)  # the morning of October there
    request = tick(schedule, dagster, in_tokyo)
    assert request.partition_key == "2026q4-global"
    config = config_of(request)
    assert (config["as_of"], config["opened_by"], config["book_size"]) == ("2026-10-01", OLIVIA, 90)
    assert (config["capacities"], config["write_not_before"]) == ({"r1": 60}, "2026-10-15")
    assert request.tags == {"run_config": "from schedule.toml"}


def test_what_the_file_says_at_the_tick_counts(dagster, file):
    file.write_text(f'[run_config]\nopened_by = "{OLIVIA}"\nbook_size = 90\n')
    schedule = quarter_schedule()
    assert config_of(tick(schedule, dagster))["book_size"] == 90
    file.write_text(f'[run_config]\nopened_by = "{OLIVIA}"\nbook_size = 80\n')
    assert config_of(tick(schedule, dagster, JANUARY))["book_size"] == 80
    file.unlink()
    assert tick(schedule, dagster, datetime(2027, 4, 1, 11, tzinfo=UTC)).tags["run_config"].startswith("with the def")


def test_a_scope_that_is_not_global_opens_a_cycle_of_the_day(dagster, file):
    file.write_text(f'[run_config]\nopened_by = "{OLIVIA}"\nscope = "region"\nregions = ["West"]\n')
    assert tick(quarter_schedule(), dagster).partition_key == "2026-10-01-region"


def test_a_wrong_file_fails_the_tick_with_every_fault_leaves_an_alert_and_opens_nothing(dagster, file):
    file.write_text(WRONG)
    schedule = quarter_schedule()
    assert schedule.cron_schedule == "0 6 1 1,4,7,10 *"
    assert "each tick fails until it is corrected" in schedule.description
    with pytest.raises(InvalidInput) as refusal:
        tick(schedule, dagster)
    text = str(refusal.value)
    assert text.startswith("schedule schedule.toml: 7 faults.")
    for fault in (
        "run_config.lock_days: 'seven'",
        "run_config.book_sise: 90",
        "run_config.as_of: it is 2026-10-01, expected nothing: it is the day on which the schedule starts",
        "run_config.opened_by: it is not given",
        "run_config.book_size: it is 500, expected 1 to 100",
        "when.cron: 'at dawn'",
        "when.timezone: 'Mars'",
    ):
        assert fault in text
        assert fault in schedule.metadata["faults of the file"].value
    assert dagster.get_dynamic_partitions("cycle") == []
    [alert] = (file.parent / "data" / "alerts").iterdir()
    assert alert.name == "20261001T100000-every_quarter-2026-10-01-tick.txt"
    assert alert.read_text().startswith("every_quarter of 2026-10-01 failed.\nFailed: the schedule's file\n")


def test_a_file_that_was_corrected_opens_the_quarter_at_the_next_tick(dagster, file):
    file.write_text("[run_config\n")
    schedule = quarter_schedule()
    with pytest.raises(InvalidInput, match=r"schedule\.toml: not readable as TOML"):
        tick(schedule, dagster)
    file.write_text(f'[run_config]\nopened_by = "{OLIVIA}"\n')
    assert config_of(tick(schedule, dagster))["opened_by"] == OLIVIA


@pytest.mark.parametrize("content", ["when = 3\n", "[[run_config]]\n", "[run_config]\n", "[elsewhere]\na = 1\n"])
def test_odd_files_are_refused_in_words(dagster, file, content):
    file.write_text(content)
    with pytest.raises(InvalidInput, match=r"schedule schedule\.toml: "):
        tick(quarter_schedule(), dagster)


def test_a_file_that_is_named_must_be_there(dagster, file, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_SCHEDULE", str(file.with_name("quarter.toml")))
    schedule = quarter_schedule()
    with pytest.raises(InvalidInput, match=r"quarter\.toml: it is not there, expected the file that \[schedule\] path"):
        tick(schedule, dagster)


def test_settings_that_cannot_be_read_leave_the_schedule_standing(file):
    (file.parent / "settings.toml").write_text("[nothing]\n")
    assert "settings, nothing" in quarter_schedule().description


def test_the_example_is_a_file_that_can_be_used(dagster, file):
    shutil.copy(PROJECT / "examples" / "schedule.toml", file)
    assert config_of(tick(quarter_schedule(), dagster))["opened_by"] == OLIVIA


def test_a_command_shows_what_comes_next_and_what_is_wrong(file):
    assert "It runs with the default run config: there is no schedule.toml beside the settings" in said("schedule")
    file.write_text(f'[run_config]\nopened_by = "{OLIVIA}"\nbook_size = 90\n')
    text = said("schedule")
    assert "at 06:00, America/New_York" in text and "It runs from schedule.toml." in text
    assert "  book_size = 90\n" in text
    content = json.loads(said("schedule", "--json"))
    assert content["run_config"]["book_size"] == 90
    assert content["cycle"].endswith("-global") and content["starts_at"].startswith(content["run_config"]["as_of"])
    file.write_text(WRONG)
    assert "error: schedule schedule.toml: 7 faults." in said("schedule", code=2)


def test_the_same_file_opens_a_cycle_by_hand(file):
    file.write_text(f'[run_config]\nopened_by = "{OLIVIA}"\nbook_size = 900\n')
    text = said("cycle", "new", "--config", str(file), "--as-of", "2026-10-01", code=2)
    assert text.startswith("error: run config: 1 fault.") and "book_size: it is 900" in text


def test_its_cycles_stop_where_the_sources_jump_whatever_the_file_says(dagster, file):
    file.write_text(f'[run_config]\nopened_by = "{OLIVIA}"\n')
    assert config_of(tick(quarter_schedule(), dagster))["stop_on_jumps"] is True
    file.write_text(f'[run_config]\nopened_by = "{OLIVIA}"\nstop_on_jumps = false\n')
    with pytest.raises(InvalidInput, match=r"run_config\.stop_on_jumps: it is false, expected true or nothing"):
        tick(quarter_schedule(), dagster, JANUARY)
