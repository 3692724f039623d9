"""What a cycle would start from, as one page for the terminal and as one HTML file."""

from collections.abc import Iterable, Sequence

import polars as pl

from assignment_assets.domain.sources.figures import Exceptions, MoneyFigures, Profile
from assignment_assets.report import pictures
from assignment_assets.report.front_view import policy
from assignment_assets.report.grid import Column, Grid, grid, number, prose
from assignment_assets.report.sections.section import Section, picture
from assignment_assets.report.summary import aligned
from assignment_assets.report.templates.environment import PAGES
from assignment_assets.report.wording import dollars, plural, whole, words

MOST_STATES = 12


def words_of(code: object) -> str:
    """A code in words; a dash for nothing."""
    return words(code if isinstance(code, str) else None)


def page_text(shown: Profile, unmapped: Sequence[tuple[str, str, str]] = ()) -> str:
    """The profile as plain text, one page."""
    rows = [
        (each.table, whole(each.read), whole(each.kept), whole(each.left_out), whole(each.excluded))
        for each in shown.rows
    ]
    parts = [
        f"What a cycle of {shown.as_of} would start from\n",
        aligned(("", "read", "used", "left out", "excluded"), rows, {1, 2, 3, 4}, 20),
        _line("accounts by owner", shown.owners),
        _line("referral status", shown.referrals),
        _line("locks that this gives", shown.locks),
        _line("deals", shown.deals),
        _line("Inside Sales", shown.inside_sales),
        f"reps who can receive: {shown.num_receivers}; who cannot: {len(shown.idle_reps)}",
        *(f"  {each.name}: {words(each.reason)} {_cell(each.cell)}".rstrip() for each in shown.idle_reps[:8]),
        _line("accounts in states that nobody covers", _first(shown.uncovered)),
        "",
        aligned(("", "filled", "sum", "smallest", "largest"), list(map(_money_row, shown.money)), {1, 2, 3, 4}, 20),
        *_titled("Listed", map(exception_sentence, shown.exceptions)),
        *_titled("Contradictions", shown.contradictions),
        *_titled("Completed and derived", shown.notes),
        *_titled("Not mapped", (f"{table}.{field}: {meaning}." for table, field, meaning in unmapped)),
    ]
    return "\n".join(parts)


def exception_sentence(each: Exceptions) -> str:
    """One kind of fault in a sentence, with the first rows."""
    examples = ", ".join(
        f"row {example.row_no} ({example.found[:60]})" if example.row_no else example.found[:60]
        for example in each.examples
    )
    return f"{each.table}, {each.column}: {plural(each.rows, 'row')}, such as {examples}; expected {each.expected}."


def page_html(
    shown: Profile, accounts: pl.DataFrame, reps: pl.DataFrame, unmapped: Sequence[tuple[str, str, str]]
) -> str:
    """The profile as an HTML file that opens without a network; `accounts` and `reps` are the snapshot's."""
    return PAGES.get_template("source_profile.html").render(
        profile=shown, cards=_cards(shown), sections=_sections(shown, accounts, reps, unmapped), policy=policy()
    )


def _cards(shown: Profile) -> list[tuple[str, str, str]]:
    kept = {each.table: each for each in shown.rows}
    total = sum(shown.owners.values())
    return [
        (whole(kept["accounts"].kept), "accounts", f"of {whole(kept['accounts'].read)} read"),
        (whole(shown.owners["nobody"]), "without an owner", f"of {whole(total)}"),
        (whole(sum(shown.locks.values())), "automatic locks", ""),
        (whole(shown.num_receivers), "reps can receive", f"{whole(len(shown.idle_reps))} cannot"),
        (whole(shown.deals["open"]), "open deals", f"of {whole(sum(shown.deals.values()))}"),
        (whole(sum(shown.uncovered.values())), "accounts nobody covers", ""),
    ]


