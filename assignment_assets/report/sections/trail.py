"""What happened to the data: write-back, exceptions, audit."""

import polars as pl

from assignment_assets.domain.placed import BY_HAND, GIVEN_BACK, MOVED, Placed
from assignment_assets.report.grid import Column, grid, number, prose
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.section import Section, not_run
from assignment_assets.report.wording import moment, plural, whole, words

OUTCOME_WORDS = {
    "verified": "written, and read back as written",
    "skipped_already": "the new owner was there already",
    "loaded": "loaded by hand, as your system's result file says; not read back",
    "confirmed": "loaded by hand, as a person signed; not read back",
    "drift": "someone changed the owner meanwhile",
    "drift_rule": "carve-out or state changed meanwhile",
    "gone": "deleted or merged meanwhile",
    "held": "the receiver is no longer active",
    "deferred": "not yet its turn",
    "not_visible": "the integration user does not see it; looked for again",
    "left_out": "refused; signed that the cycle goes on without it",
    "given_back": "written, and given back to the earlier owner by a rollback",
    "failed": "the write or the load was refused; it waits for a person",
    "unknown": "no answer came; to be read again",
}


def write_back(report: ReportInput, names: Names) -> Section:
    """Outcomes of the last attempt at each account, and every account that does not have its new owner."""
    if not report.has_run("write_back_log"):
        return not_run("write-back", "Write-back", "The write-back")
    log = report.frame("write_back_log")
    if log.is_empty():
        return Section("write-back", "Write-back", ["Nothing has been written."])
    last = log.sort("sign_off_no", "attempt").unique("account_id", keep="last", maintain_order=True)
    outcomes = last["outcome"].value_counts(name="accounts").sort(["accounts", "outcome"], descending=[True, False])
    outcomes = outcomes.with_columns(meaning=pl.col("outcome").replace_strict(OUTCOME_WORDS, default=""))
    placed = Placed.of(last)
    unwritten = last.filter(~pl.col("outcome").is_in((*MOVED, GIVEN_BACK)))
    grids = [
        grid(
            outcomes,
            "Outcome of the last attempt",
            [
                Column("outcome", "Outcome", words),
                number("accounts", "Accounts", has_bar=True),
                prose("meaning", "Meaning"),
            ],
        )
    ]
    if not unwritten.is_empty():
        grids.append(
            grid(
                unwritten,
                "Accounts without their new owner",
                [
                    Column("account_id", "Account", names.account, shows_id=True),
                    Column("outcome", "Outcome", words),
                    Column("old_owner_id", "Expected", names.person),
                    Column("found_owner_id", "Found", names.person),
                    Column("new_owner_id", "To be", names.person),
                    Column("error_code", "Code"),
                    prose("error", "Message"),
                ],
                kept_in="write_back_log",
            )
        )
    sentences = [f"{whole(placed.in_place)} of {plural(last.height, 'account')} have their new owner{_unread(last)}."]
    if placed.given_back:
        sentences.append(f"After a rollback: {placed}.")
    return Section(
        "write-back",
        "Write-back",
        sentences,
        grids=grids,
    )


def exceptions(report: ReportInput, names: Names) -> Section:
    """Source rows that could not be used."""
    if not report.has_run("source_exceptions"):
        return not_run("exceptions", "Source exceptions", "Reading the sources")
    rows = report.frame("source_exceptions")
    if rows.is_empty():
        return Section("exceptions", "Source exceptions", _without_exceptions(report))
    columns = [
        Column("table_name", "Table", words),
        Column("record_id", "Record"),
        number("row_no", "Row"),
        Column("column_name", "Column", words),
        Column("found", "Found"),
        Column("expected", "Expected"),
        Column("owner_id", "Stays with", names.person),
        prose("remedy", "What to do"),
    ]
    held = rows.filter(pl.col("owner_id").is_not_null())["record_id"].n_unique()
    sentence = (
        f"{plural(rows.height, 'fault')} in source rows; an account whose row is left out stays outside the pool."
    )
    if held:
        sentence += f" {plural(held, 'such account')} counted in the owner's book."
    return Section(
        "exceptions",
        "Source exceptions",
        [sentence],
        grids=[grid(rows, "Faults", columns, kept_in="source_exceptions")],
    )


def _without_exceptions(report: ReportInput) -> list[str]:
    """What is said where no fault is listed: rows may be left out all the same, and other regions' are not shown."""
    if report.region:
        return [f"No fault is known in the source rows of {report.region}."]
    notes = report.frame("source_profile").filter(pl.col("kind") == "note")["sentence"]
    left_out = [note for note in notes if "left out" in note]
    return ["No source row has a fault.", *left_out] if left_out else ["Every source row could be used."]


def audit(report: ReportInput, names: Names) -> Section:
    """The cycle's life, every file received, and every recorded decision and view."""
    grids = []
    events, files, log = (report.frame(name) for name in ("cycle_events", "submissions", "audit_log"))
    if not events.is_empty():
        grids.append(
            grid(
                events,
                "The life of the cycle",
                [
                    Column("at", "When", moment),
                    Column("event", "What", words),
                    number("revision", "Revision"),
                    Column("actor", "Who"),
                    Column("reason", "Why"),
                ],
            )
        )
    if not files.is_empty():
        grids.append(
            grid(
                files.sort("gate", "receipt_no"),
                "Files received",
                [
                    Column("gate", "Gate", words),
                    number("receipt_no", "Receipt"),
                    Column("person", "From", names.person),
                    Column("file_name", "File"),
                    Column("received_at", "When", moment),
                    Column("is_late", "Late", _yes),
                    Column("verdict", "Verdict", words),
                ],
                is_folded=files.height > 20,
                kept_in="submissions",
            )
        )
    if not log.is_empty():
        grids.append(
            grid(
                log.sort("at", descending=True),
                "Decisions and views, latest first",
                [
                    Column("at", "When", moment),
                    Column("actor", "Who", names.person),
                    Column("action", "What", words),
                    Column("subject", "On"),
                    Column("what", "Detail"),
                    Column("why", "Why"),
                ],
                most=200,
                is_folded=log.height > 20,
                kept_in="audit_log",
            )
        )
    return Section("audit", "Audit", [] if grids else ["Nothing has been recorded yet."], grids=grids)


def _unread(last: pl.DataFrame) -> str:
    """What of it nobody has read back, as the end of a sentence."""
    by_hand = last.filter(pl.col("outcome").is_in(BY_HAND)).height
    return f"; {whole(by_hand)} of them were loaded by hand, and nobody read them back" if by_hand else " in the org"


def _yes(value) -> str:
    return "late" if value else ""
