"""What happens where overlays.toml is another one than the last time, or a store is older than it was."""

import shutil
import tomllib

import pytest

from assignment_assets.domain.errors import Tampered
from assignment_assets.domain.overlays.roles import overlays
from assignment_assets.domain.overlays.tables import (
    CS_ASSIGNMENTS,
    OVERLAY_ACCOUNTS,
    OVERLAY_EDITS,
    OVERLAY_LOG,
    OVERLAY_OPPORTUNITIES,
)
from assignment_assets.io.overlay_roles import Configured
from assignment_assets.sandbox.overlay_fields import OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT
from assignment_assets_tests.overlays.conftest import PEOPLE, ROLES
from assignment_assets_tests.overlays.test_writer import USERS, account_with, other_than

SUPPORTING = ROLES[ROLES.index("[roles.sa.supporting]") :]
CSM, SA = ROLES[ROLES.index("[roles.csm]") : ROLES.index("[roles.sa]")], ROLES[ROLES.index("[roles.sa]") :]
PARTNER = f"""
[roles.partner]
label = "partner manager"
account_field = "{SOLUTIONS_ARCHITECT}"
truth = "crm"
"""


def configure(beside, text):
    beside.given = Configured(overlays(tomllib.loads(text)), beside.given.beside)


def one_pass(beside, **more):
    with beside.writer() as writer:
        return writer.one_pass(**more)


def name(beside, account, person):
    beside.clock.advance(60)
    beside.system.hook("company", account_id=account, csm_email=USERS[person])


def test_a_role_that_is_taken_out_is_written_no_more_and_one_that_comes_in_begins_anew(beside):
    configure(beside, PARTNER + CSM)
    one_pass(beside)
    account, (first, *_) = account_with(beside, is_open=True)
    person = beside.on_account(account)
    name(beside, account, other_than(person))
    beside.org.edit(first, {"StageName": "Closed Won"}, object="Opportunity")
    assert one_pass(beside).lane.waits
    deals = beside.table(OVERLAY_OPPORTUNITIES)
    assert deals.filter(opportunity_id=first)["is_closed"].to_list() == [True], "a role without opportunities is first"

    configure(beside, SA)
    beside.sign_policy()
    done = one_pass(beside)
    assert set(done.lane.outcomes) == {"overtaken"}
    assert not beside.org.sent()
    assert set(beside.table(OVERLAY_ACCOUNTS)["role"]) == {"sa"}

    configure(beside, CSM.replace(OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT) + PARTNER)
    done = one_pass(beside)
    assert beside.table(OVERLAY_EDITS).is_empty(), "what stands in another field is no edit"
    assert set(beside.table(OVERLAY_ACCOUNTS)["role"]) == {"csm", "partner"}
    assert (done.look.edits, beside.table(CS_ASSIGNMENTS).is_empty()) == (0, False)


def test_stores_that_are_older_than_what_was_written_are_refused_in_words(beside, tmp_path, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_JOURNAL_HEAD", str(tmp_path / "elsewhere" / "head.json"))
    beside.sign_policy()
    one_pass(beside)
    log, journal = beside.folder.overlay_log, beside.folder.overlay_journal
    for path in (log, journal):
        shutil.copy(path, tmp_path / f"older-{path.name}")
    account, _ = account_with(beside, is_open=True)
    first, second = [each for each in PEOPLE.csm_ids if each != beside.on_account(account)][:2]
    name(beside, account, first)
    assert set(one_pass(beside).lane.outcomes) == {"verified"}

    shutil.copy(journal, tmp_path / "newest")
    shutil.copy(tmp_path / f"older-{journal.name}", journal)
    with pytest.raises(Tampered):
        one_pass(beside)
    shutil.copy(tmp_path / "newest", journal)
    shutil.copy(tmp_path / f"older-{log.name}", log)
    name(beside, account, second)
    sent = len(beside.org.sent())
    with pytest.raises(Tampered, match=r"plan overlays\.2\.csm: .*latest overlays\.duckdb"):
        one_pass(beside)
    assert len(beside.org.sent()) == sent
    assert beside.on_account(account) == first


def test_without_roles_nothing_of_them_is_read(beside):
    configure(beside, "poll_seconds = 1\n" + PARTNER)
    one_pass(beside)
    asked = [call["path"] for call in beside.org.requests("/query")]
    assert asked
    assert not [path for path in asked if OPPORTUNITY_CSM in path or "FROM+Opportunity" in path]
    assert beside.table(OVERLAY_LOG).is_empty()
