"""The command line: every command explains itself, speaks JSON, and says one clear sentence when it cannot."""

import json
from pathlib import Path

import click
import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import APPROVED_DIFF, REGION_DIGESTS, SIGN_OFF_VERDICTS
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import engine_key
from assignment_assets.sandbox.customer_success import companies_of
from assignment_assets_tests.company import OLIVIA, PRIYA
from assignment_assets_tests.rehearsal import KEY


def commands(group=main, before=()):
    """Every command with the words that call it."""
    for name, command in sorted(group.commands.items()):
        if isinstance(command, click.Group):
            yield from commands(command, (*before, name))
        else:
            yield (*before, name), command


def assignment(*words, code=0, **options):
    """What the command line says; as JSON where asked for."""
    result = CliRunner().invoke(main, words, catch_exceptions=False, **options)
    assert result.exit_code == code, result.output
    return json.loads(result.stdout) if "--json" in words else result.output


@pytest.mark.parametrize(
    ("words", "command"), list(commands()), ids=lambda each: " ".join(each) if isinstance(each, tuple) else ""
)
def test_every_command_and_every_option_explains_itself(words, command):
    said = assignment(*words, "--help")
    assert command.help and len(command.help) > 20
    assert "--json" in said or words[0] == "bench"
    for option in command.params:
        if isinstance(option, click.Option):
            assert option.help, f"{words}: {option.name}"


def test_every_plain_field_of_the_run_config_has_an_option():
    given = {option.name for option in dict(commands())[("cycle", "new")].params}
    plain = {
        name
        for name, field in RunConfig.model_fields.items()
        if not str(field.annotation).startswith(("dict", "list[dict"))
    }
    assert plain <= given


def test_a_key_is_made_where_the_engine_looks_for_it(tmp_path, monkeypatch):
    monkeypatch.delenv("ASSIGNMENT_KEY", raising=False)
    monkeypatch.setenv("ASSIGNMENT_KEY_FILE", str(tmp_path / "key"))
    assert assignment("init-key") == f"key made: {tmp_path / 'key'}\n"
    assert len(engine_key()) == 64
    assert "is there already" in assignment("init-key")


def test_without_a_key_no_cycle_is_opened(cycle, tmp_path, monkeypatch):
    monkeypatch.delenv("ASSIGNMENT_KEY", raising=False)
    monkeypatch.setenv("ASSIGNMENT_KEY_FILE", str(tmp_path / "none"))
    said = assignment("cycle", "new", "live", "--as-of", "2026-10-01", "--opened-by", OLIVIA, code=2)
    assert "Make one with `assignment init-key`" in said
    assert assignment("cycle", "list", "--json") == []


def test_the_first_cycle_to_be_opened_is_not_one_of_none(cycle):
    said = assignment("cycle", "status", "nowhere", code=2)
    assert "cycle nowhere: there is none, expected one that was opened." in said


def test_without_a_cycle_there_is_nothing_to_list(cycle):
    assert assignment("cycle", "list") == "no cycle yet; open one with `assignment cycle new`\n"
    assert assignment("cycle", "list", "--json") == []


def test_a_segment_of_an_unknown_cycle_says_so(cycle):
    said = assignment("run", "propose", "2031q1-global", code=2)
    assert said.startswith("error: cycle 2031q1-global")
    assert "assignment cycle new" in said


