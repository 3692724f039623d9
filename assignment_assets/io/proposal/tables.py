"""Which file is which table: told by headers, then by the file's name."""

import csv
import math
from collections import Counter
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import fastexcel
import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.io.mapping.csv_rows import SEPARATORS
from assignment_assets.io.mapping.headers import HEADER_WITHIN, plain_name
from assignment_assets.io.mapping.mapping import GSHEET, sheet_key
from assignment_assets.io.mapping.tabular_files import Texts, read_rows, read_texts
from assignment_assets.io.proposal.google_tabs import Rows, google_tabs
from assignment_assets.io.proposal.synonyms import FILE_WORDS, OTHER_WORDS, SYNONYMS, TELLING, candidates, squeezed

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".parquet")
_HEAD_BYTES = 262_144
_KNOWN = frozenset(
    squeezed(name) for fields in SYNONYMS.values() for field, names in fields.items() for name in (field, *names)
)


@dataclass(frozen=True)
class Found:
    """A table that was found.

    Attributes
    ----------
    path
        Its file; for others what they are called.
    sheet
        The sheet of a workbook, the tab of a Google Sheet; else empty.
    header, texts
        Its columns' names, its rows.
    place, object
        What the mapping says in place of a file: a Google Sheet, an object of Salesforce; else empty.
    """

    path: Path
    sheet: str
    header: tuple[str, ...]
    texts: Texts
    place: str = ""
    object: str = ""


@dataclass(frozen=True)
class Candidate:
    """A file, a sheet of one or a tab of a Google Sheet (`place`, with its rows), and its header."""

    path: Path
    sheet: str
    header: tuple[str, ...]
    place: str = ""
    rows: Rows | None = None

    def called(self) -> str:
        """The table as messages name it."""
        return f"{self.path.name}, sheet {self.sheet}," if self.sheet else self.path.name


def found_tables(paths: Sequence[Path | str], *, needs_reps: bool = True) -> tuple[dict[str, Found], list[str]]:
    """Table → where it was found, and sentences on files and sheets that are none.

    Raises
    ------
    SourceUnavailable
        A file or folder is not there, or a folder holds no table.
    InvalidInput
        No file looks like accounts, or none like reps.
    """
    headers: list[Candidate] = []
    notes: list[str] = []
    for each in _candidates(paths, notes):
        if sum(squeezed(name) in _KNOWN for name in each.header) < 2:
            notes.append(f"{each.called()} is not used: no header there has known names.")
        else:
            headers.append(each)
    chosen = _best(headers)
    missing = [name for name in ("accounts", "reps") if name not in chosen and (needs_reps or name != "reps")]
    if missing:
        seen = "; ".join(f"{each.called()} with {', '.join(each.header[:8])}" for each in headers)
        raise InvalidInput(
            "The files cannot be told apart",
            [
                Fault(
                    f"files, {name}", f"none looks like {name} ({seen or 'no table'})", _EXPECTED[name], _REMEDY[name]
                )
                for name in missing
            ],
        )
    notes += [f"{each.called()} is not used." for each in headers if each not in chosen.values()]
    tables = {}
    for name, each in chosen.items():
        tables[name], doubled = _read(each)
        notes += [f"{each.called()} has {header} more than once; it is not used." for header in doubled]
    return tables, notes


def _candidates(paths: Sequence[Path | str], notes: list[str]) -> Iterator[Candidate]:
    files = [Path(path) for path in paths if not str(path).startswith(GSHEET)]
    for path, sheet in _sheets(list(_files(files)), notes):
        yield Candidate(path, sheet, _header(_first_rows(path, sheet)))
    for place in (str(path) for path in paths if str(path).startswith(GSHEET)):
        key = sheet_key(place)
        for tab, rows in google_tabs(key, notes):
            head = [[cell or "" for cell in row] for row in rows[:HEADER_WITHIN]]
            yield Candidate(Path(f"Google Sheet {key[:8]}…"), tab, _header([head]), f"{GSHEET}{key}", rows)


def _read(one: Candidate) -> tuple[Found, list[str]]:
    """The table without the columns whose name stands there twice, and these names."""
    counts = Counter(map(plain_name, one.header))
    once = [name for name in one.header if counts[plain_name(name)] == 1]
    texts = read_texts(one.path, once, one.sheet) if one.rows is None else read_rows(one.rows, once, one.called())
    kept = [name for name in texts.frame.columns if name == "row_no" or counts[plain_name(name)] == 1]
    doubled = list(dict.fromkeys(name for name in one.header if counts[plain_name(name)] > 1))
    frame = texts.frame.select(kept)
    return Found(one.path, one.sheet, tuple(once), replace(texts, frame=frame), one.place), doubled


