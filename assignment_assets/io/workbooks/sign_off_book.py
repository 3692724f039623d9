"""What a signer reads before signing: a region's books before and after, its moves, and how to sign.

The workbook is for reading; a sign-off is made with the command that it shows.
"""

from datetime import datetime, time
from pathlib import Path

import polars as pl

from assignment_assets.io.workbooks.books_table import books_table, by_name
from assignment_assets.io.workbooks.layout import Column
from assignment_assets.io.workbooks.packets import SignOffPacket
from assignment_assets.io.workbooks.sheet import Book, listing, workbook
from assignment_assets.io.workbooks.summary import instructions, long_date, summary_sheet

MOVES = "Moves"
LAYOUT = "sign_off_book/1"
TOP = 1
COLUMNS = [
    Column("Account id", "account_id", width=20),
    Column("Account", "name", width=44),
    Column("State", "state", width=6),
    Column("From", "from_name", width=22),
    Column("To", "to_name", width=22),
    Column("Other region", "other_region", width=16),
    Column("Value", "value_cents", "money", 14),
    Column("Held", "held", width=7),
    Column("Why", "why", width=22),
    Column("Reason", "reason_sentence", width=95),
]


def write_sign_off_book(packet: SignOffPacket, path: Path) -> None:
    """Writes the read-only workbook; equal packets give equal bytes."""
    moves = packet.moves.with_columns(
        pl.when(pl.col("is_held")).then(pl.lit("held")).alias("held"),
        pl.col("move_reason").str.replace_all("_", " ").alias("why"),
    ).sort(["is_held", "to_name", "value_cents", "account_id"], descending=[True, False, True, False], nulls_last=True)
    title = f"Sign-off of {packet.region}"
    subtitle = f"Cycle {packet.cycle}, revision {packet.revision}, as of {long_date(packet.as_of)}"
    with Book(workbook(path), title, packet.cycle, datetime.combine(packet.as_of, time())) as book:
        summary = summary_sheet(book, title, subtitle, packet.code)
        facts = [
            ("For", packet.signer),
            ("Moves to sign", str(moves.height)),
            ("Of these on hold", str(moves.filter("is_held").height)),
            ("Digest of the moves", packet.digest),
        ]
        for row, (label, value) in enumerate(facts, 4):
            summary.write_string(row, 0, label, book.style("label"))
            summary.write_string(row, 1, value, book.style("code" if value == packet.digest else "fact"))
        row = instructions(book, summary, 9, _how(packet))
        summary.write_string(row - 1, 0, packet.how_to_sign, book.style("command"))
        books_table(book, summary, row + 1, by_name(packet.books))
        sheet = book.sheet(MOVES)
        sheet.write_string(0, 0, "Every move that this region's signature approves.", book.style("label"))
        end = book.table(sheet, TOP, COLUMNS, moves.iter_rows(named=True), MOVES)
        listing(sheet, TOP, end, len(COLUMNS), 2)
        book.meta({"layout": LAYOUT, "code": packet.code, "digest": packet.digest})


def _how(packet: SignOffPacket) -> list[str]:
    return [
        f"Read the tab {MOVES}: each row is an account that changes hands in Salesforce once {packet.region} signs.",
        "A move between two regions is written only when both have signed. Moves on hold must be decided before.",
        "Your signature covers exactly these moves: if they change, their digest changes and you are asked again.",
        "This workbook is for reading; nothing is read back from it. To sign, run this command:",
    ]
