"""What a cycle would start from: the figures of a snapshot on one page, before anything is opened."""

from collections.abc import Collection, Iterator

import polars as pl

from assignment_assets.domain.sources.contract import Snapshot
from assignment_assets.domain.sources.figures import (
    EmptyColumn,
    Example,
    Exceptions,
    IdleRep,
    MoneyFigures,
    Note,
    Profile,
    TableRows,
)
from assignment_assets.domain.sources.row_rules import TEAMS
from assignment_assets.domain.tables import CurrentBooksFrame, EligiblePoolFrame, SourceExceptionsFrame

EXAMPLES = 3
OWNER_STATES = ("field", "inside_sales", "inactive", "placeholder", "unknown", "nobody")
REFERRAL_STATES = ("l3m", "dormant", "never")
AUTOMATIC = ("l3m_referrer", "keep_with_owner", "house", "protected_deal")
QUEUES = tuple(team for team in TEAMS if team not in ("field", "placeholder"))
_MONEY = (
    ("accounts", "revenue_cents"),
    ("accounts", "tam_cents"),
    ("accounts", "value_cents"),
    ("opportunities", "amount_cents"),
)

EMPTY_MEANS = {
    "accounts.owner_id": "every account counts as one that nobody owns",
    "accounts.opp_count": "books are not balanced by opportunities",
    "accounts.bps": "books are not balanced by BPS",
    "accounts.tam_cents": "books are not balanced by market potential",
    "accounts.value_cents": "accounts without referrals all weigh the same",
    "accounts.revenue_cents": "revenue caps and conflicts of revenue are off",
    "accounts.referrals_l3m": "nobody locks automatically",
    "accounts.referrals_l12m": "no account counts as referring",
    "accounts.referrals_ever": "every account counts as never referred",
    "reps.email": "nobody can be written to",
    "reps.director_email": "nobody can review",
    "reps.latitude": "it is not known where reps live, and nobody can receive",
    "opportunities.close_on": "no deal protects its account",
    "opportunities.amount_cents": "deals have no amount",
}
"""Column → what it means where it holds nothing, or 0, in every row; other columns may well be empty."""


def profile(
    snapshot: Snapshot,
    books: CurrentBooksFrame,
    pool: EligiblePoolFrame,
    lock_kinds: pl.Series,
    as_of: str,
    placeholder_owner_ids: Collection[str] = (),
) -> Profile:
    """The figures of the page that a cycle would start from.

    Parameters
    ----------
    books, pool
        As the cycle's own rules draw them from the snapshot.
    lock_kinds
        The automatic lock of every free account; null for none.
    placeholder_owner_ids
        Owners that mean nobody.
    """
    kept = pool.filter(pl.col("account_id").is_in(snapshot.accounts["account_id"].implode()))
    notes = [Note(name, sentence) for name, totals in snapshot.totals.items() for sentence in totals.notes]
    is_contradiction = ["contradict" in note.sentence.lower() for note in notes]
    inside = books.filter(pl.col("is_active") & pl.col("team").is_in(QUEUES))
    return Profile(
        as_of=as_of,
        rows=tuple(
            TableRows(name, each.read, each.kept, each.faulty, each.listed, each.excluded)
            for name, each in snapshot.totals.items()
        ),
        exceptions=exception_kinds(snapshot.exceptions),
        notes=tuple(note for note, is_one in zip(notes, is_contradiction, strict=True) if not is_one),
        contradictions=(
            *(note for note, is_one in zip(notes, is_contradiction, strict=True) if is_one),
            *_twins(snapshot.accounts),
        ),
        empty_columns=tuple(_empty_columns(snapshot)),
        owners=_counted(_owner_states(snapshot, placeholder_owner_ids), OWNER_STATES),
        referrals=_counted(kept["referral_status"], REFERRAL_STATES),
        locks=_counted(lock_kinds.drop_nulls(), AUTOMATIC),
        standings=_counted(pool["reason"]),
        deals=_deals(snapshot.opportunities),
        deals_outside=snapshot.totals["opportunities"].outside,
        uncovered=_uncovered(snapshot, pool, books),
        num_receivers=books.filter("is_receiver").height,
        idle_reps=tuple(_idle(snapshot, books)),
        inside_sales=_counted(inside["team"], QUEUES),
        money=tuple(_money(snapshot)),
    )


def _counted(values: pl.Series, order: tuple[str, ...] = ()) -> dict[str, int]:
    """Value → how often; all of `order` first, those that do not occur with 0, then the others by number."""
    met = dict(values.alias("value").value_counts().sort("count", "value", descending=[True, False]).iter_rows())
    return {name: met.get(name, 0) for name in order} | {name: met[name] for name in met if name not in order}


def exception_kinds(listed: SourceExceptionsFrame) -> tuple[Exceptions, ...]:
    """What was listed, the most frequent kind first, each with its first three rows."""
    return tuple(_exceptions(listed))


