"""Which accounts changed hands between two points, for the terminal and as one HTML file."""

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from assignment_assets.domain.ownership.comparison import Comparison, Point
from assignment_assets.domain.ownership.outcomes import KINDS
from assignment_assets.report import pictures
from assignment_assets.report.cycle_report import Card
from assignment_assets.report.front_view import policy
from assignment_assets.report.grid import Column, Grid, grid, number, prose
from assignment_assets.report.headlines import of_map
from assignment_assets.report.names import Names
from assignment_assets.report.ownership_list import books, counted, people_of, person, reason_words, worded
from assignment_assets.report.sections.section import Section, picture
from assignment_assets.report.summary import aligned
from assignment_assets.report.templates.environment import PAGES
from assignment_assets.report.wording import NOTHING, day, percent, plural, signed, whole, words

MOST_LINES, MOST_ROWS, OPEN_ROWS = 40, 2_000, 30
"""Accounts in the terminal; of a kind on the page; of a kind that stands open on the page."""
HUMAN = ("edited", "decided")


def changes_text(comparison: Comparison, accounts: pl.DataFrame, people: pl.DataFrame) -> str:
    """The comparison as plain text: what is compared, counts by kind and reason, the first accounts."""
    names = Names(accounts, people_of(people))
    rows = worded(comparison, names, MOST_LINES).to_dicts()
    parts = [headline(comparison), *(f"  {name}: {said}" for name, said in _points(comparison))]
    if rows:
        counts = [
            (KINDS[kind], reason_words(reason) if reason else "", whole(count))
            for kind, reason, count in counted(comparison).iter_rows()
        ]
        lines = [
            (names.account(row["account_id"]), row["from"], row["to"], _short(row), row["who"], row["when"])
            for row in rows
        ]
        parts += ["", aligned(("kind", "why", "accounts"), counts, {2}, 60)]
        parts.append(aligned(("account", "from", "to", "why", "who decided", "when (UTC)"), lines, set(), 30))
    parts += _beside(comparison)
    more = comparison.changed.height - len(rows)
    if more > 0:
        parts.append(f"{plural(more, 'account')} more: --html FILE, --csv FILE and --json have all, with the reasons.")
    return "\n".join(parts)


def changes_html(comparison: Comparison, accounts: pl.DataFrame, people: pl.DataFrame, reps: pl.DataFrame) -> str:
    """The comparison as an HTML file that opens without a network.

    Parameters
    ----------
    accounts, people
        Names: account_id, name, state, latitude, longitude; rep_id, name.
    reps
        The field reps, who have a colour on the map.
    """
    names = Names(accounts, people_of(people))
    return PAGES.get_template("ownership_changes.html").render(
        title=f"{comparison.first.name} to {comparison.second.name}",
        headline=headline(comparison),
        facts=_points(comparison),
        cards=_cards(comparison),
        sections=list(_sections(comparison, names, accounts, reps)),
        policy=policy(),
    )


def headline(comparison: Comparison) -> str:
    """How many accounts changed hands, of how many."""
    both = comparison.before.height - comparison.went.height
    return f"{whole(comparison.changed.height)} of {plural(both, 'account')} changed hands"


def _short(row: dict) -> str:
    """What decided a change, as short as it can be told."""
    kind = KINDS[row["kind"]].split(":")[0]
    return f"{kind}: {words(row['reason'])}" if row["reason"] else kind


def _points(comparison: Comparison) -> list[tuple[str, str]]:
    return [("From", point_words(comparison.first)), ("To", point_words(comparison.second))]


def point_words(point: Point) -> str:
    """What a point stands for."""
    history = point.history
    if history is None:
        return f"{day(point.day)}, as the cycles and the routing log had it"
    if not history.is_planned:
        return f"{point.name}, as it left the books on {day(history.ended_at.date())}"
    kind = "draft" if history.is_draft else "open cycle"
    return f"{point.name}, the books of this {kind} as they would be (as of {day(history.as_of)})"


def _cards(comparison: Comparison) -> list[Card]:
    counts = dict(comparison.changed["kind"].value_counts().iter_rows())
    total, both = comparison.changed.height, comparison.before.height - comparison.went.height
    human = sum(counts.get(kind, 0) for kind in HUMAN)
    return [
        Card(whole(total), "changed hands", f"{percent(100 * total / both) if both else NOTHING} of {whole(both)}"),
        Card(whole(counts.get("proposed", 0)), "proposed by the engine", ""),
        Card(whole(counts.get("inside_sales", 0)), "to Inside Sales", "without a seat in the field"),
        Card(whole(human), "changed by people", "directors and Growth Strategy"),
        Card(whole(counts.get("outside", 0)), "outside the engine", "no log explains them"),
        Card(f"+{whole(comparison.came.height)} −{whole(comparison.went.height)}", "accounts came and went", ""),
    ]


