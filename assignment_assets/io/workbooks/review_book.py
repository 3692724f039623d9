"""A director's review: every move that touches their books, every account of these books, room for adds.

An undo of a move is a drop from the book that gained the account; where an Inside Sales member gained it, an
add to the book that lost it. `Edit` carries that meaning in the workbook.
"""

from datetime import datetime, time
from pathlib import Path

import polars as pl

from assignment_assets.io.workbooks.books_table import COLUMNS as BOOK_COLUMNS
from assignment_assets.io.workbooks.books_table import books_table, by_name
from assignment_assets.io.workbooks.layout import Column
from assignment_assets.io.workbooks.lock_list import STATUS_WORDS
from assignment_assets.io.workbooks.packets import EDIT_REASONS, ReviewPacket
from assignment_assets.io.workbooks.sheet import META, Book, choices, limit_colours, listing, span, workbook
from assignment_assets.io.workbooks.summary import deadline_and_finished, instructions, long_date, summary_sheet
from assignment_assets.io.workbooks.written import WrittenFile, WrittenSheet

MOVES, BOOKS, ADDS, CANDIDATES = "Moves", "Books", "Adds", "Candidates"
LAYOUT = "review_book/1"
TOP = 1
NUM_ADDS = 40
UNDO, DROP = "undo", "drop"
_OPEN = [Column("Decision", "", width=11), Column("Reason", "", width=13), Column("Note", "", width=28)]
MOVE_COLUMNS = [
    Column("Account id", "account_id", width=20),
    Column("Account", "name", width=44),
    *_OPEN,
    Column("State", "state", width=6),
    Column("From", "from_name", width=20),
    Column("To", "to_name", width=20),
    Column("Value", "value_cents", "money", 13),
    Column("Why", "why", width=22),
    Column("The engine's reason", "reason_sentence", width=95),
    Column("Keeping it costs: imbalance", "keep_cost_imbalance", "cost", 18),
    Column("Keeping it costs: minutes", "keep_cost_minutes", "whole", 12),
    Column("Keeping it costs: moves", "keep_cost_moves", "cost", 12),
    Column("Edit", "edit", width=24),
]
ROW_COLUMNS = [
    Column("Account id", "account_id", width=20),
    Column("Account", "name", width=44),
    *_OPEN,
    Column("Rep", "rep_name", width=20),
    Column("New", "new", width=6),
    Column("State", "state", width=6),
    Column("Status", "status", width=14),
    Column("Opportunities", "opp_count", "whole", 12),
    Column("BPS", "bps", "plain_bps", 10),
    Column("TAM", "tam_cents", "money", 13),
    Column("Value", "value_cents", "money", 13),
    Column("Drive, minutes", "drive_minutes", "whole", 9),
    Column("Rep id", "rep_id", width=20),
]
ADD_COLUMNS = [
    Column("Account id", "", width=22),
    Column("Rep", "", width=26),
    Column("Reason", "", width=14),
    Column("Note", "", width=44),
]
CANDIDATE_COLUMNS = [
    Column("Account id", "account_id", width=20),
    Column("Account", "name", width=44),
    Column("State", "state", width=6),
    Column("With", "owner_name", width=24),
    Column("Status", "status", width=14),
    Column("Value", "value_cents", "money", 13),
]
DECISION, REASON = 2, 3
_EDIT, _REP_ID = len(MOVE_COLUMNS) - 1, len(ROW_COLUMNS) - 1
_LOOKUP = (
    '=IF({cell}="","",IFERROR(VLOOKUP({cell},\'Candidates\'!$A:$B,2,FALSE),IFERROR(VLOOKUP({cell},'
    "'Moves'!$A:$B,2,FALSE),\"not listed here\")))"
)


def write_review_book(packet: ReviewPacket, path: Path) -> None:
    """Writes the workbook; equal packets give equal bytes."""
    compose_review_book(packet, workbook(path))


