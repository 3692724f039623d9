"""The tables of a profile: counts by kind, sums, reps who cannot receive, what was listed, what changed."""

from collections.abc import Iterator, Sequence

import polars as pl

from assignment_assets.domain.sources.changes import told_changes
from assignment_assets.domain.sources.figures import Exceptions, MoneyFigures, Profile
from assignment_assets.domain.tables import SourceChangesFrame
from assignment_assets.report.grid import Column, Grid, grid, number, prose
from assignment_assets.report.wording import MEASURE_WORDS, dollars, plural, whole, words

MONEY = ("column", "filled", "sum", "smallest", "largest")
SHOWN_CHARACTERS = 60  # of a cell that is quoted


def count_grids(shown: Profile) -> list[Grid]:
    """What is counted by kind, a table each; those without a row are left out."""
    counts = (
        ("Accounts by owner", "Accounts", shown.owners),
        ("Referral status", "Accounts", shown.referrals),
        ("Locks that today's data gives", "Accounts", shown.locks),
        ("Deals", "Deals", shown.deals | {"of accounts outside the list": shown.deals_outside}),
        ("Why accounts are in the pool or not", "Accounts", shown.standings),
        ("Accounts in states that nobody covers", "Accounts", shown.uncovered),
    )
    return [_count_grid(*each) for each in counts if each[2]]


def row_grid(shown: Profile) -> Grid:
    """Rows read, used, left out and excluded, a row a table."""
    rows = [(each.table, each.read, each.kept, each.left_out, each.excluded, each.listed) for each in shown.rows]
    names = ("table", "read", "used", "left_out", "excluded", "listed")
    frame = pl.DataFrame(rows, schema={"table": pl.String} | dict.fromkeys(names[1:], pl.Int64), orient="row")
    columns = [Column("table", "Table", words), *(number(name, words(name).capitalize()) for name in names[1:])]
    return grid(frame, "Rows by table", columns)


def money_grid(shown: Profile) -> Grid:
    """Sums, the smallest and the largest, a row a column of money."""
    frame = pl.DataFrame(list(map(money_row, shown.money)), schema=dict.fromkeys(MONEY, pl.String), orient="row")
    columns = [Column("column", "Column", money_words), *(Column(n, n.capitalize(), is_number=True) for n in MONEY[1:])]
    return grid(frame, "Sums", columns)


def money_row(each: MoneyFigures) -> tuple[str, ...]:
    """A column of money in words."""
    figures = (each.sum_cents, each.smallest_cents, each.largest_cents)
    return (each.column, whole(each.filled), *map(dollars, figures))


def money_words(column: object) -> str:
    """A column of money as people call it."""
    return MEASURE_WORDS.get(f"{column}_cents", str(column).capitalize())


def idle_grids(shown: Profile) -> list[Grid]:
    """The reps who cannot receive, with the cell that says so; none where every field rep can."""
    frame = pl.DataFrame(
        [(each.name, each.rep_id, each.reason, each.cell) for each in shown.idle_reps],
        schema=dict.fromkeys(("name", "rep_id", "reason", "cell"), pl.String),
        orient="row",
    )
    columns = [Column("name", "Rep"), Column("reason", "Why", words_of), Column("cell", "Cell"), Column("rep_id", "Id")]
    return [grid(frame, "Reps who cannot receive", columns)] if frame.height else []


def listed_grids(shown: Profile) -> list[Grid]:
    """What was listed by kind, the first three rows of each; none where nothing was."""
    frame = pl.DataFrame(
        [(exception_sentence(each), each.remedy) for each in shown.exceptions],
        schema={"what": pl.String, "remedy": pl.String},
        orient="row",
    )
    columns = [prose("what", "What"), prose("remedy", "What to do")]
    return [grid(frame, "By kind, the first three of each", columns)] if frame.height else []


def missing_grids(caption: str, missing: Sequence[tuple[str, str, str]]) -> list[Grid]:
    """Columns that are not there or hold nothing, and what that means: table, column, meaning."""
    frame = pl.DataFrame(
        [(f"{table}.{name}", meaning) for table, name, meaning in missing],
        schema={"field": pl.String, "meaning": pl.String},
        orient="row",
    )
    return [grid(frame, caption, [Column("field", "Field"), prose("meaning", "What that means")])] if missing else []


def change_grids(changes: SourceChangesFrame) -> list[Grid]:
    """What has jumped since the previous cycle, and all watched figures folded below; none without such a cycle."""
    if changes["previous_cycle"].drop_nulls().is_empty():
        return []
    columns = [
        Column("figure", "Figure", _at_the_beginning),
        Column("before", "Before", is_number=True),
        Column("now", "Now", is_number=True),
        Column("threshold", "A jump is"),
    ]
    jumped = told_changes(changes.filter("is_jump"))
    every = grid(told_changes(changes), "All watched figures", columns, is_folded=True)
    return [grid(jumped, "What jumped", columns), every] if jumped.height else [every]


def compared_sentences(changes: SourceChangesFrame) -> Iterator[str]:
    """With which cycle this one is compared, and how much has jumped."""
    previous = changes["previous_cycle"].drop_nulls()
    if previous.is_empty():
        yield "There is no earlier cycle to compare with."
        return
    jumped = changes.filter("is_jump").height
    said = f"{plural(jumped, 'figure')} jumped" if jumped else "No figure jumped"
    yield f"Compared with {previous[0]}. {said}."


def exception_sentence(each: Exceptions) -> str:
    """One kind of fault in a sentence, with the first rows."""
    examples = ", ".join(
        f"row {example.row_no} ({example.found[:SHOWN_CHARACTERS]})"
        if example.row_no
        else example.found[:SHOWN_CHARACTERS]
        for example in each.examples
    )
    return f"{each.table}, {each.column}: {plural(each.rows, 'row')}, such as {examples}; expected {each.expected}."


def words_of(code: object) -> str:
    """A code in words, a state as it stands; a dash for nothing."""
    return code if isinstance(code, str) and code.isupper() else words(code if isinstance(code, str) else None)


def _at_the_beginning(label: object) -> str:
    """A label as a line begins with it."""
    return f"{label}"[:1].upper() + f"{label}"[1:]


def _count_grid(caption: str, unit: str, counts: dict[str, int]) -> Grid:
    frame = pl.DataFrame(list(counts.items()), schema={"what": pl.String, "count": pl.Int64}, orient="row")
    return grid(frame, caption, [Column("what", "What", words_of), number("count", unit, has_bar=True)])
