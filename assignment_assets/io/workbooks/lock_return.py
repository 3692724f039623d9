"""Reads a lock list that a rep sent back; every sentence is one that the rep understands."""

from collections.abc import Collection
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.io.workbooks.answers import (
    Answered,
    KnownIds,
    changed_meta,
    changed_rows,
    is_total,
    said_damage,
    table_of,
)
from assignment_assets.io.workbooks.lock_list import COLUMNS, LOCK_WORDS, NOT_PICKABLE, SHEET
from assignment_assets.io.workbooks.packets import ANSWERS, RETURNED_ANSWERS, ReturnedLockList
from assignment_assets.io.workbooks.returned import CSV, read_returned

_NO_ANSWER = {"", NOT_PICKABLE, *LOCK_WORDS.values()}


def read_lock_list(path: Path, known_ids: Collection[str] | None = None) -> ReturnedLockList:
    """What a rep answered, from XLSX, ODS or CSV.

    Parameters
    ----------
    known_ids
        The accounts that the rep was asked about. A workbook brings them along; for CSV, without them, any
        account id passes here and is judged by the lock rules.

    Raises
    ------
    SourceUnavailable
        The file is no complete workbook and no text.
    """
    returned = read_returned(path)
    sheet = CSV if returned.is_csv else SHEET
    issued = returned.row_digests(SHEET)
    known = KnownIds(issued or known_ids)
    rows, faults = table_of(returned.sheets.get(sheet, []), sheet, ["Account id", "Decision"])
    faults = [*returned.faults, *changed_meta(returned), *faults]
    faults += changed_rows(returned, SHEET, COLUMNS, rows, known) if not returned.is_csv else []
    answers, blank_count = _answers(rows, known)
    if issued:
        blank_count = len(issued.keys() - {answer["account_id"] for answer in answers})
    frame = pl.DataFrame(answers, schema=RETURNED_ANSWERS)
    return ReturnedLockList(returned.code, returned.is_finished, frame, blank_count, tuple(faults))


def _answers(rows: list[Answered], known: KnownIds) -> tuple[list[dict[str, Any]], int]:
    """One entry an answered row, with the rule that it breaks if any; and how many rows are blank."""
    answers, blank_count = [], 0
    for row in rows:
        text, written = row.text("Account id"), row.text("Decision")
        account_id = known.match(text) if text else None
        if account_id is None and is_total(row, "Account id"):
            continue
        if written in _NO_ANSWER or written.startswith("locked: "):
            blank_count += 1
            continue
        rule, message = _broken_rule(row, account_id)
        answers.append(
            {
                "row_no": row.row_no,
                "account_id": account_id or text,
                "answer": written.casefold(),
                "note": row.text("Note"),
                "rule": rule,
                "message": message,
            }
        )
    return _without_repetitions(answers), blank_count


def _broken_rule(row: Answered, account_id: str | None) -> tuple[str | None, str | None]:
    text, written = row.text("Account id"), row.text("Decision")
    if not text:
        return "unknown_account", f"row {row.row_no}: there is an answer but no account id; write the id beside it"
    if account_id is None:
        number = said_damage(text)
        return "unknown_account", (
            f"row {row.row_no}: {text!r} is not an account of your list{number}; "
            "answer only the accounts that were sent to you"
        )
    if written.casefold() not in ANSWERS:
        return "unknown_answer", f"row {row.row_no}: {written!r} is not an answer; write keep or release"
    return None, None


def _without_repetitions(answers: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The answers, where a second one for the same account is refused, and both where they contradict."""
    by_account: dict[str, list[dict[str, Any]]] = {}
    for answer in answers:
        if answer["rule"] is None:
            by_account.setdefault(answer["account_id"], []).append(answer)
    for account_id, group in by_account.items():
        rows = " and ".join(str(answer["row_no"]) for answer in group)
        if len({answer["answer"] for answer in group}) > 1:
            for answer in group:
                answer |= {
                    "rule": "contradiction",
                    "message": f"rows {rows}: {account_id} is answered keep and release; answer it once",
                }
        for answer in group[1:]:
            if answer["rule"] is None:
                answer |= {
                    "rule": "repeated",
                    "message": f"row {answer['row_no']}: {account_id} was answered in row {group[0]['row_no']} already",
                }
    return answers