def compose_review_book(packet: ReviewPacket, file: WrittenFile) -> None:
    """Writes the review into a new file of XlsxWriter's kind, and closes it."""
    books, moves, rows = by_name(packet.books), _moves_in_order(packet.moves), _rows_in_order(packet.books_rows)
    labels = rep_labels(books)
    title = f"Review of {packet.region}, for {packet.director_name}"
    subtitle = f"Cycle {packet.cycle}, revision {packet.revision}, as of {long_date(packet.as_of)}"
    with Book(file, title, packet.cycle, datetime.combine(packet.as_of, time())) as book:
        summary = summary_sheet(book, title, subtitle, packet.code)
        ends = {MOVES: _moves_sheet(book, moves), BOOKS: _rows_sheet(book, rows)}
        _adds_sheet(book, len(labels))
        _candidates_sheet(book, packet.candidates)
        row = deadline_and_finished(book, summary, 4, packet.deadline)
        row = instructions(book, summary, row, _how(packet))
        _changes_used(book, summary, row, labels, ends, packet)
        books_table(book, summary, row, books)
        book.meta(
            {"layout": LAYOUT, "code": packet.code} | {f"rep:{rep_id}": label for rep_id, label in labels.items()},
            list(labels.values()),
        )


def rep_labels(books: pl.DataFrame) -> dict[str, str]:
    """Rep id → what the Rep dropdown shows: the name, with the id where two reps share a name."""
    names = books["name"].to_list()
    return {
        rep_id: name if names.count(name) == 1 else f"{name} ({rep_id})"
        for rep_id, name in zip(books["rep_id"], names, strict=True)
    }


def _moves_in_order(moves: pl.DataFrame) -> pl.DataFrame:
    edit = (
        pl.when(pl.col("is_to_field"))
        .then(pl.lit("drop:") + pl.col("to_id"))
        .otherwise(pl.lit("add:") + pl.col("from_id"))
    )
    return moves.with_columns(edit.alias("edit"), pl.col("move_reason").str.replace_all("_", " ").alias("why")).sort(
        ["to_name", "value_cents", "account_id"], descending=[False, True, False], nulls_last=True
    )


def _rows_in_order(rows: pl.DataFrame) -> pl.DataFrame:
    return rows.with_columns(
        pl.col("referral_status").replace_strict(STATUS_WORDS).alias("status"),
        pl.when(pl.col("is_move")).then(pl.lit("new")).alias("new"),
    ).sort(
        ["rep_name", "rep_id", "is_move", "value_cents", "account_id"],
        descending=[False, False, True, True, False],
        nulls_last=True,
    )


def _moves_sheet(book: Book, moves: pl.DataFrame) -> int:
    sheet = book.sheet(MOVES)
    sheet.write_string(
        0,
        0,
        "One row for each account that changes hands. Write undo, with a reason, where it "
        "should not; leave the rest blank.",
        book.style("label"),
    )
    end = book.table(sheet, TOP, MOVE_COLUMNS, moves.iter_rows(named=True), MOVES)
    _answering(book, sheet, end, UNDO, len(MOVE_COLUMNS))
    return end


def _rows_sheet(book: Book, rows: pl.DataFrame) -> int:
    sheet = book.sheet(BOOKS)
    sheet.write_string(
        0,
        0,
        "Each book as proposed, without its locked accounts. Write drop, with a reason, where an "
        "account should leave the book.",
        book.style("label"),
    )
    end = book.table(sheet, TOP, ROW_COLUMNS, rows.iter_rows(named=True), BOOKS)
    _answering(book, sheet, end, DROP, len(ROW_COLUMNS))
    return end


