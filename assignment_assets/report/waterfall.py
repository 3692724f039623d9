"""The waterfall in counts: how many accounts each stage handed on."""

from collections.abc import Mapping

import polars as pl

from assignment_assets.domain.placed import BY_HAND, MOVED
from assignment_assets.report.wording import words

STEPS = {
    "accounts": "All accounts",
    "pool": "In the pool",
    "locked": "Locked with their rep",
    "placed": "Placed by the engine",
    "overflow": "To Inside Sales",
    "moves": "Owner changes proposed",
    "reviewed": "Owner changes after review",
    "approved": "Approved",
    "written": "With their new owner",
}


def waterfall(tables: Mapping[str, pl.DataFrame]) -> pl.DataFrame:
    """One row a step: step, label, accounts (null where its stage has not run), note.

    Parameters
    ----------
    tables
        Table name → frame; any of accounts, eligible_pool, locks, proposed_books, overflow, reviewed_books,
        approved_diff and write_back_log. `locked` + `placed` + `overflow` = `pool`.
    """
    counts = {step: (None, "") for step in STEPS}
    if "accounts" in tables:
        counts["accounts"] = (tables["accounts"].height, "")
    if "eligible_pool" in tables:
        counts["pool"] = _pool(tables["eligible_pool"])
    if "locks" in tables:
        counts["locked"] = (tables["locks"].height, _tally(tables["locks"]["lock_kind"]))
    if "proposed_books" in tables:
        placed = tables["proposed_books"].filter(pl.col("phase") != "lock")
        counts["placed"] = (placed.height, _tally(placed["phase"]))
        counts["moves"] = (_moves(tables["proposed_books"]) + _moves(tables.get("overflow")), "")
    if "overflow" in tables:
        counts["overflow"] = (tables["overflow"].height, _tally(tables["overflow"]["inside_sales_queue"]))
    if "reviewed_books" in tables:
        changes = tables["reviewed_books"].filter(pl.col("review_change") != "none")["review_change"]
        counts["reviewed"] = (_moves(tables["reviewed_books"]), _tally(changes))
    if "approved_diff" in tables:
        counts["approved"] = _approved(tables["approved_diff"])
    if "write_back_log" in tables:
        counts["written"] = _written(tables["write_back_log"])
    rows = [
        {"step": step, "label": label, "accounts": counts[step][0], "note": counts[step][1]}
        for step, label in STEPS.items()
    ]
    schema = {"step": pl.String, "label": pl.String, "accounts": pl.Int64, "note": pl.String}
    return pl.DataFrame(rows, schema=schema)


def _pool(pool: pl.DataFrame) -> tuple[int, str]:
    standing = pool["standing"]
    fixed, out = (standing == "fixed").sum(), (standing == "out").sum()
    return (standing == "free").sum(), f"{fixed:,} stay with their owner, {out:,} are out"


def _approved(diff: pl.DataFrame) -> tuple[int, str]:
    approved, deferred = diff.filter(pl.col("status") == "approved"), still_deferred(diff)
    return approved["account_id"].n_unique(), f"{deferred.height:,} deferred" if deferred.height else ""


def still_deferred(diff: pl.DataFrame) -> pl.DataFrame:
    """The last row of each account of `approved_diff` that was deferred and has not been approved since."""
    approved = diff.filter(pl.col("status") == "approved").select("account_id")
    waiting = diff.filter(pl.col("status") == "deferred").join(approved, on="account_id", how="anti")
    return waiting.sort("sign_off_no", "account_id").unique("account_id", keep="last", maintain_order=True)


def _written(log: pl.DataFrame) -> tuple[int, str]:
    """The last attempt at each account decides."""
    last = log.sort("sign_off_no", "attempt").unique("account_id", keep="last", maintain_order=True)
    written = last.filter(pl.col("outcome").is_in(MOVED))
    by_hand = written.filter(pl.col("outcome").is_in(BY_HAND)).height
    said = [f"{by_hand:,} loaded by hand, not read back"] if by_hand else []
    unwritten = _tally(last.filter(~pl.col("outcome").is_in(MOVED))["outcome"])
    return written.height, ", ".join([*said, *filter(None, [unwritten])])


def _moves(frame: pl.DataFrame | None) -> int:
    return 0 if frame is None else int(frame["is_move"].sum())


def _tally(values: pl.Series) -> str:
    counted = values.drop_nulls().alias("value").value_counts(name="count")
    ranked = counted.sort(["count", "value"], descending=[True, False])
    return ", ".join(f"{count:,} {words(value)}" for value, count in ranked.rows())