def _sections(
    shown: Profile, accounts: pl.DataFrame, reps: pl.DataFrame, unmapped: Sequence[tuple[str, str, str]]
) -> list[Section]:
    owned = accounts.select("account_id", "latitude", "longitude", before="owner_id", after="owner_id")
    field = reps.filter(pl.col("team") == "field")
    headline = f"{plural(accounts.height, 'account')} in the colours of their owners"
    listed = pl.DataFrame(
        [{"what": exception_sentence(each), "remedy": each.remedy} for each in shown.exceptions],
        schema={"what": pl.String, "remedy": pl.String},
    )
    idle = pl.DataFrame(
        [(each.name, each.reason, each.cell) for each in shown.idle_reps],
        schema={"name": pl.String, "reason": pl.String, "cell": pl.String},
        orient="row",
    )
    money = pl.DataFrame(list(map(_money_row, shown.money)), schema=dict.fromkeys(_MONEY, pl.String), orient="row")
    missing = pl.DataFrame(
        [(f"{table}.{name}", meaning) for table, name, meaning in unmapped],
        schema={"field": pl.String, "meaning": pl.String},
        orient="row",
    )
    counts = (
        ("Accounts by owner", shown.owners),
        ("Referral status", shown.referrals),
        ("Locks that today's data gives", shown.locks),
        ("Deals", shown.deals),
        ("Accounts in states that nobody covers", shown.uncovered),
    )
    return [
        Section("map", "The map", pictures=[picture(pictures.map_of_owners(owned, field, headline), headline)]),
        Section("figures", "Figures", grids=[_count_grid(*each) for each in counts if each[1]], is_side_by_side=True),
        Section(
            "money",
            "Money",
            ["A factor of a thousand shows in the smallest and the largest."],
            grids=[grid(money, "Sums", [Column(name, name.capitalize()) for name in _MONEY])],
        ),
        Section(
            "reps",
            "Reps who cannot receive",
            [] if idle.height else ["Every field rep can."],
            grids=[grid(idle, "Reps", list(_IDLE))] if idle.height else [],
        ),
        Section(
            "listed",
            "Rows left out and cells listed",
            [] if listed.height else ["Nothing was."],
            grids=[
                grid(listed, "By kind, the first three of each", [prose("what", "What"), prose("remedy", "What to do")])
            ]
            if listed.height
            else [],
        ),
        Section("contradictions", "Contradictions", list(shown.contradictions) or ["None was found."]),
        Section("notes", "Completed and derived", list(shown.notes) or ["Nothing was."]),
        Section(
            "unmapped",
            "Not mapped",
            [] if missing.height else ["Every field that matters is."],
            grids=[
                grid(
                    missing, "Fields without a column", [Column("field", "Field"), prose("meaning", "What that means")]
                )
            ]
            if missing.height
            else [],
        ),
    ]


_IDLE = (Column("name", "Rep"), Column("reason", "Why", words_of), Column("cell", "Cell"))
_MONEY = ("column", "filled", "sum", "smallest", "largest")


def _money_row(each: MoneyFigures) -> tuple[str, ...]:
    figures = (each.sum_cents, each.smallest_cents, each.largest_cents)
    return (each.column, whole(each.filled), *map(dollars, figures))


def _count_grid(caption: str, counts: dict[str, int]) -> Grid:
    frame = pl.DataFrame(list(counts.items()), schema={"what": pl.String, "count": pl.Int64}, orient="row")
    return grid(frame, caption, [Column("what", "What", words_of), number("count", "Accounts", has_bar=True)])


def _first(counts: dict[str, int]) -> dict[str, int]:
    rest = sum(list(counts.values())[MOST_STATES:])
    return dict(list(counts.items())[:MOST_STATES]) | ({"others": rest} if rest else {})


def _line(title: str, counts: dict[str, int]) -> str:
    said = ", ".join(f"{words(name) if name.islower() else name} {whole(count)}" for name, count in counts.items())
    return f"{title}: {said or 'none'}"


def _cell(cell: str) -> str:
    return f"({cell})" if cell else ""


def _titled(title: str, sentences: Iterable[str]) -> list[str]:
    given = list(sentences)
    return ["", title, *(f"  {each}" for each in given)] if given else []
