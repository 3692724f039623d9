"""`assignment routing …` and `assignment events …`, as somebody at a terminal uses them."""

import json

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.routing.tables import DECISIONS
from assignment_assets.io.folders import engine_key
from assignment_assets.io.standing_files import acceptances, policies_in_force
from assignment_assets.io.token_check import wrong_tokens
from assignment_assets.sandbox import mapping_path
from assignment_assets_tests.company import PRIYA, org_id


@pytest.fixture
def here(org, monkeypatch):
    """The org as the source in force."""
    monkeypatch.setenv("ASSIGNMENT_SOURCE", "salesforce")
    monkeypatch.setenv("ASSIGNMENT_SOURCE_PATH", str(mapping_path()))
    return org


def say(*arguments: str, person: str = PRIYA) -> tuple[int, str]:
    result = CliRunner().invoke(main, arguments, env={"ASSIGNMENT_SIGNER_TOKEN": signer_token(engine_key(), person)})
    return result.exit_code, result.output


def test_a_policy_signed_at_the_terminal_is_in_force(here):
    code, text = say(
        "routing",
        "policy",
        "new accounts",
        "--kind",
        "routing",
        "--max-moves",
        "40",
        "--from",
        "2026-10-01",
        "--until",
        "2026-12-31",
        "--as",
        PRIYA,
    )
    assert (code, text) == (
        0,
        "policy new accounts: routing up to write_back, at most 40 moves, 2026-10-01 to 2026-12-31.\n",
    )
    found, refused = policies_in_force(here.folder, engine_key(), here.now.date())
    assert found["routing"][0].max_moves == 40 and refused == []


def test_a_policy_until_a_day_that_is_none_is_refused(here):
    asked = ("--kind", "routing", "--max-moves", "1", "--until", "soon", "--as", PRIYA)
    code, text = say("routing", "policy", "x", *asked)
    assert code == 2 and "expires_on: 'soon', expected a day as YYYY-MM-DD" in text


def test_the_status_shows_what_was_routed_and_the_events_what_is_planned(here):
    here.allow("routing")
    account = here.enter("n01")
    here.edit("ben", IsActive=False)
    here.wait(minutes=1)
    here.go()
    here.wait(minutes=31)
    here.go()
    code, text = say("routing", "status")
    assert code == 0 and "day    territory                   1  conflicts    0" in text
    code, text = say("events", "list", "--json")
    content = json.loads(text)
    assert [cycle["scope"] for cycle in content["cycles"]] == ["churn"]
    ways = content["departures"][0]
    assert (ways["rep_id"], ways["optimiser"], ways["director"], ways["territory_pool"]) == (org_id("ben"), 12, 0, 0)
    assert here.table(DECISIONS)["account_id"].to_list() == [account]


def test_a_rep_accepts_at_the_terminal_and_there_is_nothing_to_accept_twice_over(here):
    here.rules.write_text("accept_hours = 4\n")
    here.allow("routing")
    account = here.enter("n01")
    here.wait(minutes=1)
    here.go()
    code, text = say("routing", "accept", account, "--as", "nia@example.com", person="nia@example.com")
    assert (code, text) == (0, f"{account}: accepted; it counts from the next pass on.\n")
    answers, refused = acceptances(here.folder, engine_key())
    assert [(each.account_id, each.answer) for each in answers] == [(account, "accepted")] and refused == []
    code, text = say("routing", "accept", org_id("a01"), "--as", "ana@example.com", person="ana@example.com")
    assert code == 2 and "it waits for nobody's answer" in text


@pytest.mark.parametrize(
    ("words", "person"),
    [
        (("routing", "policy", "p", "--kind", "routing", "--max-moves", "4", "--until", "2026-12-31", "--as"), PRIYA),
        (("routing", "accept", org_id("n01"), "--as"), "nia@example.com"),
    ],
)
def test_a_token_of_somebody_else_signs_nothing_is_counted_and_after_five_no_token_is_looked_at(here, words, person):
    here.rules.write_text("accept_hours = 4\n")
    here.allow("routing")
    here.enter("n01")
    here.wait(minutes=1)
    here.go()
    before = {path for path in (here.folder.root / "inbox").rglob("*") if path.is_file()}
    for _ in range(4):
        code, text = say(*words, person, person="ben@example.com")
        assert code == 2 and f"{words[1]} {words[2]}: the token is not that of {person}" in text
    say(*words, person, person="ben@example.com")
    code, text = say(*words, person, person=person)
    assert code == 2 and f"5 wrong tokens for {person}" in text
    assert len(wrong_tokens(here.folder, person)) == 5
    assert {path for path in (here.folder.root / "inbox").rglob("*") if path.is_file()} == before


def test_an_event_cycle_that_was_never_planned_cannot_be_opened(here):
    code, text = say("events", "open", "2026-10-01-departure-nobody", "--as", PRIYA)
    assert code == 2 and "not planned, expected one of none yet" in text
