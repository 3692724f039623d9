"""The books: how even they are, and what each rep holds."""

import polars as pl

from assignment_assets.report import headlines as headlines
from assignment_assets.report import pictures
from assignment_assets.report.balance import balance
from assignment_assets.report.books import book_table, field_reps, loads, ownership
from assignment_assets.report.grid import Column, grid, number
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.section import Section, not_run, picture
from assignment_assets.report.wording import (
    BOOK_STATE_WORDS,
    MEASURE_WORDS,
    decimal,
    dollars,
    hundredths,
    of_measure,
    percent,
    plural,
    signed,
    within_sentence,
    words,
)


def owned_and_reps(report: ReportInput) -> tuple[pl.DataFrame, pl.DataFrame]:
    """`books.ownership` and `books.field_reps` of the cycle; of a region its own reps only."""
    owned = ownership(
        report.frame("accounts"),
        report.optional("proposed_books"),
        report.optional("overflow"),
        report.optional("reviewed_books"),
        report.optional("decided_books"),
    )
    reps = field_reps(report.frame("reps"), report.optional("current_books"))
    return owned, reps.filter(pl.col("region") == report.region) if report.region else reps


def balance_of_books(report: ReportInput, names: Names) -> Section:
    """Balance before, proposed and after review, so that it shows what the edits did."""
    owned, reps = owned_and_reps(report)
    figures = balance(owned, reps)
    if figures.is_empty():
        return Section("balance", "Balance", [f"{headlines.of_balance(figures)}."])
    sentences = [
        "Imbalance is the part of the total that sits in books above their fair share by capacity (the Hoover index): "
        "0% is perfectly even. Smallest and largest book are scaled to the average capacity.",
        *review_effect(figures),
    ]
    worded = [
        {
            "measure": MEASURE_WORDS[row["measure"]],
            "book_state": BOOK_STATE_WORDS[row["book_state"]],
            "imbalance_pct": row["imbalance_pct"],
            "cv_pct": row["cv_pct"],
            **{name: of_measure(row["measure"], row[name]) for name in ("least", "most", "spread")},
        }
        for row in figures.sort(pl.col("measure").cast(pl.Enum(list(MEASURE_WORDS))), maintain_order=True).to_dicts()
    ]
    text = pl.String
    schema = {
        "measure": text,
        "book_state": text,
        "imbalance_pct": pl.Float64,
        "cv_pct": pl.Float64,
        "least": text,
        "most": text,
        "spread": text,
    }
    columns = [
        Column("measure", "Measure"),
        Column("book_state", "Books"),
        number("imbalance_pct", "Imbalance", percent, has_bar=True),
        number("cv_pct", "Variation (CV)", percent, has_bar=True),
        number("least", "Smallest book", str),
        number("most", "Largest book", str),
        number("spread", "Difference", str),
    ]
    caption = f"Balance of {plural(reps.height, 'field book')}"
    return Section(
        "balance",
        "Balance",
        sentences,
        [picture(pictures.balance_before_after(owned, reps), headlines.of_balance(figures))],
        [grid(pl.DataFrame(worded, schema=schema), caption, columns)],
    )


def review_effect(figures: pl.DataFrame) -> list[str]:
    """A sentence that says which measures human edits made more and less even, or nothing before a review."""
    states = {state: figures.filter(pl.col("book_state") == state) for state in ("proposed", "reviewed")}
    if any(rows.is_empty() for rows in states.values()):
        return []
    changed = states["proposed"].join(states["reviewed"], on="measure", suffix="_reviewed", maintain_order="left")
    effects = {"more": [], "less": []}
    for measure, proposed, reviewed in changed.select("measure", "imbalance_pct", "imbalance_pct_reviewed").rows():
        if decimal(proposed, 2) != decimal(reviewed, 2):
            phrase = f"{within_sentence(measure)} ({percent(proposed, 2)} → {percent(reviewed, 2)})"
            effects["more" if reviewed < proposed else "less"].append(phrase)
    told = [f"{way} even in {', '.join(phrases)}" for way, phrases in effects.items() if phrases]
    if not told:
        return ["People's edits left the balance as proposed."]
    return [f"People's edits made the books {'; '.join(told)}."]


def books(report: ReportInput, names: Names) -> Section:
    """One row for everyone who owns accounts before or after."""
    if not report.has_run("accounts"):
        return not_run("books", "Books", "Reading the accounts")
    owned, reps = owned_and_reps(report)
    table = book_table(owned, report.frame("reps"), report.optional("current_books"))
    columns = [
        Column("name", "Rep"),
        Column("region", "Region"),
        Column("team", "Team", words),
        number("count_before", "Accounts before"),
        number("count_after", "After", has_bar=True),
        number("capacity", "Capacity"),
        number("opp_count", "Opportunities", has_bar=True),
        number("bps", "BPS", hundredths, has_bar=True),
        number("tam_cents", "TAM", dollars, has_bar=True),
        number("value_cents", "Value", dollars, has_bar=True),
        number("moves_in", "In", signed),
        number("moves_out", "Out"),
    ]
    is_field = pl.col("team").fill_null("") == "field"
    if report.region:
        is_field = is_field & (pl.col("region") == report.region)
    of_field = [column for column in columns if column.name != "team"]
    grids = [grid(table.filter(is_field), "Field reps", of_field, most=3000)]
    others = table.filter(~is_field)
    if not others.is_empty():
        of_others = [column for column in columns if column.name != "capacity"]
        caption = "Inside Sales, and owners who are not field reps"
        if report.region:
            caption = f"Everybody else: the accounts of {report.region} that they give or take, not their whole books"
        grids.append(grid(others, caption, of_others, most=3000, is_folded=bool(report.region)))
    sizes = headlines.of_sizes(loads(owned, "before", reps), loads(owned, "after", reps))
    return Section(
        "books",
        "Books",
        ["Carve-outs are apart and not counted. Amounts are those of the books after."],
        [picture(pictures.book_sizes(owned, reps), sizes)],
        grids,
    )
