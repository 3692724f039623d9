"""What a cycle would start from, or started from, as one page for the terminal and as one HTML file."""

from collections.abc import Iterable, Sequence

import polars as pl

from assignment_assets.domain.sources.figures import Profile
from assignment_assets.domain.sources.profile_table import StartInput
from assignment_assets.domain.tables import SourceChangesFrame
from assignment_assets.report import pictures
from assignment_assets.report.cycle_report import Card
from assignment_assets.report.front_view import policy
from assignment_assets.report.names import Names
from assignment_assets.report.sections.arrivals import arrivals_section
from assignment_assets.report.sections.section import Section, picture
from assignment_assets.report.source_grids import (
    change_grids,
    compared_sentences,
    count_grids,
    exception_sentence,
    idle_grids,
    listed_grids,
    missing_grids,
    money_grid,
    money_row,
    row_grid,
)
from assignment_assets.report.summary import aligned
from assignment_assets.report.templates.environment import PAGES
from assignment_assets.report.wording import plural, whole, words

MOST_STATES = 12


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
        _line("deals", shown.deals | {"of accounts outside the list": shown.deals_outside}),
        _line("Inside Sales", shown.inside_sales),
        f"reps who can receive: {shown.num_receivers}; who cannot: {len(shown.idle_reps)}",
        *(f"  {each.name}: {words(each.reason)} {_cell(each.cell)}".rstrip() for each in shown.idle_reps[:8]),
        _line("accounts in states that nobody covers", _first(shown.uncovered)),
        "",
        aligned(("", "filled", "sum", "smallest", "largest"), list(map(money_row, shown.money)), {1, 2, 3, 4}, 20),
        *_titled("Listed", map(exception_sentence, shown.exceptions)),
        *_titled("Contradictions", (note.sentence for note in shown.contradictions)),
        *_titled("Completed and derived", (note.sentence for note in shown.notes)),
        *_titled("Not mapped", (f"{table}.{field}: {meaning}." for table, field, meaning in unmapped)),
    ]
    return "\n".join(parts)


def page_html(
    shown: Profile, accounts: pl.DataFrame, reps: pl.DataFrame, unmapped: Sequence[tuple[str, str, str]]
) -> str:
    """The profile as an HTML file that opens without a network; `accounts` and `reps` are the snapshot's."""
    missing = missing_grids("Fields without a column", unmapped)
    told = Section("unmapped", "Not mapped", [] if missing else ["Every field that matters is."], grids=missing)
    heading = f"What a cycle of {shown.as_of} would start from"
    return _page(heading, shown, [*_sections(shown, accounts, reps), told])


def cycle_page_html(cycle: str, given: StartInput) -> str:
    """The same page of a cycle, beside the previous cycle; empty for a cycle of a release that kept no figures."""
    shown = given.figures
    if shown is None:
        return ""
    arrived = arrivals_section(given.arrivals, Names(given.accounts, given.reps))
    sections = [_changes(given.changes), arrived, *_sections(shown, given.accounts, given.reps)]
    return _page(f"What {cycle} started from", shown, sections)


def _page(heading: str, shown: Profile, sections: list[Section]) -> str:
    page = PAGES.get_template("source_profile.html")
    return page.render(heading=heading, facts=[], cards=_cards(shown), sections=sections, policy=policy())


def _changes(changes: SourceChangesFrame) -> Section:
    told = list(compared_sentences(changes))
    return Section("changes", "Beside the previous cycle", told, grids=change_grids(changes))


def _cards(shown: Profile) -> list[Card]:
    kept = {each.table: each for each in shown.rows}
    total = sum(shown.owners.values())
    return [
        Card(whole(kept["accounts"].kept), "accounts", f"of {whole(kept['accounts'].read)} read"),
        Card(whole(shown.owners["nobody"]), "without an owner", f"of {whole(total)}"),
        Card(whole(sum(shown.locks.values())), "automatic locks", ""),
        Card(whole(shown.num_receivers), "reps can receive", f"{whole(len(shown.idle_reps))} cannot"),
        Card(whole(shown.deals["open"]), "open deals", f"of {whole(sum(shown.deals.values()))}"),
        Card(whole(sum(shown.uncovered.values())), "accounts nobody covers", ""),
    ]


def _sections(shown: Profile, accounts: pl.DataFrame, reps: pl.DataFrame) -> list[Section]:
    owned = accounts.select("account_id", "latitude", "longitude", before="owner_id", after="owner_id")
    field = reps.filter(pl.col("team") == "field")
    headline = f"{plural(accounts.height, 'account')} in the colours of their owners"
    idle, listed = idle_grids(shown), listed_grids(shown)
    empty = missing_grids(
        "Columns without a value", [(each.table, each.column, each.meaning) for each in shown.empty_columns]
    )
    return [
        Section(
            "rows",
            "Rows and sums",
            ["A factor of a thousand shows in the smallest and the largest."],
            pictures=[picture(pictures.map_of_owners(owned, field, headline), headline)],
            grids=[row_grid(shown), money_grid(shown)],
            is_side_by_side=True,
        ),
        Section("figures", "Figures", grids=count_grids(shown), is_side_by_side=True),
        Section("reps", "Reps who cannot receive", [] if idle else ["Every field rep can."], grids=idle),
        Section("listed", "Rows left out and cells listed", [] if listed else ["Nothing was."], grids=listed),
        Section(
            "contradictions",
            "Contradictions",
            [note.sentence for note in shown.contradictions] or ["None was found."],
        ),
        Section("empty", "Empty columns", [] if empty else ["No column that matters is empty."], grids=empty),
        Section("notes", "Completed and derived", [note.sentence for note in shown.notes] or ["Nothing was."]),
    ]


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
