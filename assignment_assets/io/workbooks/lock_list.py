"""A rep's lock list: which dormant and never-referred accounts they keep.

The rep writes keep or release beside an account that has no automatic lock; blank means no answer, and the
account goes to the pool. Counters show the quotas as the rep types.
"""

from datetime import datetime, time
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.io.workbooks.layout import Column
from assignment_assets.io.workbooks.packets import ANSWERS, LockPacket
from assignment_assets.io.workbooks.sheet import Book, choices, limit_colours, listing, span, workbook
from assignment_assets.io.workbooks.summary import deadline_and_finished, instructions, long_date, summary_sheet
from assignment_assets.io.workbooks.written import WrittenFile, WrittenSheet

SHEET = "Accounts"
LAYOUT = "lock_list/1"
TOP = 3  # the header's row, 0-based
COLUMNS = [
    Column("Account id", "account_id", width=20),
    Column("Account", "name", width=44),
    Column("Decision", "", width=13),
    Column("Note", "", width=26),
    Column("State", "state", width=6),
    Column("Status", "status", width=15),
    Column("Last referral", "last_referral_on", "date", 12),
    Column("Referrals, 3 months", "referrals_l3m", "whole", 10),
    Column("Referrals, 12 months", "referrals_l12m", "whole", 10),
    Column("Referrals, ever", "referrals_ever", "whole", 10),
    Column("Opportunities", "opp_count", "whole", 12),
    Column("BPS", "bps", "plain_bps", 9),
    Column("TAM", "tam_cents", "money", 13),
    Column("Value", "value_cents", "money", 13),
    Column("Drive, minutes", "drive_minutes", "whole", 9),
]
DECISION, STATUS = 2, 5
STATUS_WORDS = {"l3m": "L3M referrer", "dormant": "dormant", "never": "never-referred"}
LOCK_WORDS = {
    "l3m_referrer": "locked: L3M",
    "keep_with_owner": "locked: stays",
    "house": "locked: house",
    "protected_deal": "locked: deal",
}
NOT_PICKABLE = "to the pool"
_GROUPS = {"dormant": 0, "never": 1, "l3m": 2}


def write_lock_list(packet: LockPacket, path: Path) -> None:
    """Writes the workbook; equal packets give equal bytes."""
    compose_lock_list(packet, workbook(path))


def compose_lock_list(packet: LockPacket, file: WrittenFile) -> None:
    """Writes the lock list into a new file of XlsxWriter's kind, and closes it."""
    rows = _in_useful_order(packet.rows)
    closed = [_closed_text(row) for row in rows]
    title = f"Lock list of {packet.rep_name}"
    subtitle = f"Cycle {packet.cycle}, revision {packet.revision}, as of {long_date(packet.as_of)}"
    with Book(file, title, packet.cycle, datetime.combine(packet.as_of, time())) as book:
        summary = summary_sheet(book, title, subtitle, packet.code)
        accounts = book.sheet(SHEET)
        end = book.table(accounts, TOP, COLUMNS, rows, SHEET, closed)
        bottom = max(end - 1, TOP + 1)
        quotas = [
            ("Dormant kept", "dormant", packet.dormant_quota),
            ("Never-referred kept", "never-referred", packet.never_referred_quota),
        ]
        _accounts_head(book, accounts, quotas, bottom)
        row = deadline_and_finished(book, summary, 4, packet.deadline)
        for label, status, quota in quotas:
            _counter(book, summary, row, 0, label, _kept(status, bottom, f"{SHEET}"), quota)
            row += 1
        row = instructions(book, summary, row + 1, _how(packet))
        _before_and_after(book, summary, row, packet, rows, closed, bottom)
        book.meta({"layout": LAYOUT, "code": packet.code})


def _in_useful_order(rows: pl.DataFrame) -> list[dict[str, Any]]:
    """Accounts that may be answered first (dormant, then never-referred), the most valuable first."""
    shown = [row | {"status": STATUS_WORDS[row["referral_status"]]} for row in rows.iter_rows(named=True)]
    return sorted(
        shown,
        key=lambda row: (
            3 if row["lock_kind"] is not None else _GROUPS[row["referral_status"]],
            row["value_cents"] is None,
            -(row["value_cents"] or 0),
            row["account_id"],
        ),
    )


def _closed_text(row: dict[str, Any]) -> str | None:
    """What stands in place of an answer: the automatic lock, or that the account cannot be picked; else None."""
    if row["lock_kind"]:
        return LOCK_WORDS.get(row["lock_kind"], f"locked: {row['lock_kind']}")
    return NOT_PICKABLE if row["referral_status"] == "l3m" else None


