"""Whether an org honours preconditions is found out before anything is written, and what a person may sign for."""

from collections import Counter

import polars as pl
import pytest

from assignment_assets.domain.errors import NotEntitled
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.salesforce.records import NOBODY, PROBE
from assignment_assets.write_back.apply import apply
from assignment_assets.write_back.precondition import permit
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import ACTIVE, COMPANY, FIELD, KEY, PlanRunner, drawn, moves

PERSON = "priya@example.com"


@pytest.fixture
def runner(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        yield PlanRunner(org, tmp_path)


@pytest.fixture
def careless(runner):
    """An org that ignores the conditions of requests."""
    runner.org.switch_off("preconditions")
    return runner


def people_take(runner, accounts):
    """Has a person take the accounts over right before each is written."""
    edits = [{"id": each, "fields": {"OwnerId": FIELD[3]}, "moment": "before_write"} for each in accounts]
    runner.org.address.hook("edits", edits=edits)


def events_about(runner, plan, state):
    with runner.journal() as journal:
        return journal.events([plan.plan_id]).filter(account_id="", state=state)


def sign(runner, plan, wanted, token=None):
    token = token or signer_token(KEY, PERSON)
    with runner.journal() as journal:
        journal.record([permit(plan, wanted, PERSON, token, KEY, runner.org.utc_now())])
        journal.commit()


def probes(runner):
    """Every subrequest that asks for the precondition."""
    calls = [call for call in runner.org.requests("/composite") if call["path"].endswith("/composite")]
    parts = [part for call in calls for part in call["body"]["compositeRequest"]]
    return [part for part in parts if part["method"] == "PATCH" and part["referenceId"] == PROBE]


def test_the_proof_rides_on_the_first_read_and_is_asked_for_once_a_plan(runner):
    plan = runner.add(*drawn(moves(60)))
    assert runner.run(plan, seats={ACTIVE[0]: 40}).counts == {"VERIFIED": 40, "DEFERRED": 20}
    assert runner.run(plan).counts == {"VERIFIED": 60}
    (probe,) = probes(runner)
    assert probe["body"] == {"OwnerId": NOBODY}
    assert probe["httpHeaders"]["If-Unmodified-Since"] == "Sat, 01 Jan 2000 00:00:00 GMT"
    (noted,) = events_about(runner, plan, "PRECONDITION").to_dicts()
    assert (noted["code"], noted["sentence"][18:]) == (
        "proven",
        ": PRECONDITION_FAILED the record has changed since, to a change on condition that it was not modified since "
        "the year 2000",
    )


def test_an_org_that_ignores_preconditions_is_found_and_nothing_is_written(careless):
    rows = moves(40)
    plan = careless.add(*drawn(rows))
    people_take(careless, rows["account_id"].head(10))
    paused = careless.run(plan)
    assert (paused.pause.code, paused.resume_at) == ("PRECONDITION_DISPROVEN", None)
    assert "apply c --second-probe --as YOU" in paused.pause.sentence
    assert Counter(careless.states(plan).values()) == {"DEFERRED": 40}
    assert careless.owners_written().height == 0
    again = careless.run(plan)
    assert again.pause.code == "PRECONDITION_DISPROVEN"
    assert len(probes(careless)) == 1


def test_gone_accounts_decide_nothing_and_others_are_asked(careless):
    rows = moves(5)
    plan = careless.add(*drawn(rows))
    careless.org.edit(rows["account_id"][0], is_deleted=True)
    assert careless.run(plan).pause.code == "PRECONDITION_DISPROVEN"
    assert [probe["url"][-18:] for probe in probes(careless)] == rows["account_id"].head(2).to_list()


def test_where_no_account_decides_nothing_is_written(careless):
    plan = careless.add(*drawn(moves(8)))
    careless.org.access(off=["preconditions"], read_only_fields=["Account.OwnerId"])
    paused = careless.run(plan)
    assert (paused.pause.code, paused.resume_at) == ("INVALID_FIELD_FOR_INSERT_UPDATE", None)
    assert "Whether the org honours preconditions is not known" in paused.pause.sentence
    assert careless.org.sent() == []
    assert len(probes(careless)) == 4


def test_an_org_that_judges_the_owner_first_is_proven_by_a_second_probe_that_somebody_signed(runner):
    runner.org.switch_off("preconditions_first")
    plan = runner.add(*drawn(moves(30)))
    assert runner.run(plan).pause.code == "PRECONDITION_DISPROVEN"
    sign(runner, plan, "second-probe")
    assert runner.run(plan).counts == {"VERIFIED": 30}
    last = events_about(runner, plan, "PRECONDITION").to_dicts()[-1]
    assert last["code"] == "proven"
    assert "its own owner was refused by the condition (412); read back with the owner" in last["sentence"]
    assert runner.owners_written().height == 30


def test_a_second_probe_that_fails_stops_the_run_with_the_owner_read_back(careless):
    plan = careless.add(*drawn(moves(30)))
    careless.run(plan)
    sign(careless, plan, "second-probe")
    stopped = careless.run(plan)
    assert stopped.pause.code == "PRECONDITION_DISPROVEN"
    assert "--without-precondition --as YOU" in stopped.pause.sentence
    assert careless.owners_written().height == 0
    asked, second = probes(careless)
    assert asked["body"] == {"OwnerId": NOBODY}
    assert second["body"] == {"OwnerId": careless.org.owner(second["url"][-18:])}


def test_without_a_precondition_is_written_only_when_signed_and_compared_right_before(careless):
    rows = moves(60)
    plan = careless.add(*drawn(rows))
    careless.run(plan)
    sign(careless, plan, "without-precondition")
    taken = rows["account_id"][40]
    careless.org.edit(taken, {"OwnerId": FIELD[3]})
    careless.org.clock.advance(5)
    assert careless.run(plan).counts == {"VERIFIED": 59, "DRIFT": 1}
    assert careless.org.owner(taken) == FIELD[3]
    reads = [call for call in careless.org.requests("/composite") if call["body"] and "POST" in str(call["body"])]
    assert max(len(call["body"]["compositeRequest"][0]["body"]["ids"]) for call in reads[1:]) == 25


def test_a_signature_of_somebody_else_or_for_another_plan_permits_nothing(careless):
    plan, other = careless.add(*drawn(moves(20))), drawn(moves(3), "other.1")[0]
    careless.run(plan)
    with pytest.raises(NotEntitled, match=r"the token is not that of priya@example\.com"):
        permit(plan, "second-probe", PERSON, "f" * 64, KEY, careless.org.utc_now())
    with careless.journal() as journal:
        event = permit(other, "without-precondition", PERSON, signer_token(KEY, PERSON), KEY, careless.org.utc_now())
        journal.record([type(event)(**vars(event) | {"plan_id": plan.plan_id})])
        journal.commit()
    assert careless.run(plan).pause.code == "PRECONDITION_DISPROVEN"
    assert careless.owners_written().height == 0


def test_writing_with_a_log_of_ones_own_needs_the_proof_too(careless):
    rows = moves(10).with_columns(sign_off_no=pl.lit(1))
    pause, clock = careless.org.clock.advance, careless.org.utc_now
    written = list(apply(rows, WRITE_BACK_LOG.empty(), careless.tools.gateway(), {}, clock, pause))
    outcomes = pl.concat(written)
    assert outcomes["outcome"].unique().to_list() == ["deferred"]
    assert "judged by the new owner and not by the condition" in outcomes["error"][0]
    assert careless.owners_written().height == 0
