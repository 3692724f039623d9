"""What people return changes the waterfall exactly as the rules say, and everything has a verdict."""

import polars as pl

from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    AUDIT_LOG,
    EDIT_VERDICTS,
    ELIGIBLE_POOL,
    LOCK_VERDICTS,
    LOCKS,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    REVIEWED_BOOKS,
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
    SUBMISSIONS,
)
from assignment_assets.io.published_cycle import read_status
from assignment_assets.stages.invariants import require_invariants
from assignment_assets_tests.company import DANA, OLIVIA, PRIYA, TOM, tiny


def receipts_folder(cycle, person):
    """Where a person finds what became of their answers."""
    return cycle.folder.root / "outbox" / cycle.name / "receipts" / person


def test_keep_lists_that_come_in_time_lock_and_late_ones_do_not(opened):
    opened.pass_time(days=1)
    opened.keep("ana", {f"a{number:02}": "keep" for number in (3, 4, 5, 6, 7, 8)} | {"a09": "keep", "a12": "release"})
    opened.look("lock_lists")
    opened.pass_time(days=7)
    opened.keep("ben", {"b06": "keep"})
    (late,) = opened.look("lock_lists").new_receipts
    assert late.is_late
    opened.run("propose")
    picked = opened.table(LOCKS).filter(pl.col("receipt_no").is_not_null())
    kinds = picked["lock_kind"].value_counts().sort("lock_kind").rows()
    assert kinds == [("dormant_pick", 5), ("never_referred_pick", 1)]
    (refused,) = opened.rows(LOCK_VERDICTS, verdict="refused")
    assert (refused["rep_id"], refused["rule"]) == ("ana", "over_quota")
    told = (receipts_folder(opened, "ana") / "lock_lists-verdicts.txt").read_text()
    assert refused["message"] in told
    assert opened.table(SUBMISSIONS).select("person", "is_late").rows() == [("ana", False), ("ben", True)]
    assert set(opened.table(AUDIT_LOG)["actor"]) == {"ana", "ben"}
    stays = opened.table(PROPOSED_BOOKS).filter(pl.col("phase") == "lock")
    assert set(stays["account_id"]) == set(opened.table(LOCKS)["account_id"])


def test_silence_lets_the_proposal_stand(reviewed):
    books = reviewed.table(REVIEWED_BOOKS)
    assert set(books["review_change"]) == {"none"}
    assert (books["reviewed_owner_id"] == books["proposed_owner_id"]).all()
    require_invariants(reviewed.warehouse, reviewed.name, "reviewed_books", "sign_off_packets")


def test_edits_are_judged_when_the_gate_closes_and_held_ones_wait_for_growth_strategy(proposed):
    """Dana drops one of Ana's accounts, asks for one of Cleo's, and for one that Ana does not cover."""
    books = proposed.table(PROPOSED_BOOKS).filter(pl.col("phase") != "lock").sort("account_id")
    states = dict(tiny().accounts.select("account_id", "state").iter_rows())
    held_by = {rep_id: group["account_id"].to_list() for (rep_id,), group in books.group_by("rep_id")}
    dropped = held_by["ana"][0]
    owned = dict(books.select("account_id", "current_owner_id").iter_rows())
    wanted = next(
        each for rep_id in ("cleo", "nia") for each in held_by[rep_id] if states[each] == "TX" and owned[each] != "ana"
    )
    far = next(each for rep_id in ("ben", "cleo", "nia") for each in held_by[rep_id] if states[each] in ("NM", "LA"))
    proposed.edit(DANA, drop={dropped: "morale"}, add=[(wanted, "ana", "relationship"), (far, "ana", "edge_case")])
    proposed.look("review_edits")
    proposed.review()
    verdicts = {row["account_id"]: row for row in proposed.rows(EDIT_VERDICTS)}
    assert {each: (row["verdict"], row["rule"]) for each, row in verdicts.items()} == {
        dropped: ("accepted", None),
        wanted: ("held", "one_voice"),
        far: ("refused", "covered_states"),
    }
    require_invariants(proposed.warehouse, proposed.name, "reviewed_books", "sign_off_packets")
    assert all(row["held_count"] == 1 for row in proposed.rows(REGION_DIGESTS) if row["region"] != "no_region")

    proposed.sign("South", PRIYA)
    proposed.look("sign_offs")
    proposed.run("sign_off")
    (verdict,) = proposed.rows(SIGN_OFF_VERDICTS)
    assert (verdict["verdict"], verdict["rule"]) == ("refused", "held_edits_open")
    assert proposed.table(APPROVED_DIFF).is_empty()

    proposed.decide(verdicts[wanted], PRIYA, "accept")
    proposed.look("sign_offs")
    proposed.run("sign_off")
    assert set(proposed.table(REGION_DIGESTS)["held_count"]) == {0}
    gained = proposed.rows(SIGN_OFF_PACKETS, account_id=wanted)
    assert {row["new_owner_id"] for row in gained} == {"ana"}
    proposed.sign_off()
    assert set(proposed.table(SIGN_OFF_VERDICTS).filter(pl.col("receipt_no") > 2)["verdict"]) == {"accepted"}
    (approved,) = proposed.rows(APPROVED_DIFF, account_id=wanted)
    assert (approved["new_owner_id"], approved["move_reason"]) == ("ana", "relationship")