def _exceptions(listed: SourceExceptionsFrame) -> Iterator[Exceptions]:
    kinds = listed.sort("row_no", nulls_last=True).group_by(
        "table_name", "column_name", "expected", "remedy", maintain_order=True
    )
    frames = sorted(kinds, key=lambda kind: (-kind[1].height, kind[0]))
    for (table, column, expected, remedy), rows in frames:
        examples = tuple(
            Example(row["row_no"], row["record_id"], row["found"]) for row in rows.head(EXAMPLES).iter_rows(named=True)
        )
        yield Exceptions(str(table), str(column), str(expected), str(remedy), rows.height, examples)


def _twins(accounts: pl.DataFrame) -> Iterator[Note]:
    plain = pl.col("name").str.to_lowercase().str.strip_chars()
    twins = accounts.filter(pl.struct(plain, "state", "postal_code").is_duplicated())
    if twins.height:
        names = ", ".join(twins["name"].unique(maintain_order=True).head(EXAMPLES))
        said = f"{twins.height} accounts share name, state and ZIP code with another, such as {names}."
        yield Note("accounts", said)


def _empty_columns(snapshot: Snapshot) -> Iterator[EmptyColumn]:
    frames = {"accounts": snapshot.accounts, "reps": snapshot.reps, "opportunities": snapshot.opportunities}
    for field, meaning in EMPTY_MEANS.items():
        table, _, column = field.partition(".")
        cells = frames[table][column].drop_nulls()
        if frames[table].height and not (cells.cast(pl.Boolean).any() if cells.dtype.is_numeric() else cells.len()):
            yield EmptyColumn(table, column, meaning)


def _owner_states(snapshot: Snapshot, placeholders: Collection[str]) -> pl.Series:
    owner = pl.col("owner_id")
    strangers = snapshot.exceptions.filter(
        (pl.col("table_name") == "accounts") & (pl.col("column_name") == "owner_id")
    )["record_id"]
    judged = snapshot.accounts.join(
        snapshot.reps.select("team", "is_active", owner_id="rep_id"), on="owner_id", how="left"
    ).select(
        state=pl.when(pl.col("account_id").is_in(strangers.implode()))
        .then(pl.lit("unknown"))
        .when(owner.is_null())
        .then(pl.lit("nobody"))
        .when(owner.is_in(list(placeholders)) | (pl.col("team") == "placeholder").fill_null(False))
        .then(pl.lit("placeholder"))
        .when(pl.col("team").is_null())
        .then(pl.lit("unknown"))
        .when(~pl.col("is_active").fill_null(False))
        .then(pl.lit("inactive"))
        .when(pl.col("team") == "field")
        .then(pl.lit("field"))
        .otherwise(pl.lit("inside_sales"))
    )
    gone = strangers.filter(~strangers.is_in(snapshot.accounts["account_id"].implode())).len()
    return pl.concat([judged["state"], pl.Series("state", ["unknown"] * gone, dtype=pl.String)])


def _deals(deals: pl.DataFrame) -> dict[str, int]:
    closed = deals.filter("is_closed")
    won = closed.filter("is_won").height
    return {"open": deals.height - closed.height, "won": won, "closed otherwise": closed.height - won}


def _uncovered(snapshot: Snapshot, pool: pl.DataFrame, books: CurrentBooksFrame) -> dict[str, int]:
    covered = books.filter("is_receiver")["covered_states"].explode().drop_nulls().unique()
    free = pool.filter(pl.col("standing") == "free").select("account_id")
    states = snapshot.accounts.join(free, on="account_id", how="semi")["state"].drop_nulls()
    return _counted(states.filter(~states.is_in(covered.implode())))


def _idle(snapshot: Snapshot, books: CurrentBooksFrame) -> Iterator[IdleRep]:
    faults = {
        row["record_id"]: f"{row['column_name']} = {row['found']}"
        for row in snapshot.exceptions.filter(pl.col("table_name") == "reps").iter_rows(named=True)
    }
    shown = snapshot.reps.join(
        books.filter((pl.col("team") == "field") & ~pl.col("is_receiver")).select("rep_id", "receiver_reason"),
        on="rep_id",
    ).sort("rep_id")
    for rep in shown.iter_rows(named=True):
        column = _CELLS.get(rep["receiver_reason"], "")
        cell = faults.get(rep["rep_id"], f"{column} = {rep[column]}" if column else "")
        yield IdleRep(rep["rep_id"], rep["name"], rep["receiver_reason"], cell)


_CELLS = {
    "inactive": "is_active",
    "on_leave": "on_leave_until",
    "no_coordinates": "latitude",
    "no_region": "region",
    "no_covered_states": "covered_states",
    "no_capacity": "capacity",
}


def _money(snapshot: Snapshot) -> Iterator[MoneyFigures]:
    frames = {"accounts": snapshot.accounts, "opportunities": snapshot.opportunities}
    for table, column in _MONEY:
        cells = frames[table][column].drop_nulls()
        yield MoneyFigures(
            table,
            column.removesuffix("_cents"),
            int((cells != 0).sum()),
            int(cells.sum()),
            _whole(cells.min()),
            _whole(cells.max()),
        )


def _whole(value: object) -> int | None:
    return value if isinstance(value, int) else None
