"""Reads a review that a director sent back into edits, in the order in which they apply."""

from collections.abc import Collection, Iterator
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.workbooks.answers import (
    Answered,
    KnownIds,
    changed_meta,
    changed_rows,
    is_total,
    said_damage,
    table_of,
)
from assignment_assets.io.workbooks.packets import EDIT_REASONS, RETURNED_EDITS, ReturnedReview
from assignment_assets.io.workbooks.returned import CSV, ReturnedFile, read_returned
from assignment_assets.io.workbooks.review_book import (
    ADDS,
    BOOKS,
    CANDIDATES,
    DROP,
    MOVE_COLUMNS,
    MOVES,
    ROW_COLUMNS,
    UNDO,
)

_ANSWERED = {
    MOVES: (MOVE_COLUMNS, UNDO, ["Account id", "Decision", "Reason", "Edit"]),
    BOOKS: (ROW_COLUMNS, DROP, ["Account id", "Decision", "Reason", "Rep id"]),
}


def read_review(path: Path, known_ids: Collection[str] | None = None) -> ReturnedReview:
    """What a director edited, from XLSX, ODS or CSV.

    CSV has the columns edit (add or drop), account_id, rep_id, reason and note.

    Parameters
    ----------
    known_ids
        For CSV: the accounts that exist. Without them any account id passes here and is judged by the rules.

    Raises
    ------
    SourceUnavailable
        The file is no complete workbook and no text.
    """
    returned = read_returned(path)
    edits, faults, blank_count = _from_csv(returned, known_ids) if returned.is_csv else _from_workbook(returned)
    numbered = [{"row_no": number, **edit} for number, edit in enumerate(_without_repetitions(edits), 1)]
    frame = pl.DataFrame(numbered, schema=RETURNED_EDITS)
    return ReturnedReview(returned.code, returned.is_finished, frame, blank_count, (*returned.faults, *faults))


def _from_workbook(returned: ReturnedFile) -> tuple[list[dict[str, Any]], list[Fault], int]:
    edits, faults, blank_count = [], changed_meta(returned), 0
    for sheet, (columns, word, headers) in _ANSWERED.items():
        known = KnownIds(returned.row_digests(sheet))
        rows, missing = table_of(returned.sheets.get(sheet, []), sheet, headers)
        faults += missing + changed_rows(returned, sheet, columns, rows, known)
        answered = list(_decisions(sheet, word, rows, known))
        edits += answered
        blank_count += len(known.ids or ()) - len(answered)
    rows, missing = table_of(returned.sheets.get(ADDS, []), ADDS, ["Account id", "Rep", "Reason", "Note"])
    reps = {name.removeprefix("rep:"): label for name, label in returned.meta.items() if name.startswith("rep:")}
    candidates, _ = table_of(returned.sheets.get(CANDIDATES, []), CANDIDATES, ["Account id"])
    shown = {row.text("Account id") for row in candidates}
    return edits + list(_adds(rows, reps, shown)), faults + missing, blank_count


def _decisions(sheet: str, word: str, rows: list[Answered], known: KnownIds) -> Iterator[dict[str, Any]]:
    for row in rows:
        text, decision = row.text("Account id"), row.text("Decision").casefold()
        account_id = known.match(text) if text else None
        if not decision or (account_id is None and is_total(row, "Account id")):
            continue
        kind, rep_id = row.text("Edit").split(":", 1) if row.text("Edit") else ("drop", row.text("Rep id"))
        edit = _edit(f"{sheet}, row {row.row_no}", kind, rep_id, account_id or text, row)
        if account_id is None:
            yield _refused(
                edit,
                "unknown_account",
                f"{text!r} is not an account of this sheet{said_damage(text)}; use the tab {ADDS} for other accounts",
            )
        elif decision != word:
            yield _refused(
                edit, "unknown_answer", f"{row.text('Decision')!r} is not an answer; write {word} or leave it blank"
            )
        else:
            yield _with_reason(edit)


def _adds(rows: list[Answered], reps: dict[str, str], shown: Collection[str]) -> Iterator[dict[str, Any]]:
    by_label = {label.casefold(): rep_id for rep_id, label in reps.items()}
    known = KnownIds(reps)
    for row in rows:
        text, rep = row.text("Account id"), row.text("Rep")
        if not (text or rep or row.text("Reason")) or is_total(row, "Account id"):
            continue
        rep_id = by_label.get(rep.casefold()) or known.match(rep)
        edit = _edit(f"{ADDS}, row {row.row_no}", "add", rep_id or rep, complete_id(text), row)
        if not text or (said_damage(text) and text not in shown):
            yield _refused(
                edit,
                "unknown_account",
                f"{text!r} is not an account id{said_damage(text)}; paste the id from Candidates, Moves or Salesforce"
                if text
                else "the account id is missing; write it beside the rep",
            )
        elif rep_id is None:
            yield _refused(edit, "unknown_rep", f"{rep!r} is not one of your reps; choose one from the list")
        else:
            yield _with_reason(edit)


def _from_csv(
    returned: ReturnedFile, known_ids: Collection[str] | None
) -> tuple[list[dict[str, Any]], list[Fault], int]:
    rows, faults = table_of(returned.sheets[CSV], CSV, ["edit", "account_id", "rep_id", "reason"])
    known, edits = KnownIds(known_ids), []
    for row in rows:
        text, kind = row.text("account_id"), row.text("edit").casefold()
        account_id = known.match(text) if text else None
        edit = _edit(f"row {row.row_no}", kind, complete_id(row.text("rep_id")), account_id or text, row)
        if kind not in ("add", "drop"):
            edits.append(_refused(edit, "unknown_answer", f"{row.text('edit')!r} is not an edit; write add or drop"))
        elif account_id is None:
            edits.append(
                _refused(
                    edit, "unknown_account", f"{text!r} is not an account id that exists{said_damage(text)}; correct it"
                )
            )
        elif not edit["rep_id"]:
            edits.append(_refused(edit, "unknown_rep", "the rep's id is missing; write it"))
        else:
            edits.append(_with_reason(edit))
    return edits, faults, 0


def _edit(where: str, kind: str, rep_id: str, account_id: str, row: Answered) -> dict[str, Any]:
    return {
        "where": where,
        "edit_kind": kind,
        "rep_id": rep_id,
        "account_id": account_id,
        "edit_reason": row.text("Reason").casefold().replace(" ", "_"),
        "note": row.text("Note"),
        "rule": None,
        "message": None,
    }


def _refused(edit: dict[str, Any], rule: str, sentence: str) -> dict[str, Any]:
    return edit | {"rule": rule, "message": f"{edit['where']}: {sentence}"}


def _with_reason(edit: dict[str, Any]) -> dict[str, Any]:
    if edit["edit_reason"] in EDIT_REASONS:
        return edit
    found = f"{edit['edit_reason']!r} is not a reason" if edit["edit_reason"] else "the reason is missing"
    return _refused(edit, "no_reason", f"{found}; choose one of {', '.join(EDIT_REASONS)}")


def _without_repetitions(edits: list[dict[str, Any]]) -> list[dict[str, Any]]:
    """The edits, where one that says the same as an earlier one is refused as repeated."""
    first: dict[tuple[str, str, str], str] = {}
    kept = []
    for edit in edits:
        key = edit["edit_kind"], edit["rep_id"], edit["account_id"]
        if edit["rule"] is None and key in first:
            edit = _refused(edit, "repeated", f"says the same as {first[key]}")
        elif edit["rule"] is None:
            first[key] = edit["where"]
        kept.append(edit)
    return kept
