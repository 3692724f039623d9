"""Regions of moves, packets and digests, on the tiny company drawn in conftest."""

import polars as pl

from assignment_assets.domain.sign_off.packets import packets
from assignment_assets_tests.domain.tiny import add


def packets_of(company, verdicts, cycle="2026q4-global", revision=1):
    """Packets and digests of a review."""
    return packets(verdicts.reviewed_books, verdicts.edit_verdicts, company.reps, cycle=cycle, revision=revision)


def test_a_move_between_regions_is_in_both_packets_and_names_the_other(company):
    rows, digests = packets_of(company, company.judge())
    assert rows.select("region", "account_id", "other_region").rows() == [
        ("North", "a2", None),
        ("North", "a3", "South"),
        ("North", "b1", None),
        ("North", "b3", None),
        ("North", "c2", "South"),
        ("South", "a3", "North"),
        ("South", "c2", "North"),
    ]
    assert digests.select("region", "move_count", "held_count").rows() == [("North", 5, 0), ("South", 2, 0)]


def test_only_moves_are_signed_and_house_signs_what_touches_no_region(company):
    rows, _ = packets_of(company, company.with_account("o1", current_owner_id="queue").judge())
    assert rows.filter(pl.col("region") == "no_region")["account_id"].to_list() == ["o1"]
    assert "a1" not in rows["account_id"]


def test_a_held_edit_is_in_both_regions_with_the_rep_who_is_asked_for(company):
    rows, digests = packets_of(company, company.judge(add("c1", "ana")))
    held = rows.filter("is_held")
    assert held.select("region", "account_id", "other_region", "old_owner_id", "new_owner_id").rows() == [
        ("North", "c1", "South", "cleo", "ana"),
        ("South", "c1", "North", "cleo", "ana"),
    ]
    assert "asked for Ana Ruiz's book" in held["reason_sentence"][0]
    assert digests.select("region", "move_count", "held_count").rows() == [("North", 5, 1), ("South", 2, 1)]


def test_a_held_edit_blocks_every_region_that_its_account_moves_through(company):
    rows, _ = packets_of(company, company.with_account("c1", current_owner_id="ben").judge(add("c1", "ana")))
    assert rows.filter("is_held")["region"].to_list() == ["North", "South"]
    assert rows.filter(pl.col("account_id") == "c1").height == 2


def test_a_withdrawn_account_is_in_no_packet(company):
    gone = pl.DataFrame({"account_id": ["a2"], "other_cycle": ["2026-event-1"]})
    rows, _ = packets_of(company, company.judge(withdrawn=gone))
    assert "a2" not in rows["account_id"]


def test_a_digest_covers_cycle_revision_region_and_every_row(company):
    verdicts = company.judge()
    _, digests = packets_of(company, verdicts)
    north, south = digests["digest"]
    assert len(north) == 64
    assert north != south
    for changed in (
        packets_of(company, verdicts, cycle="2027q1-global"),
        packets_of(company, verdicts, revision=2),
        packets_of(company, company.judge(add("o1", "ana"))),
    ):
        assert changed[1]["digest"][0] != north


def test_an_edit_in_one_region_leaves_the_other_regions_digest(company):
    _, before = packets_of(company, company.judge())
    _, after = packets_of(company, company.judge(add("o1", "ana")))
    assert before["digest"][1] == after["digest"][1]


def test_digests_do_not_depend_on_the_order_of_rows(company):
    verdicts = company.judge(add("c1", "ana"))
    rows, digests = packets_of(company, verdicts)
    again = packets(
        verdicts.reviewed_books.reverse(),
        verdicts.edit_verdicts.reverse(),
        company.reps.reverse(),
        cycle="2026q4-global",
        revision=1,
    )
    assert again[0].equals(rows)
    assert again[1].equals(digests)


def test_nothing_moved_means_nothing_to_sign(company):
    still = company.judge().reviewed_books.with_columns(is_move=pl.lit(False))
    rows, digests = packets(still, company.judge().edit_verdicts, company.reps, cycle="c", revision=1)
    assert rows.is_empty()
    assert digests.is_empty()
