"""The accounts that changed hands as a list: worded rows for people, one row an account for a spreadsheet."""

import re
from datetime import datetime

import polars as pl

from assignment_assets.domain.assignment.moves import MOVE_REASONS
from assignment_assets.domain.ownership.comparison import Comparison
from assignment_assets.domain.ownership.outcomes import KINDS
from assignment_assets.report.names import Names
from assignment_assets.report.wording import NOTHING, day, words

NOBODY = "nobody"
FORMULA = re.compile(r"^[=+\-@\t\r]")
"""How a cell begins that a spreadsheet would reckon instead of showing."""
SHEET_COLUMNS = {
    **dict.fromkeys(("change", "account_id", "account", "state", "owner_before_id", "owner_before"), pl.String),
    **dict.fromkeys(("owner_after_id", "owner_after", "kind", "reason", "why", "decided_by", "signed_by"), pl.String),
    "signed_at": pl.Datetime("us"),
    "owner_since": pl.Datetime("us"),
    "explained_by": pl.String,
}


def people_of(people: pl.DataFrame) -> pl.DataFrame:
    """rep_id and name, with the id behind a name that several share."""
    shared = pl.col("name").is_duplicated() & pl.col("name").is_not_null()
    return people.with_columns(
        name=pl.when(shared).then(pl.col("name") + " (" + pl.col("rep_id") + ")").otherwise("name")
    )


def reason_words(code: str | None) -> str:
    """A reason's code in words: full → its owner's book is full."""
    return MOVE_REASONS.get(code or "") or words(code)


def counted(comparison: Comparison) -> pl.DataFrame:
    """kind, reason, accounts: how many accounts changed hands why, the most frequent reason of a kind first."""
    counts = comparison.changed.group_by("kind", "reason").agg(accounts=pl.len().cast(pl.Int64))
    rank = pl.col("kind").replace_strict({kind: place for place, kind in enumerate(KINDS)}, return_dtype=pl.Int64)
    return counts.sort(rank, -pl.col("accounts"), "reason")


def worded(comparison: Comparison, names: Names, most: int | None = None) -> pl.DataFrame:
    """The changed accounts, or the first of them, with owners by name, and in words why, who decided and since when."""
    changed = comparison.changed if most is None else comparison.changed.head(most)
    by_way = _by_way(changed, comparison.steps, names)
    rows = [
        row
        | {
            "from": person(row["from_id"], names),
            "to": person(row["to_id"], names),
            "who": who(row),
            "when": when(row),
            "why": " ".join(filter(None, [row["sentence"], by_way.get(row["account_id"])])) or NOTHING,
        }
        for row in changed.to_dicts()
    ]
    texts = dict.fromkeys(("from", "to", "who", "when", "why"), pl.String)
    return pl.DataFrame(rows, schema=changed.schema | texts)


def person(rep_id: str | None, names: Names) -> str:
    """The owner's name; nobody where there is none."""
    return names.person(rep_id) if rep_id else NOBODY


def who(row: dict) -> str:
    """Who decided a change, and who signed it."""
    signed = row["signed_by"]
    if row["decided_by"] and signed and signed != row["decided_by"]:
        return f"{row['decided_by']}; signed by {signed}"
    if row["kind"] == "outside":
        return "not known"
    return row["decided_by"] or (f"signed by {signed}" if signed else "nobody has signed")


def when(row: dict) -> str:
    """Since when the new owner has been there; of a plan, that it is one."""
    if row["at"] is not None:
        return _moment(row["at"])
    if row["signed_at"] is not None:
        return f"signed {_moment(row['signed_at'])}"
    return NOTHING if row["kind"] in ("outside", "kept", "locked") else "planned"