def _beside(comparison: Comparison) -> list[str]:
    came, went, returned = comparison.came.height, comparison.went.height, comparison.returned_count
    sentences = []
    if came:
        sentences.append(f"{plural(came, 'account')} came that {_was(came)} not there before.")
    if went:
        sentences.append(f"{plural(went, 'account')} went.")
    if returned:
        sentences.append(f"{plural(returned, 'account')} changed hands on the way and came back.")
    return sentences


def _was(count: int) -> str:
    return "was" if count == 1 else "were"


def _sections(comparison: Comparison, names: Names, accounts: pl.DataFrame, reps: pl.DataFrame) -> Iterable[Section]:
    changed = worded(comparison, names)
    yield _why(comparison)
    if changed.height:
        yield _accounts(comparison, changed, names)
    if comparison.came.height or comparison.went.height:
        yield _passed(comparison, names)
    if changed.height:
        yield _books(comparison, names)
        yield _map(comparison, accounts, reps)


def _why(comparison: Comparison) -> Section:
    if comparison.changed.is_empty():
        return Section("why", "Why", ["No account has another owner.", *_beside(comparison)])
    counts = counted(comparison)
    return Section(
        "why",
        "Why",
        _beside(comparison),
        grids=[
            grid(
                counts,
                "Accounts that changed hands, by what decided it",
                [
                    Column("kind", "What decided", lambda kind: KINDS[kind]),
                    Column("reason", "Why", reason_words),
                    number("accounts", "Accounts", has_bar=True),
                ],
            )
        ],
    )


def _map(comparison: Comparison, accounts: pl.DataFrame, reps: pl.DataFrame) -> Section:
    owned = comparison.before.rename({"owner_id": "before"}).join(
        comparison.after.rename({"owner_id": "after"}), on="account_id"
    )
    owned = owned.join(accounts.select("account_id", "latitude", "longitude"), on="account_id", how="left")
    said = of_map(owned, reps)
    return Section("map", "The map", pictures=[picture(pictures.map_before_after(owned, reps), said)])


def _books(comparison: Comparison, names: Names) -> Section:
    rows = books(comparison, names).with_columns(net=pl.col("took") - pl.col("gave"))
    columns = [
        Column("owner", "Owner"),
        number("before", "Before"),
        number("gave", "Gave", has_bar=True),
        number("took", "Took", has_bar=True),
        number("after", "After"),
        number("net", "Difference", signed),
    ]
    table = grid(rows, "Books that changed", columns, most=MOST_ROWS, is_folded=rows.height > OPEN_ROWS)
    return Section("books", "Books", [f"{plural(rows.height, 'owner')} gave or took accounts."], grids=[table])


def _accounts(comparison: Comparison, changed: pl.DataFrame, names: Names) -> Section:
    columns = [
        Column("account_id", "Account", names.account, shows_id=True),
        Column("from", "From"),
        Column("to", "To"),
        Column("reason", "Reason", reason_words),
        prose("why", "In words"),
        Column("who", "Who decided"),
        Column("when", "When (UTC)"),
    ]
    if comparison.first.plan:
        columns.append(prose("first_sentence", f"In {comparison.first.name}"))
    grids = [
        _limited(grid(part, KINDS[str(kind)], columns, most=MOST_ROWS, is_folded=part.height > OPEN_ROWS), part.height)
        for (kind,), part in changed.group_by("kind", maintain_order=True)
    ]
    return Section("accounts", "Accounts", grids=grids)


def _limited(table: Grid, count: int) -> Grid:
    return replace(table, note=f"{table.note} The file of --csv has all {count:,}.") if table.note else table


def _passed(comparison: Comparison, names: Names) -> Section:
    grids = []
    for rows, caption, owner, otherwise in (
        (comparison.came, "Came", "Owner now", "It was not there before."),
        (comparison.went, "Went", "Last owner", "It is no longer in what is read."),
    ):
        if rows.height:
            owners = [person(each, names) for each in rows["owner_id"]]
            shown = rows.with_columns(pl.Series("owner", owners, pl.String), pl.col("sentence").fill_null(otherwise))
            columns = [
                Column("account_id", "Account", names.account, shows_id=True),
                Column("owner", owner),
                prose("sentence", "What is known"),
            ]
            grids.append(grid(shown, caption, columns, most=MOST_ROWS, is_folded=rows.height > OPEN_ROWS))
    return Section("came-and-went", "Came and went", grids=grids)
