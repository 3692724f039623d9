"""Which file is which table: told by headers, then by the file's name."""

import csv
import math
from collections import Counter
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass, replace
from itertools import permutations
from pathlib import Path

import fastexcel
import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.io.mapping.csv_rows import SEPARATORS
from assignment_assets.io.mapping.headers import HEADER_WITHIN, plain_name
from assignment_assets.io.mapping.tabular_files import Texts, read_texts
from assignment_assets.io.proposal.synonyms import FILE_WORDS, OTHER_WORDS, SYNONYMS, TELLING, candidates, squeezed

SUFFIXES = (".csv", ".txt", ".tsv", ".xlsx", ".parquet")
_HEAD_BYTES = 262_144
_KNOWN = frozenset(
    squeezed(name) for fields in SYNONYMS.values() for field, names in fields.items() for name in (field, *names)
)


@dataclass(frozen=True)
class Found:
    """A table that was found: its file, the sheet of a workbook (else empty), its header, its rows as texts."""

    path: Path
    sheet: str
    header: tuple[str, ...]
    texts: Texts


def found_tables(paths: Sequence[Path], *, needs_reps: bool = True) -> tuple[dict[str, Found], list[str]]:
    """Table → where it was found, and sentences on files and sheets that are none.

    Raises
    ------
    SourceUnavailable
        A file or folder is not there, or a folder holds no table.
    InvalidInput
        No file looks like accounts, or none like reps.
    """
    headers: list[tuple[Path, str, tuple[str, ...]]] = []
    notes: list[str] = []
    for path, sheet in _sheets(list(_files(paths)), notes):
        header = _header(path, sheet)
        if sum(squeezed(name) in _KNOWN for name in header) < 2:
            notes.append(f"{_called(path, sheet)} is not used: no header there has known names.")
        else:
            headers.append((path, sheet, header))
    chosen = _best(headers)
    missing = [name for name in ("accounts", "reps") if name not in chosen and (needs_reps or name != "reps")]
    if missing:
        seen = "; ".join(f"{_called(path, sheet)} with {', '.join(header[:8])}" for path, sheet, header in headers)
        raise InvalidInput(
            "The files cannot be told apart",
            [
                Fault(
                    f"files, {name}", f"none looks like {name} ({seen or 'no table'})", _EXPECTED[name], _REMEDY[name]
                )
                for name in missing
            ],
        )
    used = {(path, sheet) for path, sheet, _ in chosen.values()}
    notes += [f"{_called(path, sheet)} is not used." for path, sheet, _ in headers if (path, sheet) not in used]
    tables = {}
    for name, (path, sheet, header) in chosen.items():
        tables[name], doubled = _read(path, sheet, header)
        notes += [f"{_called(path, sheet)} has {each} more than once; it is not used." for each in doubled]
    return tables, notes


def _read(path: Path, sheet: str, header: tuple[str, ...]) -> tuple[Found, list[str]]:
    """The table without the columns whose name stands there twice, and these names."""
    counts = Counter(map(plain_name, header))
    once = [name for name in header if counts[plain_name(name)] == 1]
    texts = read_texts(path, once, sheet)
    kept = [name for name in texts.frame.columns if name == "row_no" or counts[plain_name(name)] == 1]
    doubled = list(dict.fromkeys(name for name in header if counts[plain_name(name)] > 1))
    return Found(path, sheet, tuple(once), replace(texts, frame=texts.frame.select(kept))), doubled


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
                notes.append(f"{_called(path, name)} is hidden, and not used.")


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


def _called(path: Path, sheet: str) -> str:
    return f"{path.name}, sheet {sheet}," if sheet else path.name


def _header(path: Path, sheet: str) -> tuple[str, ...]:
    """The row, within the first twenty, that has most of the known names."""
    rows = max(_first_rows(path, sheet), key=lambda rows: max(map(_score, rows), default=(0, 0)), default=[])
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


def _best(headers: Sequence[tuple[Path, str, tuple[str, ...]]]) -> dict[str, tuple[Path, str, tuple[str, ...]]]:
    """The assignment of files to tables with the most telling headers."""
    names = tuple(SYNONYMS)
    places = [*range(len(headers)), *[None] * len(names)]
    best: tuple[float, dict[str, tuple[Path, str, tuple[str, ...]]]] = (0.0, {})
    for picked in set(permutations(places[: len(headers) + len(names)], len(names))):
        chosen = {name: headers[place] for name, place in zip(names, picked, strict=True) if place is not None}
        score = sum(_likeness(name, *each) for name, each in chosen.items())
        if score > best[0]:
            best = score, chosen
    return best[1]


def _likeness(table: str, path: Path, sheet: str, header: tuple[str, ...]) -> float:
    met = {field for field, names in candidates(header, table).items() if names}
    called = (sheet or path.stem).lower()
    is_other = {squeezed(name) for name in header} & _OTHERS or any(word in called for word in OTHER_WORDS)
    if table == "reps" and is_other:
        return -math.inf
    return (
        len(met)
        + 2 * len(met & TELLING[table])
        + 6 * any(word in called for word in FILE_WORDS[table])
        - 1.5 * math.sqrt(len(header))
    )
