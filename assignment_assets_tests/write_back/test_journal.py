"""The journal: everything that was recorded and nothing else, or it says so."""

import json
from datetime import datetime

import duckdb
import polars as pl
import pytest

from assignment_assets.domain.errors import BrokenInvariant, Tampered, WarehouseBusy
from assignment_assets.write_back.document import drafted, require_single
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.publishing import plan_states, publish
from assignment_assets.write_back.states import Event, State
from assignment_assets.write_back.witnesses import anchor_file
from assignment_assets_tests.write_back.org_plans import KEY, drawn

AT = datetime(2026, 10, 1, 8, 0)
ROWS = pl.DataFrame({"account_id": ["a", "b", "c"], "old_owner_id": "r-1", "new_owner_id": "r-2", "state": "OH"})


def events(*accounts, state=State.INTENT):
    return [Event("c.1", account, 1, state, AT, None, AT) for account in accounts]


@pytest.fixture
def path(tmp_path):
    path = tmp_path / "journal.duckdb"
    plan, rows = drawn(ROWS)
    with opened(path, KEY) as journal:
        journal.add(plan, rows, plan.first_event(AT))
        journal.record(events("a", "b"))
        journal.commit()
        journal.record(events("a", state=State.VERIFIED))
        journal.commit()
        publish(journal, path, tmp_path / "published", "c")
    return path


def tamper(path, *statements):
    with duckdb.connect(str(path)) as connection:
        for statement in statements:
            connection.execute(statement)


def test_what_was_committed_is_there_after_opening_again_and_what_was_not_is_not(path):
    with opened(path, KEY) as journal:
        journal.record(events("c"))
    with opened(path, KEY) as journal:
        assert journal.verify() == journal.seq == 4
        assert dict(journal.account_states("c.1").select("account_id", "state").iter_rows()) == {
            "a": "VERIFIED",
            "b": "INTENT",
        }
        assert journal.account_states("c.1")["modified_at"].to_list() == [AT, AT]
        assert journal.open_accounts()["account_id"].to_list() == ["b", "c"]


@pytest.mark.parametrize(
    "statement",
    [
        "update event set state = 'PLANNED' where seq = 3",
        "update event set found_owner_id = 'r-9' where seq = 4",
        "update event set \"at\" = timestamp '2026-10-02' where seq = 2",
        "delete from event where seq = 2",
        "delete from event where seq = 4",
        "insert into event select 5, plan_id, 'c', attempt, state, \"at\", found_owner_id, modified_at, code, "
        "sentence, "
        "hash from event where seq = 4",
        "update head set seq = 3",
        "update head set hash = 'f'",
        "delete from head",
    ],
)
def test_a_journal_that_was_changed_by_hand_is_refused(path, statement):
    tamper(path, statement)
    with pytest.raises(Tampered, match="Nothing was sent"), opened(path, KEY):
        pass


def test_an_older_copy_of_the_journal_is_noticed_by_what_was_published(path, tmp_path):
    copy = path.read_bytes()
    with opened(path, KEY) as journal:
        journal.record(events("c"))
        journal.commit()
        publish(journal, path, tmp_path / "published", "c")
    path.write_bytes(copy)
    with pytest.raises(Tampered, match="it lacks event 5, which was published"), opened(path, KEY):
        pass
    content = json.loads(anchor_file(path).read_text())
    anchor_file(path).write_text(json.dumps(content | {"seq": 4}))
    with pytest.raises(Tampered, match="does not carry this engine's seal"), opened(path, KEY):
        pass


def test_another_engines_key_opens_nothing(path):
    with pytest.raises(Tampered, match="Was the engine's key changed"), opened(path, b"another key"):
        pass


@pytest.mark.parametrize(
    "statement",
    [
        "update plan_row set new_owner_id = 'r-9' where account_id = 'b'",
        "delete from plan_row where account_id = 'b'",
        "update plan set header = replace(header, '\"revision\":1', '\"revision\":2')",
        "update plan set sha256 = repeat('0', 64)",
        "update plan set seal = repeat('0', 64)",
    ],
)
def test_a_plan_that_was_edited_after_signing_is_refused(path, statement):
    tamper(path, statement)
    with opened(path, KEY) as journal, pytest.raises(Tampered, match="expected no change after signing"):
        journal.plans("c")


def test_the_journal_serves_one_run_at_a_time_and_says_which(path):
    with opened(path, KEY), pytest.raises(WarehouseBusy, match=r"process \d+ is writing back"), opened(path, KEY):
        pass


def test_an_account_is_in_one_open_plan_at_most(path):
    rows = drafted(ROWS)
    with opened(path, KEY) as journal:
        with pytest.raises(BrokenInvariant, match=r"2 accounts are in another open plan already, such as b in c\.1"):
            require_single(rows, journal.open_accounts())
        require_single(rows.filter(pl.col("account_id") == "a"), journal.open_accounts())
    with pytest.raises(BrokenInvariant, match="3 accounts with two new owners"):
        require_single(pl.concat([rows, rows]), pl.DataFrame(schema={"plan_id": pl.String, "account_id": pl.String}))


def test_what_is_published_tells_the_states_without_the_journal(path, tmp_path):
    assert plan_states(tmp_path / "published") == {"c.1": {"VERIFIED": 1, "INTENT": 1, "PLANNED": 1}}
    assert plan_states(tmp_path / "elsewhere") == {}
