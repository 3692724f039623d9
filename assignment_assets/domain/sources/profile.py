"""What a cycle would start from: the figures of a snapshot on one page, before anything is opened."""

from collections.abc import Collection, Iterator

import polars as pl

from assignment_assets.domain.sources.contract import Snapshot
from assignment_assets.domain.sources.figures import Example, Exceptions, IdleRep, MoneyFigures, Profile, TableRows
from assignment_assets.domain.sources.row_rules import TEAMS
from assignment_assets.domain.tables import CurrentBooksFrame, EligiblePoolFrame

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
    notes = [note for totals in snapshot.totals.values() for note in totals.notes]
    is_contradiction = [note.startswith("Contradiction") or "contradict" in note for note in notes]
    inside = books.filter(pl.col("is_active") & pl.col("team").is_in(QUEUES))
    return Profile(
        as_of=as_of,
        rows=tuple(
            TableRows(name, each.read, each.kept, each.faulty, each.listed, each.excluded)
            for name, each in snapshot.totals.items()
        ),
        exceptions=tuple(_exceptions(snapshot.exceptions)),
        notes=tuple(note for note, is_one in zip(notes, is_contradiction, strict=True) if not is_one),
        contradictions=(
            *(note for note, is_one in zip(notes, is_contradiction, strict=True) if is_one),
            *_twins(snapshot.accounts),
        ),
        owners=_counted(_owner_states(snapshot, placeholder_owner_ids), OWNER_STATES),
        referrals=_counted(kept["referral_status"], REFERRAL_STATES),
        locks=_counted(lock_kinds.drop_nulls(), AUTOMATIC),
        standings=_counted(pool["reason"]),
        deals=_deals(snapshot.opportunities),
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


def _exceptions(listed: pl.DataFrame) -> Iterator[Exceptions]:
    kinds = listed.sort("row_no", nulls_last=True).group_by(
        "table_name", "column_name", "expected", "remedy", maintain_order=True
    )
    frames = sorted(kinds, key=lambda kind: (-kind[1].height, kind[0]))
    for (table, column, expected, remedy), rows in frames:
        examples = tuple(
            Example(row["row_no"], row["record_id"], row["found"]) for row in rows.head(EXAMPLES).iter_rows(named=True)
        )
        yield Exceptions(str(table), str(column), str(expected), str(remedy), rows.height, examples)


def _twins(accounts: pl.DataFrame) -> Iterator[str]:
    plain = pl.col("name").str.to_lowercase().str.strip_chars()
    twins = accounts.filter(pl.struct(plain, "state", "postal_code").is_duplicated())
    if twins.height:
        names = ", ".join(twins["name"].unique(maintain_order=True).head(EXAMPLES))
        yield f"{twins.height} accounts share name, state and ZIP code with another, such as {names}."


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
