"""Taking back and putting right: what people changed since is left alone, and named."""

import polars as pl
import pytest

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.sandbox.loading import HUMAN_USER_ID
from assignment_assets.write_back.document import approval
from assignment_assets.write_back.undoing import (
    by_plan,
    left_alone,
    owners_written,
    propose,
    reconciled,
    repair_rows,
    rollback_rows,
)
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import COMPANY, FIELD, KEY, PlanRunner, drawn, moves

PERSON = "priya@example.com"


@pytest.fixture
def runner(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        yield PlanRunner(org, tmp_path)


def approved(runner, plan):
    with runner.journal() as journal:
        journal.record([approval(plan, PERSON, signer_token(KEY, PERSON), runner.org.utc_now())])
        journal.commit()
    return plan


def proposed(runner, kind, rows_of):
    with runner.journal() as journal:
        return propose(journal, "c", kind, rows_of(journal), runner.tools, "a test")


def test_a_rollback_restores_every_untouched_account_and_names_the_others(runner):
    rows = moves(20)
    runner.run(runner.add(*drawn(rows)))
    touched = rows["account_id"][4]
    runner.org.edit(touched, {"OwnerId": FIELD[2]})
    runner.org.clock.advance(5)
    plan = approved(runner, proposed(runner, "rollback", lambda journal: rollback_rows(owners_written(journal, "c"))))
    assert runner.run(plan).counts == {"VERIFIED": 19, "DRIFT": 1}
    owners = {account: runner.org.owner(account) for account in rows["account_id"][3:6]}
    old = dict(rows.select("account_id", "old_owner_id").iter_rows())
    assert owners == {
        rows["account_id"][3]: old[rows["account_id"][3]],
        touched: FIELD[2],
        rows["account_id"][5]: old[rows["account_id"][5]],
    }
    with runner.journal() as journal:
        assert left_alone(journal, plan).select("account_id", "found_owner_id").rows() == [(touched, FIELD[2])]
        assert by_plan(journal.plans("c"), "c.rollback-1") == plan
        with pytest.raises(CycleClosed, match=r"there is none, expected one of c\.1, c\.rollback-1"):
            by_plan(journal.plans("c"), "c.rollback-2")
        with pytest.raises(CycleClosed, match="nothing to rollback"):
            propose(journal, "c", "rollback", rollback_rows(owners_written(journal, "c"), [9]), runner.tools, "")


def test_a_rollback_ignores_carve_outs_and_states_that_changed_meanwhile(runner):
    rows = moves(2)
    runner.run(runner.add(*drawn(rows)))
    runner.org.edit(rows["account_id"][0], {"BillingStateCode": "GU"})
    runner.org.clock.advance(5)
    plan = approved(runner, proposed(runner, "rollback", lambda journal: rollback_rows(owners_written(journal, "c"))))
    assert runner.run(plan).counts == {"VERIFIED": 2}


def test_reconciliation_says_who_changed_what_and_repairs_only_what_automations_did(runner):
    rows = moves(6)
    runner.run(runner.add(*drawn(rows)))
    by_person, by_robot, gone = rows["account_id"][:3]
    runner.org.edit(by_person, {"OwnerId": FIELD[2]})
    runner.org.edit(by_robot, {"OwnerId": FIELD[2]}, user_id=FIELD[3])
    runner.org.edit(gone, is_deleted=True)
    runner.org.clock.advance(5)
    with runner.journal() as journal:
        changed = reconciled(owners_written(journal, "c"), runner.tools.gateway(), [FIELD[3]])
    told = {
        row["account_id"]: (row["found_owner_id"], row["changed_by_kind"], row["changed_by"])
        for row in changed.to_dicts()
    }
    assert told == {
        by_person: (FIELD[2], "person", HUMAN_USER_ID),
        by_robot: (FIELD[2], "integration", FIELD[3]),
        gone: (None, None, None),
    }
    assert repair_rows(changed, include_people=True)["account_id"].to_list() == [by_person, by_robot]
    repair = repair_rows(changed, include_people=False)
    plan = approved(runner, proposed(runner, "repair", lambda _: repair))
    assert runner.run(plan).counts == {"VERIFIED": 1}
    assert runner.org.owner(by_robot) == rows["new_owner_id"][0]
    assert runner.org.owner(by_person) == FIELD[2]


def test_a_cycle_that_was_never_written_has_nothing_to_take_back(runner):
    with runner.journal() as journal, pytest.raises(CycleClosed, match="it has no plan"):
        owners_written(journal, "c")


def test_what_the_org_itself_set_otherwise_is_told_apart_from_what_people_did(runner):
    rows = moves(3)
    accounts = rows["account_id"].to_list()
    edits = [{"id": accounts[0], "fields": {"OwnerId": FIELD[2]}, "moment": "after_write"}]
    runner.org.address.hook("edits", edits=edits)
    plan = runner.add(*drawn(rows))
    runner.run(plan)
    assert runner.states(plan) == {accounts[0]: "DRIFT_AFTER_WRITE", accounts[1]: "VERIFIED", accounts[2]: "VERIFIED"}
    assert pl.DataFrame(runner.owners_written()).height == 3


def test_an_assignment_rule_of_the_org_stays_quiet_for_us(runner):
    runner.org.address.hook("rule", owner_id=FIELD[3])
    assert runner.run(runner.add(*drawn(moves(3)))).counts == {"VERIFIED": 3}