def test_a_config_file_gives_what_has_no_option_and_options_go_first(cycle, tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('as_of = "2026-10-01"\nbook_size = 50\n[capacities]\nana = 60\nzoe = 1\n')
    said = assignment("cycle", "new", "--config", str(file), "--opened-by", OLIVIA, "--book-size", "55", code=2)
    assert "run config: 2 faults." in said
    assert "capacities, ana: it is 60, expected 0 to the book size of 55" in said
    assert "capacities: 'zoe' is not in reps" in said


def test_an_unknown_field_of_the_config_file_is_refused(cycle, tmp_path):
    file = tmp_path / "config.toml"
    file.write_text('as_of = "2026-10-01"\ncolour = "red"\n')
    said = assignment("cycle", "new", "--config", str(file), "--opened-by", OLIVIA, code=2)
    assert "run config, colour: 'red'" in said


def test_a_cycle_id_that_cannot_be_a_folder_is_refused(cycle):
    said = assignment("cycle", "new", "../abc", "--as-of", "2026-10-01", "--opened-by", OLIVIA, code=2)
    assert "the id is '../abc'" in said
    assert not cycle.folder.root.exists()


def test_status_and_list_speak_json(opened):
    status = assignment("cycle", "status", opened.name, "--json")
    assert (status["state"], status["scope"], status["revision"]) == ("open", "global", 1)
    assert [each["cycle"] for each in assignment("cycle", "list", "--json")] == [opened.name]
    assert opened.name in assignment("cycle", "list")


def test_the_intake_goes_by_the_time_of_day_and_tells_what_came(cycle):
    cycle.now = utc_now()
    cycle.open().keep("ana", {"a09": "keep"})
    words = ("intake", cycle.name, "--settled-seconds", "0")
    assert [(receipt["person"], receipt["verdict"]) for receipt in assignment(*words, "--json")] == [
        ("ana", "accepted")
    ]
    assert assignment(*words) == "nothing new\n"


def test_a_region_is_signed_from_the_command_line(reviewed, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", signer_token(engine_key(), PRIYA))
    assert assignment("token", PRIYA).strip() == signer_token(KEY.encode(), PRIYA)
    digest = {row["region"]: row["digest"] for row in reviewed.rows(REGION_DIGESTS)}
    words = ("sign-off", reviewed.name, "--as", PRIYA, "--region")
    assert "your packet's digest is 000000000000" in assignment(*words, "North", "--digest", "0" * 12, code=2)
    assert "has no packet, expected one of North, South" in assignment(*words, "West", code=2)
    said = assignment(*words, "North", "--digest", digest["North"][:12], "--json")
    assert said["digest"] == digest["North"]
    monkeypatch.delenv("ASSIGNMENT_SIGNER_TOKEN")
    assert "signing token: not 64 hexadecimal digits" in assignment(*words, "South", input="mine\n", code=2)
    assert "Your signing token" in assignment(*words, "South", input="0" * 64 + "\n")
    verdicts = sorted(receipt.verdict for receipt in reviewed.look("sign_offs").new_receipts)
    assert verdicts == ["accepted", "refused"]
    done = assignment("run", "sign_off", reviewed.name, "--json")
    assert {"sign_off_packets", "approved_diff"} <= set(done["seconds"])
    assert [(row["region"], row["verdict"]) for row in reviewed.rows(SIGN_OFF_VERDICTS)] == [("North", "accepted")]
    assert not reviewed.table(APPROVED_DIFF).is_empty()


def test_held_edits_are_listed_and_only_they_are_decided(reviewed):
    assert assignment("held", reviewed.name) == "none\n"
    assert assignment("held", reviewed.name, "--json") == []
    words = ("decide", reviewed.name, "--receipt", "1", "--account", "a01", "--rep", "ana", "--accept", "--as", PRIYA)
    assert "no held edit of receipt 1, account a01, rep ana" in assignment(*words, code=2)


def test_decisions_wait_for_their_packets(opened):
    said = assignment("sign-off", opened.name, "--region", "North", "--as", PRIYA, code=2)
    assert "its sign-off packets are not out" in said


def test_the_report_is_one_file(reviewed):
    said = assignment("report", reviewed.name, "--json")
    page = reviewed.folder.reports(reviewed.name) / "index.html"
    assert said["file"] == str(page)
    assert reviewed.name in page.read_text(encoding="utf-8")


def test_a_region_has_a_report_of_its_own(reviewed):
    said = assignment("report", reviewed.name, "--region", "North", "--json")
    page = reviewed.folder.reports(reviewed.name) / "regions" / "north.html"
    assert said == {"regions": {"North": str(page)}}
    assert ": North" in page.read_text(encoding="utf-8")
    assert "expected one of North, South" in assignment("report", reviewed.name, "--region", "East", code=2)


def test_the_front_is_printed_or_written_as_a_page(reviewed):
    assert "the knee: the best compromise" in assignment("front", "2026q4-global")
    path = Path(assignment("front", "2026q4-global", "--html", "--json")["file"])
    assert path.name == "front.html" and "data-front" in path.read_text(encoding="utf-8")


def test_a_sample_company_is_generated_where_it_is_wanted(cycle, tmp_path):
    words = ("sample", "create", "--reps", "4", "--accounts", "60", "--out", str(tmp_path / "made"), "--json")
    said = assignment(*words)
    assert said["folder"] == str(tmp_path / "made")
    assert {path.name for path in (tmp_path / "made").iterdir()} == {
        "accounts.parquet",
        "reps.parquet",
        "opportunities.parquet",
    }


def test_a_sample_org_may_have_people_beside_the_owners(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_DATA", str(tmp_path))
    words = ("sample", "create", "--reps", "2", "--accounts", "30", "--overlays", "--json")
    assert "--overlays without --org, expected both" in assignment(*words[:-1], code=2)
    assignment(*words, "--org")
    assert companies_of(tmp_path / "sandbox")
