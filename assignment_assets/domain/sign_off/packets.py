"""What each region signs: every move that touches it, and the digest of what was shown."""

import hashlib
import json

import polars as pl

from assignment_assets.domain.regions import FORMER_NO_REGION, NO_REGION, regions_of_owners
from assignment_assets.domain.review.facts import ReviewRepsFrame
from assignment_assets.domain.tables import (
    REGION_DIGESTS,
    SIGN_OFF_PACKETS,
    EditVerdictsFrame,
    RegionDigestsFrame,
    ReviewedBooksFrame,
    SignOffPacketsFrame,
)

_SHOWN = [name for name in SIGN_OFF_PACKETS.columns if name != "region"]


def packets(
    reviewed_books: ReviewedBooksFrame,
    edit_verdicts: EditVerdictsFrame,
    reps: ReviewRepsFrame,
    *,
    cycle: str,
    revision: int,
) -> tuple[SignOffPacketsFrame, RegionDigestsFrame]:
    """Moves per region and each region's digest.

    A move between regions is in both. An edit that is still held is one row in every region that it or the
    account's move touches, with the rep who is asked for as the new owner: none of these regions can sign before
    Growth Strategy has decided it. A region without a row has nothing to sign, and no digest.

    Parameters
    ----------
    reviewed_books, edit_verdicts
        As `held_edits.decide` gives them: decisions are applied before.
    cycle, revision
        Part of every digest: a signature counts for one revision of one cycle.
    """
    books = reviewed_books.rename({"current_owner_id": "old_owner_id", "reviewed_owner_id": "new_owner_id"})
    asked = edit_verdicts.filter((pl.col("verdict") == "held") & (pl.col("edit_kind") == "add"))
    asked = asked.sort("receipt_no", "row_no").unique("account_id", keep="first", maintain_order=True)
    asked = asked.select("account_id", asked_rep_id="rep_id", asked_reason="edit_reason", asked_sentence="message")
    moves = books.filter("is_move").join(asked, on="account_id", how="anti").with_columns(is_held=pl.lit(False))
    held = books.join(asked, on="account_id").with_columns(
        is_held=pl.lit(True), move_reason="asked_reason", reason_sentence="asked_sentence"
    )
    as_asked = held.with_columns(new_owner_id="asked_rep_id")
    touched = [
        as_asked,
        as_asked.with_columns(old_owner_id="proposed_owner_id"),
        held.filter("is_move"),
    ]
    regions = pl.concat([regions_of_owners(ends, reps).select("account_id", "region") for ends in touched]).unique()
    held_rows = as_asked.join(regions, on="account_id")
    columns = [name for name in SIGN_OFF_PACKETS.columns if name != "other_region"]
    rows = pl.concat([regions_of_owners(moves, reps).select(columns), held_rows.select(columns)])
    packet_rows = SIGN_OFF_PACKETS.conform(_with_other_region(rows))
    return packet_rows, _digests(packet_rows, cycle, revision)


def packet_digest(rows: pl.DataFrame, cycle: str, revision: int) -> str:
    """The digest of one region's rows of SIGN_OFF_PACKETS: what its signature covers."""
    heading = {"cycle": cycle, "revision": revision, "region": _signed_name(rows["region"][0])}
    lines = [heading, *rows.sort("account_id").select(_SHOWN).to_dicts()]
    text = "\n".join(json.dumps(line, ensure_ascii=False, sort_keys=True) for line in lines)
    return hashlib.sha256(text.encode()).hexdigest()


def _signed_name(region: str) -> str:
    """A region as digests name it: what was signed before the pseudo-region had its name must stay signed."""
    return FORMER_NO_REGION if region == NO_REGION else region


def _with_other_region(rows: pl.DataFrame) -> pl.DataFrame:
    pairs = rows.select("account_id", "region").join(rows.select("account_id", other="region"), on="account_id")
    others = pairs.filter(pl.col("region") != pl.col("other")).sort("account_id", "region", "other")
    others = others.group_by("account_id", "region").agg(other_region=pl.col("other").str.join(", "))
    return rows.join(others, on=["account_id", "region"], how="left")


def _digests(packet_rows: SignOffPacketsFrame, cycle: str, revision: int) -> RegionDigestsFrame:
    digests = []
    for (region,), rows in packet_rows.group_by("region", maintain_order=True):
        held_count = int(rows["is_held"].sum())
        digests.append((region, rows.height - held_count, held_count, packet_digest(rows, cycle, revision)))
    return REGION_DIGESTS.conform(pl.DataFrame(digests, schema=REGION_DIGESTS.columns, orient="row"))
