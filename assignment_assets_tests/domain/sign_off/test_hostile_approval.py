"""A move between two regions waits for both again when either has to sign again."""

import polars as pl

from assignment_assets.domain.sign_off.approval import OWNED_NOW, approve, in_force
from assignment_assets.domain.sign_off.verdicts import SIGNED_REGIONS
from assignment_assets.domain.tables import APPROVED_DIFF, SIGN_OFF_PACKETS


def rows(table, *given):
    return table.conform(pl.DataFrame([dict.fromkeys(table.columns) | row for row in given], schema=table.columns))


def signed(**digests):
    return rows(
        SIGNED_REGIONS,
        *(
            {"region": region, "receipt_no": number, "signed_by": "priya", "digest": digest}
            for number, (region, digest) in enumerate(digests.items(), 1)
        ),
    )


PACKETS = rows(
    SIGN_OFF_PACKETS,
    *(
        {"account_id": "x1", "region": region, "old_owner_id": "ana", "new_owner_id": "cleo", "is_held": False}
        for region in ("North", "South")
    ),
)
OWNED = rows(
    OWNED_NOW.rows, *({"rep_id": each, "name": each, "owned_count": 1, "capacity": 10} for each in ("ana", "cleo"))
)


def test_one_region_that_has_to_sign_again_takes_the_shared_move_back_until_it_does():
    first = approve(PACKETS, signed(North="n1", South="s1"), APPROVED_DIFF.empty(), OWNED, sign_off_no=1)
    assert in_force(first)["account_id"].to_list() == ["x1"]
    back = approve(PACKETS, signed(South="s1"), first, OWNED, sign_off_no=2)
    assert back.select("account_id", "status", "deferred_because").rows() == [
        ("x1", "revoked", "North must sign again")
    ]
    so_far = pl.concat([first, back])
    assert in_force(so_far).is_empty()
    assert approve(PACKETS, signed(South="s1"), so_far, OWNED, sign_off_no=3).is_empty()
    again = approve(PACKETS, signed(South="s1", North="n2"), so_far, OWNED, sign_off_no=3)
    assert in_force(pl.concat([so_far, again]))["account_id"].to_list() == ["x1"]


def test_what_is_written_is_not_taken_back():
    first = approve(PACKETS, signed(North="n1", South="s1"), APPROVED_DIFF.empty(), OWNED, sign_off_no=1)
    assert approve(PACKETS, signed(South="s1"), first, OWNED, sign_off_no=2, verified=frozenset({"x1"})).is_empty()