def _answering(book: Book, sheet: WrittenSheet, end: int, word: str, num_columns: int) -> None:
    bottom = max(end - 1, TOP + 1)
    listing(sheet, TOP, end, num_columns, DECISION)
    choices(sheet, TOP + 1, DECISION, bottom, [word], "Decision")
    choices(sheet, TOP + 1, REASON, bottom, EDIT_REASONS, "Reason")
    sheet.conditional_format(
        TOP + 1,
        DECISION,
        bottom,
        DECISION,
        {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": book.style("keep")},
    )
    sheet.conditional_format(
        TOP + 1,
        REASON,
        bottom,
        REASON,
        {"type": "formula", "criteria": f'=AND($C{TOP + 2}<>"",$D{TOP + 2}="")', "format": book.style("bad")},
    )


def _adds_sheet(book: Book, num_reps: int) -> None:
    sheet = book.sheet(ADDS)
    sheet.write_string(
        0,
        0,
        "Accounts that a rep of yours should have besides: paste the account id, choose the rep and a reason.",
        book.style("label"),
    )
    end = book.table(sheet, TOP, ADD_COLUMNS, [{}] * NUM_ADDS)
    listing(sheet, TOP, end, len(ADD_COLUMNS), 0)
    sheet.set_column(len(ADD_COLUMNS), len(ADD_COLUMNS), 34)
    sheet.write_string(TOP, len(ADD_COLUMNS), "Account, if listed in this workbook", book.style("header"))
    for row in range(TOP + 1, end):
        sheet.write_formula(row, len(ADD_COLUMNS), _LOOKUP.format(cell=f"$A{row + 1}"), book.style("hint"), value="")
    sheet.data_validation(
        TOP + 1,
        1,
        end - 1,
        1,
        {
            "validate": "list",
            "source": f"='{META}'!$B$1:$B${max(num_reps, 1)}",
            "error_title": "Not a rep",
            "error_message": "Choose one of your reps from the list.",
        },
    )
    choices(sheet, TOP + 1, 2, end - 1, EDIT_REASONS, "Reason")


def _candidates_sheet(book: Book, candidates: pl.DataFrame) -> None:
    sheet = book.sheet(CANDIDATES)
    sheet.write_string(
        0,
        0,
        "Accounts in your states that no field rep would own: copy the id to the tab Adds."
        if candidates.height
        else "None are listed; any account's id can be pasted on the tab Adds.",
        book.style("label"),
    )
    rows = candidates.with_columns(pl.col("referral_status").replace_strict(STATUS_WORDS).alias("status")).sort(
        ["value_cents", "account_id"], descending=[True, False], nulls_last=True
    )
    end = book.table(sheet, TOP, CANDIDATE_COLUMNS, rows.iter_rows(named=True))
    listing(sheet, TOP, end, len(CANDIDATE_COLUMNS), 2)


def _how(packet: ReviewPacket) -> list[str]:
    return [
        f"{MOVES}: one row for each account that enters or leaves your reps' books, with the engine's reason. "
        "Write undo where it should not change hands. Blank means that you agree.",
        f"{BOOKS}: every account of the proposed books that is not locked. Write drop where one should leave a book.",
        f"{ADDS}: accounts that a rep of yours should get besides; {CANDIDATES} lists some in your states.",
        f"Every change needs a reason: {', '.join(EDIT_REASONS)}. Add a note where it helps others understand.",
        f"Each book may change by {packet.max_adds} adds and {packet.max_drops} drops. A counter that turns red shows "
        "too many; the surplus is refused from the bottom up.",
        "An undo counts as a drop for the book that gained the account. An edit that touches another region's book "
        "is held until that director asks for it too.",
        "Set Finished? to yes, save, and put the file into your inbox folder. You may send it again until the gate "
        "closes; the last one counts.",
    ]


def _changes_used(
    book: Book,
    sheet: WrittenSheet,
    row: int,
    labels: dict[str, str],
    ends: dict[str, int],
    packet: ReviewPacket,
) -> None:
    """Two live counters per rep, beside the books' table."""
    left = len(BOOK_COLUMNS)
    sheet.set_column(left, left + 1, 12)
    for place, text in enumerate(["Adds used", "Drops used"]):
        sheet.write_string(row, left + place, text, book.style("header"))
    moves, rows = (max(ends[name] - 1, TOP + 1) for name in (MOVES, BOOKS))
    undone = f'{span(TOP + 1, DECISION, moves, MOVES)},"{UNDO}",{span(TOP + 1, _EDIT, moves, MOVES)}'
    dropped = f'{span(TOP + 1, DECISION, rows, BOOKS)},"{DROP}",{span(TOP + 1, _REP_ID, rows, BOOKS)}'
    added = span(TOP + 1, 1, TOP + NUM_ADDS, ADDS)
    for number, (rep_id, label) in enumerate(labels.items()):
        place = row + 1 + number
        chosen = f'COUNTIF({added},"{_quoted(label)}")+COUNTIF({added},"{rep_id}")'
        adds = f'={chosen}+COUNTIFS({undone},"add:{rep_id}")'
        drops = f'=COUNTIFS({undone},"drop:{rep_id}")+COUNTIFS({dropped},"{rep_id}")'
        for column, formula, limit in ((left, adds, packet.max_adds), (left + 1, drops, packet.max_drops)):
            sheet.write_formula(place, column, formula, book.style("counter", f'0 "of {limit}"'), value=0)
            limit_colours(book, sheet, place, column, limit)


def _quoted(label: str) -> str:
    """The label inside a formula's quotes, its wildcards taken literally."""
    return label.replace('"', '""').replace("~", "~~").replace("*", "~*").replace("?", "~?")