def _kept(status: str, bottom: int, sheet_name: str = "") -> str:
    return (
        f'COUNTIFS({span(TOP + 1, DECISION, bottom, sheet_name)},"keep",'
        f'{span(TOP + 1, STATUS, bottom, sheet_name)},"{status}")'
    )


def _counter(book: Book, sheet: WrittenSheet, row: int, column: int, label: str, formula: str, quota: int) -> None:
    sheet.write_string(row, column, label, book.style("label"))
    sheet.write_formula(row, column + 1, f"={formula}", book.style("counter", f'0 "of {quota}"'), value=0)
    limit_colours(book, sheet, row, column + 1, quota)


def _accounts_head(book: Book, sheet: WrittenSheet, quotas: list[tuple[str, str, int]], bottom: int) -> None:
    sheet.write_string(
        0,
        0,
        "Write keep or release in the yellow column. Blank means no answer: the account goes to the pool.",
        book.style("label"),
    )
    for row, (label, status, quota) in enumerate(quotas, 1):
        _counter(book, sheet, row, 1, label, _kept(status, bottom), quota)
    listing(sheet, TOP, bottom + 1, len(COLUMNS), DECISION + 1)
    choices(sheet, TOP + 1, DECISION, bottom, ANSWERS, "Decision")
    for word in ANSWERS:
        sheet.conditional_format(
            TOP + 1,
            DECISION,
            bottom,
            DECISION,
            {"type": "cell", "criteria": "==", "value": f'"{word}"', "format": book.style(word)},
        )


def _how(packet: LockPacket) -> list[str]:
    return [
        f"On the tab {SHEET}, write keep beside up to {packet.dormant_quota} dormant and up to "
        f"{packet.never_referred_quota} never-referred accounts that you want to keep.",
        "Write release beside accounts that you give away. Blank means no answer: "
        "like release, the account goes to the pool, and your receipt says how many were blank.",
        "Accounts marked locked stay with you in any case and need no answer.",
        "Keeps beyond a quota are refused from the bottom up; a counter that turns red shows that there are too many.",
        f"Your book holds {packet.capacity} accounts at most, locked ones included.",
        "Set Finished? to yes, save, and put the file into your inbox folder. You may send it again until the gate "
        "closes; the last one counts.",
    ]


def _before_and_after(
    book: Book,
    sheet: WrittenSheet,
    row: int,
    packet: LockPacket,
    rows: list[dict[str, Any]],
    closed: list[str | None],
    bottom: int,
) -> None:
    """Today's book beside what stays with the rep for certain, by kind, with a chart of both."""
    locked = [each["status"] for each in rows if each["lock_kind"]]
    picks = [each["status"] for each, text in zip(rows, closed, strict=True) if text is None]
    lines = [
        ("Locked automatically", len(locked), str(len(locked)), len(locked)),
        *(
            (label, picks.count(status), f"MIN({quota},{_kept(status, bottom, SHEET)})", 0)
            for label, status, quota in (
                ("Dormant", "dormant", packet.dormant_quota),
                ("Never-referred", "never-referred", packet.never_referred_quota),
            )
        ),
        ("Others", len(rows) - len(locked) - len(picks), "0", 0),
    ]
    for place, text in enumerate(["Your accounts", "Today", "Stay for certain"]):
        sheet.write_string(row, place, text, book.style("header"))
    for number, (label, before, formula, after) in enumerate(lines, row + 1):
        sheet.write_string(number, 0, label, book.style())
        sheet.write_number(number, 1, before, book.style())
        sheet.write_formula(number, 2, f"={formula}", book.style(), value=after)
    chart = book.file.add_chart({"type": "bar", "subtype": "stacked"})
    for number, colour in enumerate(["#1d4e89", "#e0a458", "#86a8c9", "#c3cad1"], row + 1):
        chart.add_series(
            {
                "name": ["Summary", number, 0],
                "categories": ["Summary", row, 1, row, 2],
                "values": ["Summary", number, 1, number, 2],
                "fill": {"color": colour},
                "gap": 60,
            }
        )
    chart.set_title({"name": "Accounts that stay with you", "name_font": {"size": 11}})
    chart.set_y_axis({"reverse": True, "line": {"none": True}})
    chart.set_x_axis({"major_gridlines": {"visible": True, "line": {"color": "#e3e6ea"}}, "num_format": "0"})
    chart.set_legend({"position": "bottom"})
    chart.set_size({"width": 560, "height": 220})
    sheet.insert_chart(row, 4, chart, {"object_position": 3})
