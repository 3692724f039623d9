"""Who owns what before and after, and whose books are measured against each other."""

import polars as pl

MEASURES = ("account_count", "opp_count", "bps", "tam_cents", "value_cents")
BOOK_STATES = ("before", "proposed", "reviewed", "decided")
BOOK_SIZE = 100  # accounts, where a rep has no capacity of their own


def ownership(
    accounts: pl.DataFrame,
    proposed_books: pl.DataFrame | None = None,
    overflow: pl.DataFrame | None = None,
    reviewed_books: pl.DataFrame | None = None,
    decided_books: pl.DataFrame | None = None,
) -> pl.DataFrame:
    """Each account outside the carve-outs with its owner before, proposed, reviewed, decided, and `after`: the latest.

    Parameters
    ----------
    accounts
        All accounts of the cycle, as they were owned when it began.
    proposed_books, overflow, reviewed_books
        The tables of those names; None when the stage has not run, and then their column is absent.
    decided_books
        The books with Growth Strategy's decisions on held edits; where they decided nothing `decided` is absent.

    Returns
    -------
    ownership
        account_id, name, state, latitude, longitude, the measures (whole hundredths and cents, and
        `account_count` = 1), and the owner columns. An account outside the pool keeps its owner.
    """
    owned = accounts.filter(pl.col("carve_out").fill_null("") == "").select(
        "account_id",
        "name",
        "state",
        "latitude",
        "longitude",
        pl.lit(1, pl.Int64).alias("account_count"),
        *(pl.col(measure).fill_null(0) for measure in MEASURES[1:]),
        pl.col("owner_id").alias("before"),
    )
    latest = "before"
    if proposed_books is not None:
        proposals = [proposed_books.select("account_id", proposed="rep_id")]
        if overflow is not None:
            proposals.append(overflow.select("account_id", proposed="member_id"))
        owned = _take_over(owned, pl.concat(proposals), "proposed", latest)
        latest = "proposed"
    if reviewed_books is not None:
        owned = _take_over(owned, reviewed_books.select("account_id", reviewed="reviewed_owner_id"), "reviewed", latest)
        latest = "reviewed"
    if decided_books is not None:
        decided = _take_over(owned, decided_books.select("account_id", decided="reviewed_owner_id"), "decided", latest)
        if not decided["decided"].equals(decided[latest]):
            owned, latest = decided, "decided"
    return owned.with_columns(after=latest).sort("account_id")


def _take_over(owned: pl.DataFrame, owners: pl.DataFrame, column: str, otherwise: str) -> pl.DataFrame:
    joined = owned.join(owners, on="account_id", how="left", maintain_order="left")
    return joined.with_columns(pl.coalesce(column, otherwise).alias(column))


def field_reps(reps: pl.DataFrame, current_books: pl.DataFrame | None = None) -> pl.DataFrame:
    """The reps whose books are measured: rep_id, name, region, capacity (accounts, at least 1).

    Active field reps, not on leave, not departed. Capacity comes from `current_books` where it is given
    (ramping reps have less there).
    """
    field = reps.filter((pl.col("team") == "field") & pl.col("is_active"))
    if current_books is not None:
        working = current_books.filter(pl.col("is_active") & ~pl.col("is_on_leave") & ~pl.col("is_churned"))
        field = field.drop("capacity").join(working.select("rep_id", "capacity"), on="rep_id")
    kept = field.filter(pl.col("capacity").fill_null(BOOK_SIZE) > 0)
    return kept.select("rep_id", "name", "region", pl.col("capacity").fill_null(BOOK_SIZE)).sort("rep_id")


def loads(owned: pl.DataFrame, book_state: str, reps: pl.DataFrame) -> pl.DataFrame:
    """One row a rep of `reps` with the sums of the accounts owned in that book state; zeros for an empty book."""
    sums = owned.group_by(pl.col(book_state).alias("rep_id")).agg(pl.col(measure).sum() for measure in MEASURES)
    joined = reps.join(sums, on="rep_id", how="left", maintain_order="left")
    return joined.with_columns(pl.col(measure).fill_null(0) for measure in MEASURES)


def book_table(owned: pl.DataFrame, reps: pl.DataFrame, current_books: pl.DataFrame | None = None) -> pl.DataFrame:
    """One row for everyone who owns an account before or after: count before and after, loads, moves in and out.

    Field reps by region and name, then Inside Sales, then owners who are not among the reps
    (their id stands for the name).
    """
    after = owned.group_by(pl.col("after").alias("rep_id")).agg(pl.col(measure).sum() for measure in MEASURES)
    before = owned.group_by(pl.col("before").alias("rep_id")).agg(count_before=pl.len().cast(pl.Int64))
    moved = owned.filter(pl.col("before").ne_missing(pl.col("after")))
    gains = moved.group_by(pl.col("after").alias("rep_id")).agg(moves_in=pl.len().cast(pl.Int64))
    losses = moved.group_by(pl.col("before").alias("rep_id")).agg(moves_out=pl.len().cast(pl.Int64))
    holders = pl.concat([before.select("rep_id"), after.select("rep_id")]).unique().drop_nulls()
    field_size = pl.when(pl.col("team") == "field").then(pl.col("capacity").fill_null(BOOK_SIZE))
    people = reps.select("rep_id", "name", "region", "team", capacity=field_size)
    if current_books is not None:
        people = people.drop("capacity").join(current_books.select("rep_id", "capacity"), on="rep_id", how="left")
    table = holders.join(people, on="rep_id", how="left")
    for part in (before, after, gains, losses):
        table = table.join(part, on="rep_id", how="left")
    counts = ("count_before", "moves_in", "moves_out", *MEASURES)
    place = pl.col("team").replace_strict({"field": 0, "arm": 1, "growers": 1, "activators": 1}, default=2)
    return (
        table.with_columns(*(pl.col(name).fill_null(0) for name in counts), pl.col("name").fill_null(pl.col("rep_id")))
        .rename({"account_count": "count_after"})
        .with_columns(_place=place)
        .sort("_place", "region", "name", "rep_id", nulls_last=True)
        .drop("_place")
    )
