"""From rows of text to answers: finds the header, matches ids, names every row that cannot be used."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.sources.ids import BODY, complete_id, damage_of
from assignment_assets.io.workbooks.layout import Column, content_digest, name_key, row_digest, tidy
from assignment_assets.io.workbooks.returned import CSV, ReturnedFile, Rows

_NAMED = 12


@dataclass(frozen=True)
class Answered:
    """One row of a returned table: its number as the spreadsheet shows it and its cells by header key."""

    row_no: int
    cells: dict[str, str]

    def text(self, header: str) -> str:
        """The tidied cell under a header; empty where there is none."""
        return self.cells.get(name_key(header), "")


def table_of(rows: Rows, sheet: str, headers: Sequence[str]) -> tuple[list[Answered], list[Fault]]:
    """The rows below the header that carries all of `headers`, wherever it stands; else the fault.

    A header is found by its first column, in any case and with or without blanks and underscores.
    Empty rows are left out; row numbers stay those of the file.
    """
    wanted = [name_key(header) for header in headers]
    for number, row in enumerate(rows):
        keys = [name_key(cell) for cell in row]
        if wanted[0] not in keys:
            continue
        absent = [header for header, key in zip(headers, wanted, strict=True) if key not in keys]
        if absent:
            there = ", ".join(tidy(cell) for cell in row if tidy(cell))
            return [], [
                Fault(
                    f"sheet {sheet}, row {number + 1}",
                    f"no column {' and no column '.join(map(repr, absent))} (there are: {there})",
                    "the headers as sent",
                    "Give the columns their names back and save the file again.",
                )
            ]
        body = [
            Answered(place, dict(zip(keys, map(tidy, cells), strict=False)))
            for place, cells in enumerate(rows[number + 1 :], number + 2)
        ]
        return [each for each in body if any(each.cells.values())], []
    return [], [
        Fault(
            f"sheet {sheet}",
            f"no header row with {headers[0]!r}",
            f"the columns {', '.join(headers)}",
            "Name them in a line of their own below the packet's."
            if sheet == CSV
            else "Return the workbook that was sent to you, with its header.",
        )
    ]


class KnownIds:
    """Matches ids as people send them back to the ids that were sent out."""

    def __init__(self, ids: Collection[str] | None):
        self.ids = None if ids is None else frozenset(ids)
        self._spellings: dict[str, set[str]] = {}
        for known in self.ids or ():
            for spelling in {known.casefold(), known[:BODY] if len(known) == BODY + 3 else known}:
                self._spellings.setdefault(spelling, set()).add(known)

    def match(self, text: str) -> str | None:
        """The id that was sent out: spelt the same, completed, or in another case; None where none fits.

        Where the ids sent out are not known (CSV), the text's own completed spelling; None where it is damaged.
        """
        completed = complete_id(text)
        if self.ids is None:
            return None if damage_of(text) else completed
        if completed in self.ids:
            return completed
        found = self._spellings.get(text) or self._spellings.get(text.casefold(), set())
        return next(iter(found)) if len(found) == 1 else None


def is_total(row: Answered, header: str) -> bool:
    """Whether the row is a total that a spreadsheet or a person added below the table."""
    texts = [row.text(header), next((text for text in row.cells.values() if text), "")]
    return any(text.casefold().startswith(("total", "sum", "grand total", "count")) for text in texts)


def looks_like_a_number(text: str) -> bool:
    """Whether a spreadsheet seems to have turned an id into a number."""
    return "e+" in text.casefold() or text.replace(".", "", 1).isdecimal()


def said_damage(text: str) -> str:
    """What is visibly wrong with an id, to go behind it in a sentence; empty where nothing is."""
    if found := damage_of(text):
        return f"; {found}"
    return "; a spreadsheet seems to have turned it into a number" if looks_like_a_number(text) else ""


def changed_rows(
    returned: ReturnedFile, sheet: str, columns: Sequence[Column], rows: Sequence[Answered], known: KnownIds
) -> list[Fault]:
    """The fault that names every row whose locked cells are no longer as sent; empty when none is.

    Rows that were deleted are no fault: they count as blank. Rows without a known id are judged elsewhere.
    """
    issued = returned.row_digests(sheet)
    locked = [column for column in columns if not column.is_open]
    kinds = [column.kind for column in locked]
    key_header = next(column.header for column in columns if column.source == "account_id")
    changed = []
    for row in rows:
        account_id = known.match(row.text(key_header))
        if account_id not in issued:
            continue
        cells = [account_id if column.source == "account_id" else row.text(column.header) or None for column in locked]
        if row_digest(kinds, cells) != issued[account_id]:
            changed.append(row.row_no)
    if not changed:
        return []
    numbers = ", ".join(map(str, changed[:_NAMED]))
    more = f" and {len(changed) - _NAMED} more" if len(changed) > _NAMED else ""
    return [
        Fault(
            f"sheet {sheet}, row{'s' if len(changed) > 1 else ''} {numbers}{more}",
            "a locked cell was changed",
            "the cells as sent",
            "Copy your answers into a fresh copy of the workbook and send that.",
        )
    ]


def changed_meta(returned: ReturnedFile) -> list[Fault]:
    """The fault of a workbook whose hidden sheet is gone or does not agree with itself; empty for CSV."""
    if returned.is_csv:
        return []
    digests = {name.removeprefix("row:"): value for name, value in returned.meta.items() if name.startswith("row:")}
    if returned.meta.get("content") == content_digest(digests):
        return []
    return [
        Fault(
            "workbook",
            "its hidden sheet _meta is missing or was changed",
            "the workbook as sent",
            "Copy your answers into a fresh copy of the workbook and send that.",
        )
    ]
