"""Keep-lists of the tiny company: who is asked, and what becomes of what they returned."""

import polars as pl

from assignment_assets.domain.lock_facts import LocksInput
from assignment_assets.domain.lock_lists import LockListsInput, lock_lists, settle_lists
from assignment_assets_tests.company import config, set_up, tiny

CONFIG = config()
COMPANY = tiny()
GIVEN = set_up(COMPANY, CONFIG)


def returned(*rows):
    """Ana's list, receipt 1, from rows of account id, answer and rule."""
    names = ["account_id", "answer", "rule"]
    frame = pl.DataFrame(rows, schema=dict.fromkeys(names, pl.String), orient="row").with_row_index("row_no", 1)
    return frame.with_columns(
        pl.col("row_no").cast(pl.Int64), rep_id=pl.lit("ana"), receipt_no=pl.lit(1), message=pl.col("rule")
    )


def settled(*lists):
    """Locks and verdicts of these lists."""
    return settle_lists(lists, LocksInput.read(GIVEN, "c", CONFIG), CONFIG)


def test_every_active_field_rep_with_a_free_account_is_asked():
    lists = lock_lists(LockListsInput.read(GIVEN, "c", CONFIG), CONFIG)
    assert [each.person for each in lists.addressees] == ["ana", "ben", "cleo"]
    assert {each.file for each in lists.addressees} == {"lock_list.xlsx"}
    assert dict(lists.reps.select("rep_id", "capacity").iter_rows()) == {"ana": 12, "ben": 12, "cleo": 12}
    assert lists.summary().row(0) == ("ana", 12, 3)


def test_without_a_list_the_automatic_locks_stand():
    locks, verdicts = settled()
    assert "a01" in locks["account_id"] and "a06" not in locks["account_id"]
    assert verdicts.is_empty()


def test_a_row_that_could_not_be_read_is_refused_with_its_rule_and_locks_nothing():
    locks, verdicts = settled(returned(("a06", "keep", None), ("a07", "keep", "unknown_account")))
    assert "a06" in locks["account_id"] and "a07" not in locks["account_id"]
    assert verdicts.select("account_id", "verdict", "rule").rows() == [
        ("a06", "accepted", None),
        ("a07", "refused", "unknown_account"),
    ]
