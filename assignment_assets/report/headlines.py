"""What a picture shows, said in one sentence: its headline, and its alternative text for those who cannot see it."""

import polars as pl

from assignment_assets.domain.assignment.drive_time import EARTH_RADIUS_MILES
from assignment_assets.report.wording import decimal, minutes, percent, plural, whole


def of_waterfall(waterfall: pl.DataFrame) -> str:
    """How far the accounts have come down the waterfall."""
    counts = dict(waterfall.select("step", "accounts").rows())
    if not counts.get("accounts"):
        return "No accounts have been read yet"
    if counts["pool"] is None:
        return f"{plural(counts['accounts'], 'account')} read; the pool has not been drawn yet"
    start = f"{whole(counts['pool'])} of {plural(counts['accounts'], 'account')} were in the pool"
    for step, one, many in (
        ("written", "has its new owner", "have their new owner"),
        ("approved", "owner change is approved", "owner changes are approved"),
        ("reviewed", "is to change owner after review", "are to change owner after review"),
        ("moves", "is proposed to change owner", "are proposed to change owner"),
    ):
        if counts[step] is not None:
            return f"{start}; {whole(counts[step])} {one if counts[step] == 1 else many}"
    return start


def of_balance(balance: pl.DataFrame) -> str:
    """The imbalance of opportunities, first state against last."""
    rows = balance.filter(pl.col("measure") == "opp_count")
    if rows.is_empty():
        return "There are no field reps' books to compare"
    first, last = rows["imbalance_pct"][0], rows["imbalance_pct"][-1]
    if rows.height == 1:
        return f"{percent(first)} of opportunities sit in a book above its fair share"
    return f"{_direction('Imbalance of opportunities', first, last)} from {percent(first)} to {percent(last)}"


def of_front(front: pl.DataFrame) -> str:
    """What the chosen point costs and gives, out of how many choices."""
    if front.is_empty():
        return "There is no front to choose from"
    marked = front.filter(pl.col("is_chosen"))
    if marked.is_empty():
        return f"{plural(front.height, 'choice')} between balance, drive time and moves; none is chosen yet"
    chosen = marked.row(0, named=True)
    return (
        f"Chosen of {plural(front.height, 'point')}: {percent(chosen['referring_imbalance'])} imbalance, "
        f"{minutes(chosen['drive_minutes'])} mean drive, {percent(chosen['moves_pct'])} change owner"
    )


def of_map(owned: pl.DataFrame, reps: pl.DataFrame) -> str:
    """How many accounts change owner, and how far a rep's accounts lie from the book's centre."""
    if owned.is_empty():
        return "There are no accounts to put on the map"
    moved = owned.filter(pl.col("before").ne_missing(pl.col("after"))).height
    sentence = f"{whole(moved)} of {plural(owned.height, 'account')} change owner"
    before, after = book_radius_miles(owned, "before", reps), book_radius_miles(owned, "after", reps)
    if before is None or after is None:
        return sentence
    if round(before) == round(after):
        return f"{sentence}; a typical account lies {whole(after)} miles from its book's centre, as before"
    return f"{sentence}; a typical account lies {whole(after)} miles from its book's centre, {whole(before)} before"


def of_drive_minutes(drive_minutes: pl.DataFrame) -> str:
    """The half-way account's drive after, and before where it is known."""
    after, before = drive_minutes["after_minutes"].median(), drive_minutes["before_minutes"].median()
    if after is None:
        return "No drive times are known yet"
    sentence = f"Half of the accounts are within {minutes(after)} of their rep"
    return sentence if before is None else f"{sentence}; before it was {minutes(before)}"


def of_sizes(before: pl.DataFrame, after: pl.DataFrame) -> str:
    """How many books hold more accounts than their capacity, before and after."""
    if after.is_empty():
        return "There are no field reps' books to measure"
    over_before, over_after = _over_capacity(before), _over_capacity(after)
    now, verb = (plural(over_after, "book"), _is(over_after)) if over_after else ("No book", "is")
    then = f"; {over_before or 'none'} {_was(over_before)} before" if over_before or over_after else ""
    return f"{now} {verb} above capacity{then}"


def of_overflow(overflow: pl.DataFrame, accounts: pl.DataFrame) -> str:
    """How many accounts go to Inside Sales, and the state with the most of them."""
    if overflow.is_empty():
        return "Every account of the pool has a field rep; nothing goes to Inside Sales"
    states = overflow.select("account_id").join(accounts, on="account_id", how="left")["state"]
    top = states.drop_nulls().value_counts(name="count").sort(["count", "state"], descending=[True, False])
    sentence = f"{plural(overflow.height, 'account')} go{'es' if overflow.height == 1 else ''} to Inside Sales"
    if top.is_empty():
        return sentence
    return f"{sentence}; {top['state'][0]} has the most ({whole(top['count'][0])})"


def book_radius_miles(owned: pl.DataFrame, book_state: str, reps: pl.DataFrame) -> float | None:
    """Root-mean-square distance of the reps' accounts from the centre of their book, in miles; None without any."""
    latitude, longitude = pl.col("latitude").radians(), pl.col("longitude").radians()
    placed = owned.drop_nulls(["latitude", "longitude", book_state]).join(
        reps.select("rep_id"), left_on=book_state, right_on="rep_id", how="semi"
    )
    points = placed.select(
        book_state, x=latitude.cos() * longitude.cos(), y=latitude.cos() * longitude.sin(), z=latitude.sin()
    )
    squares = points.select(
        sum((pl.col(axis) - pl.col(axis).mean().over(book_state)) ** 2 for axis in ("x", "y", "z")).alias("square")
    )
    mean = squares["square"].mean()
    return None if mean is None else EARTH_RADIUS_MILES * mean**0.5


def _over_capacity(books: pl.DataFrame) -> int:
    return int((books["account_count"] > books["capacity"]).sum())


def _is(count: int) -> str:
    return "is" if count == 1 else "are"


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _direction(what: str, first: float, last: float) -> str:
    if decimal(first) == decimal(last):
        return f"{what} stays level"
    return f"{what} {'falls' if last < first else 'rises'}"