def sheet(comparison: Comparison, accounts: pl.DataFrame, people: pl.DataFrame) -> pl.DataFrame:
    """The whole book before and after, one row an account (SHEET_COLUMNS); those that changed hands first.

    `change` is changed, came, went or stays. Text that a spreadsheet would reckon is shown as text.
    """
    both = comparison.before.join(comparison.after, on="account_id", how="full", suffix="_after", coalesce=True)
    change = (
        pl.when(pl.col("account_id").is_in(comparison.changed["account_id"].implode()))
        .then(pl.lit("changed"))
        .when(pl.col("account_id").is_in(comparison.came["account_id"].implode()))
        .then(pl.lit("came"))
        .when(pl.col("account_id").is_in(comparison.went["account_id"].implode()))
        .then(pl.lit("went"))
        .otherwise(pl.lit("stays"))
    )
    passed = pl.concat([comparison.came, comparison.went]).select("account_id", passed="sentence")
    rows = both.join(comparison.changed, on="account_id", how="left").join(passed, on="account_id", how="left")
    rows = rows.join(accounts.select("account_id", account="name", state="state"), on="account_id", how="left")
    for end in ("owner_id", "owner_id_after"):
        named = people.select(pl.col("rep_id").alias(end), pl.col("name").alias(f"{end}_name"))
        rows = rows.join(named, on=end, how="left")
    rows = rows.with_columns(
        change=change,
        owner_before_id="owner_id",
        owner_before=pl.coalesce("owner_id_name", "owner_id"),
        owner_after_id="owner_id_after",
        owner_after=pl.coalesce("owner_id_after_name", "owner_id_after"),
        why=pl.coalesce("sentence", "passed"),
        owner_since="at",
        explained_by="source",
        rank=pl.when(change == "stays").then(1).otherwise(0),
    ).sort("rank", "change", "account_id")
    texts = [name for name, dtype in SHEET_COLUMNS.items() if dtype == pl.String]
    return rows.select(
        pl.when(pl.col(name).str.contains(FORMULA.pattern)).then("'" + pl.col(name)).otherwise(pl.col(name)).alias(name)
        if name in texts
        else pl.col(name)
        for name in SHEET_COLUMNS
    )


def books(comparison: Comparison, names: Names) -> pl.DataFrame:
    """owner, before, gave, took, after: accounts of each owner whose book is not as it was, most changes first."""
    before = comparison.before.group_by(owner_id="owner_id").agg(before=pl.len())
    after = comparison.after.group_by(owner_id="owner_id").agg(after=pl.len())
    kept = comparison.before.join(comparison.after, on=["account_id", "owner_id"], nulls_equal=True)
    rows = before.join(after, on="owner_id", how="full", coalesce=True, nulls_equal=True).join(
        kept.group_by("owner_id").agg(kept=pl.len()), on="owner_id", how="left", nulls_equal=True
    )
    rows = rows.with_columns(pl.col(name).cast(pl.Int64).fill_null(0) for name in ("before", "after", "kept"))
    rows = rows.select(
        "owner_id", "before", "after", gave=pl.col("before") - pl.col("kept"), took=pl.col("after") - pl.col("kept")
    )
    rows = rows.filter(pl.col("gave") + pl.col("took") > 0).sort(-(pl.col("gave") + pl.col("took")), "owner_id")
    owners = [person(each, names) for each in rows["owner_id"]]
    return rows.select(pl.Series("owner", owners, pl.String), "before", "gave", "took", "after")


def _by_way(changed: pl.DataFrame, steps: pl.DataFrame, names: Names) -> dict[str, str]:
    """Account → the owners on its way, where it changed hands more than once."""
    several = changed.filter(pl.col("step_count") > 1)["account_id"]
    ways: dict[str, list[dict]] = {}
    for row in steps.filter(pl.col("account_id").is_in(several.implode())).to_dicts():
        ways.setdefault(row["account_id"], []).append(row)
    return {
        account: "On the way: "
        + "; ".join(f"to {person(row['to_id'], names)}, {_within(KINDS[row['kind']])}" for row in way[:-1])
        + "."
        for account, way in ways.items()
    }


def _moment(at: datetime) -> str:
    """Day and time, which may stand in two lines, but neither of them in two."""
    return f"{day(at)} {at:%H:%M}".replace(" ", "\N{NO-BREAK SPACE}", 2)


def _within(text: str) -> str:
    return text[0].lower() + text[1:]
