"""What the user's system says of a load: its files of successes and errors, read whatever tool wrote them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.mapping.tabular_files import read_texts

IDS = ("sf__Id", "Id", "Record ID", "(Do Not Modify) Account", "Account ID", "hs_object_id", "accountid", "Account")
"""Headers under which result files name the account, the likeliest first."""
ERRORS = ("sf__Error", "Error", "Errors", "Error type", "Error message", "Error description", "Error details", "Reason")
"""Headers under which they say what was wrong; all that there are count."""
_NAMED = 5
_REMEDY = "Give the file that your system wrote after the load, as it is."


@dataclass(frozen=True)
class Told:
    """What result files say, by our account ids.

    Attributes
    ----------
    loaded
        Account → the owner with whom it was loaded, by the column that the export calls so; null where none says it.
    refused
        Account → why, in the system's words.
    """

    loaded: Mapping[str, str | None] = field(default_factory=dict)
    refused: Mapping[str, str] = field(default_factory=dict)

    @property
    def accounts(self) -> set[str]:
        """All accounts that the files name."""
        return {*self.loaded, *self.refused}


def read_results(
    success: Path | None,
    errors: Path | None,
    spelling: Mapping[str, str],
    id_headers: Iterable[str] = (),
    owner_headers: Iterable[str] = (),
) -> Told:
    """What a file of successes and a file of errors say; CSV in any encoding and separator, or XLSX.

    Parameters
    ----------
    spelling
        Our account id → the imported file's.
    id_headers, owner_headers
        The export's own headers of the account's id, which go first, and of its new owner's id.

    Raises
    ------
    InvalidInput
        A file lacks its columns or names no account in a row, or an account is in both.
    """
    ours = {theirs: account for account, theirs in spelling.items()}
    ids = tuple(dict.fromkeys([*id_headers, *IDS]))
    loaded: dict[str, str | None] = {}
    refused: dict[str, list[str]] = {}
    if success:
        frame, names, owners = _read(success, ids, tuple(owner_headers), ())
        for place, account in enumerate(_accounts(success, frame, names[0], ours)):
            loaded[account] = frame[owners[0]][place] if owners else None
    if errors:
        frame, names, said = _read(errors, ids, ERRORS, ERRORS)
        for place, account in enumerate(_accounts(errors, frame, names[0], ours)):
            words = [cell for name in said if (cell := frame[name][place])]
            refused.setdefault(account, []).extend(word for word in words if word not in refused.get(account, ()))
    both = sorted(loaded.keys() & refused.keys())
    if both:
        shown = ", ".join(both[:_NAMED])
        fault = Fault("results", f"{len(both)} accounts in both files, such as {shown}", "each in one", _REMEDY)
        raise InvalidInput("The results cannot be taken in", [fault])
    words_of = {account: "; ".join(words) or "refused without a word" for account, words in refused.items()}
    return Told(loaded, words_of)


def _read(
    path: Path, ids: Collection[str], others: Collection[str], needed: Collection[str]
) -> tuple[pl.DataFrame, list[str], list[str]]:
    wanted = list({name.casefold(): name for name in (*reversed([*ids, *others]),)}.values())
    try:
        frame = read_texts(path, wanted).frame
    except InvalidInput as error:
        faults = [Fault(each.where, each.found, each.expected, _REMEDY) for each in error.faults]
        raise InvalidInput("The results cannot be taken in", faults) from error
    there = {name.casefold(): name for name in frame.columns}
    found = [there[name.casefold()] for name in ids if name.casefold() in there]
    said = list(dict.fromkeys(there[name.casefold()] for name in others if name.casefold() in there))
    missing = [] if found else [f"the account's id ({', '.join(ids)})"]
    missing += [f"what was wrong ({', '.join(needed)})"] if needed and not said else []
    if missing:
        shown = ", ".join(name for name in frame.columns if name != "row_no")
        fault = Fault(f"{path.name}, header", shown, f"a column with {' and one with '.join(missing)}", _REMEDY)
        raise InvalidInput("The results cannot be taken in", [fault])
    return frame, found, said


def _accounts(path: Path, frame: pl.DataFrame, name: str, ours: Mapping[str, str]) -> list[str]:
    blank = frame.filter(pl.col(name).is_null())["row_no"]
    if blank.len():
        rows = ", ".join(map(str, blank.head(_NAMED)))
        fault = Fault(f"{path.name}, column {name}", f"no id in row {rows}", "an id in every row", _REMEDY)
        raise InvalidInput("The results cannot be taken in", [fault])
    return [ours.get(text) or complete_id(text) for text in frame[name]]