def test_only_entitled_people_sign_what_stands_and_never_the_opener_alone(reviewed):
    reviewed.sign("North", TOM)
    reviewed.sign("South", OLIVIA)
    reviewed.sign("North", PRIYA, digest="0" * 64)
    reviewed.look("sign_offs")
    reviewed.run("sign_off")
    verdicts = {row["signed_by"]: (row["verdict"], row["rule"]) for row in reviewed.rows(SIGN_OFF_VERDICTS)}
    assert verdicts == {
        TOM: ("refused", "not_entitled"),
        OLIVIA: ("refused", "opener_only_signer"),
        PRIYA: ("refused", "digest_changed"),
    }
    assert reviewed.table(APPROVED_DIFF).is_empty()
    assert "refused: " in (receipts_folder(reviewed, TOM) / "sign_offs-verdicts.txt").read_text()


def test_a_signed_region_waits_for_nobody_and_moves_between_regions_for_both(reviewed):
    """Books are full before: what North gains within itself waits for seats that only South's signature frees."""
    reviewed.sign_off("North")
    packets = reviewed.table(SIGN_OFF_PACKETS)
    shared = set(packets.filter(pl.col("other_region").is_not_null())["account_id"])
    own = set(packets.filter(pl.col("region") == "North")["account_id"]) - shared
    first = reviewed.table(APPROVED_DIFF)
    assert set(first["account_id"]) == own
    deferred = first.filter(pl.col("status") == "deferred")
    assert deferred.height
    assert all("12 of 12" in why or "capacity" in why or "seat" in why for why in deferred["deferred_because"])
    reviewed.sign_off("South", person=TOM)
    last = reviewed.table(APPROVED_DIFF).group_by("account_id", maintain_order=True).last()
    assert set(last["account_id"]) == set(packets["account_id"])
    assert set(last["status"]) == {"approved"}
    assert set(deferred["account_id"]) <= set(last.filter(pl.col("sign_off_no") > 1)["account_id"])
    require_invariants(reviewed.warehouse, reviewed.name, "approved_diff")
    before = reviewed.table(APPROVED_DIFF)
    reviewed.run("sign_off")
    assert reviewed.table(APPROVED_DIFF).equals(before)


def test_files_are_no_org_to_write_to_and_what_is_approved_waits_for_people(reviewed):
    reviewed.sign_off()
    reviewed.run("write_back")
    assert "ready to be loaded by hand" in read_status(reviewed.folder, reviewed.name, reviewed.now).next_step


def test_a_narrower_cycle_withdraws_its_accounts_from_the_wider_one(proposed):
    narrow = type(proposed)(proposed.folder, "one-rep", proposed.now)
    narrow.open(scope="rep", reps=["cleo"])
    proposed.review()
    books = proposed.table(REVIEWED_BOOKS)
    gone = books.filter(pl.col("review_change") == "withdrawn")
    assert set(gone["account_id"]) >= {f"c{number:02}" for number in range(1, 13)}
    assert not gone["is_move"].any()
    assert "the narrower cycle one-rep decides" in gone["reason_sentence"][0]
    assert gone.join(proposed.table(SIGN_OFF_PACKETS), on="account_id", how="semi").is_empty()


def test_a_narrower_cycle_that_opens_late_has_the_regions_sign_again(reviewed):
    reviewed.sign_off("North", "South")
    before = {row["region"]: row["digest"] for row in reviewed.rows(REGION_DIGESTS)}
    narrow = type(reviewed)(reviewed.folder, "one-rep", reviewed.now)
    narrow.open(scope="rep", reps=["cleo"])
    reviewed.run("sign_off")
    after = {row["region"]: row["digest"] for row in reviewed.rows(REGION_DIGESTS)}
    assert after["South"] != before["South"]
    latest = reviewed.table(APPROVED_DIFF).group_by("account_id", maintain_order=True).last()
    claimed = {row["account_id"] for row in narrow.rows(ELIGIBLE_POOL, standing="free")}
    assert latest.filter(pl.col("account_id").is_in(sorted(claimed)) & (pl.col("status") == "approved")).is_empty()
    reviewed.sign_off(person=PRIYA)
    require_invariants(reviewed.warehouse, reviewed.name, "approved_diff")