_OTHERS = frozenset(
    {"leadsource", "leadstatus", "accountid", "accountname", "isconverted", "companyname", "parentcustomer"}
)
"""Headers of leads and contacts: people too, but none of the roster."""
_EXPECTED = {
    "accounts": "a file whose header has an account's id, name and state",
    "reps": "a roster: a file whose header has each rep's id, e-mail, region and states",
}
_REMEDY = {
    "accounts": "Name that file too, or export it.",
    "reps": "Name that file too, or export it; or say --roster-from-owners to make one of those who own accounts.",
}


def _files(paths: Sequence[Path]) -> Iterator[Path]:
    for path in paths:
        inside = sorted(each for each in path.glob("*") if each.suffix.lower() in SUFFIXES) if path.is_dir() else [path]
        if not inside or not path.exists():
            raise SourceUnavailable(
                f"{path}: no table there, expected CSV, XLSX or Parquet files. Name the files, or their folder."
            )
        yield from (each for each in inside if not each.name.startswith(("~$", ".")))


def _sheets(files: Collection[Path], notes: list[str]) -> Iterator[tuple[Path, str]]:
    for path in files:
        names = _sheet_names(path)
        if len(names) < 2:
            yield path, ""
            continue
        for name, is_visible in names:
            if is_visible:
                yield path, name
            else:
                notes.append(f"{path.name}, sheet {name}, is hidden, and not used.")


def _sheet_names(path: Path) -> list[tuple[str, bool]]:
    if path.suffix.lower() != ".xlsx" or not path.is_file():
        return []
    try:
        book = fastexcel.read_excel(path)
    except fastexcel.FastExcelError as error:
        fault = Fault(path.name, "damaged content, or a password", "an XLSX workbook", "Save it again.")
        raise InvalidInput(f"The file {path.name} cannot be read", [fault]) from error
    return [
        (name, book.load_sheet(name, header_row=None, n_rows=1, dtypes="string").visible == "visible")
        for name in book.sheet_names
    ]


def _header(tried: Iterable[list[list[str]]]) -> tuple[str, ...]:
    """The row, within the first twenty, that has most of the known names."""
    rows = max(tried, key=lambda rows: max(map(_score, rows), default=(0, 0)), default=[])
    best: Sequence[str] = max(rows, key=_score, default=())
    return tuple(" ".join(name.split()) for name in best if name.strip())


def _score(row: Sequence[str]) -> tuple[int, int]:
    return len({squeezed(cell) for cell in row} & _KNOWN), len(row)


def _first_rows(path: Path, sheet: str) -> Iterator[list[list[str]]]:
    """The file's first rows, once for each way in which they may be separated."""
    suffix = path.suffix.lower()
    if suffix == ".parquet":
        yield [list(pl.read_parquet_schema(path))]
    elif suffix == ".xlsx":
        loaded = fastexcel.read_excel(path).load_sheet(
            sheet or 0, header_row=None, skip_rows=0, n_rows=HEADER_WITHIN, dtypes="string"
        )
        yield [[cell or "" for cell in row] for row in loaded.to_polars().iter_rows()]
    else:
        with path.open("rb") as file:
            content = file.read(_HEAD_BYTES)
        is_wide = content.startswith((b"\xff\xfe", b"\xfe\xff"))
        text = content.decode("utf-16" if is_wide else "utf-8-sig", errors="replace")
        for separator in SEPARATORS:
            lines = text.splitlines(keepends=True)[:HEADER_WITHIN]
            yield list(csv.reader(lines, delimiter=separator))


def _best(headers: Sequence[Candidate]) -> dict[str, Candidate]:
    """The assignment of files to tables with the most telling headers."""
    names = tuple(SYNONYMS)
    scores = {(name, place): _likeness(name, each) for name in names for place, each in enumerate(headers)}
    places = [*range(len(headers)), *[None] * len(names)]
    best: tuple[float, dict[str, Candidate]] = (0.0, {})
    for picked in set(permutations(places, len(names))):
        chosen = {name: place for name, place in zip(names, picked, strict=True) if place is not None}
        score = sum(scores[each] for each in chosen.items())
        if score > best[0]:
            best = score, {name: headers[place] for name, place in chosen.items()}
    return best[1]


def _likeness(table: str, one: Candidate) -> float:
    met = {field for field, names in candidates(one.header, table).items() if names}
    called = (one.sheet or one.path.stem).lower()
    is_other = {squeezed(name) for name in one.header} & _OTHERS or any(word in called for word in OTHER_WORDS)
    if table == "reps" and is_other:
        return -math.inf
    return (
        len(met)
        + 2 * len(met & TELLING[table])
        + 6 * any(word in called for word in FILE_WORDS[table])
        - 1.5 * math.sqrt(len(one.header))
    )
