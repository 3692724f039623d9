"""What a source must hand over: structure that stops the cycle, row faults that are listed, the snapshot.

A *structural* fault (a column missing or of the wrong type, an id met twice) stops the cycle; all of them are
listed together. A *row* fault goes to `source_exceptions`; its row leaves the table where nothing sensible
can be done with it, and stays with the cell emptied where its neighbours need it (`row_rules`). More than one
row in a hundred taken out stops the cycle too.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Any

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.fields import FIELDS, as_stored
from assignment_assets.domain.sources.ids import complete_id, complete_ids
from assignment_assets.domain.sources.row_rules import RowRule, account_rules, opportunity_rules, rep_rules
from assignment_assets.domain.sources.structure import structural_faults
from assignment_assets.domain.tables import (
    ACCOUNTS,
    OPPORTUNITIES,
    REPS,
    SOURCE_EXCEPTIONS,
    TEXT,
    WHOLE,
    AccountsFrame,
    OpportunitiesFrame,
    RepsFrame,
    SourceExceptionsFrame,
    Table,
)

FAULTY_SHARE = 0.01
UNREAD = {"row_no": WHOLE, "column_name": TEXT, "found": TEXT, "expected": TEXT}
DEFAULTS: dict[str, dict[str, Any]] = {
    "accounts": {
        "opp_count": 0,
        "bps": 0,
        "tam": 0,
        "value": 0,
        "referrals_l3m": 0,
        "referrals_l12m": 0,
        "referrals_ever": 0,
        "keep_with_owner": False,
        "is_house": False,
        "held_for_new_hire": False,
        "co_owner_ids": [],
    },
    "reps": {"is_active": True, "covered_states": []},
    "opportunities": {"is_closed": False, "is_won": False},
}
"""What an absent column or an empty cell becomes; columns not named here become null, a name the row's id."""
IDS = {
    "accounts": ("account_id", "owner_id", "parent_id"),
    "reps": ("rep_id",),
    "opportunities": ("opportunity_id", "account_id", "owner_id"),
}


@dataclass(frozen=True)
class SourceTable:
    """One table as a source gave it: contract column names, typed, not yet judged.

    Attributes
    ----------
    frame
        Columns of the contract in any order; `row_no`, where there is one, numbers rows as people see them.
    origin
        Where it came from, as people name it: a file, an object of the org.
    unread
        Cells whose text could not be read as their column's type (`UNREAD`); null in `frame`.
    faults
        Structural faults that the reader met.
    excluded_ids
        Ids of records that row filters left out on purpose.
    notes
        Sentences on what the reader completed or left out.
    """

    frame: pl.DataFrame
    origin: str
    unread: pl.DataFrame = field(default_factory=lambda: pl.DataFrame(schema=UNREAD))
    faults: tuple[Fault, ...] = ()
    excluded_ids: frozenset[str] = frozenset()
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Totals:
    """Rows of one table: read = kept + faulty; those excluded on purpose and those listed come apart."""

    read: int
    kept: int
    faulty: int
    listed: int
    excluded: int
    notes: tuple[str, ...] = ()


@dataclass(frozen=True)
class Snapshot:
    """The sources as of the cycle, in the warehouse's tables, with what had to be left out."""

    accounts: AccountsFrame
    reps: RepsFrame
    opportunities: OpportunitiesFrame
    exceptions: SourceExceptionsFrame
    totals: dict[str, Totals]


def check_sources(
    accounts: SourceTable, reps: SourceTable, opportunities: SourceTable, faulty_share: float = FAULTY_SHARE
) -> Snapshot:
    """The snapshot that the cycle runs on.

    Rep rows with a fault stay, so that their accounts keep an owner; who is listed in the exceptions receives
    nothing. Opportunities of accounts left out, by a filter or by a fault, are left out with a note.

    Raises
    ------
    InvalidInput
        With every structural fault, or with the counts by kind where more than `faulty_share` (0 to 1) of a
        table's rows are faulty.
    """
    sources = {"accounts": accounts, "reps": reps, "opportunities": opportunities}
    numbered = {name: _numbered(name, source) for name, source in sources.items()}
    faults = [
        fault
        for name, source in sources.items()
        for fault in structural_faults(FIELDS[name], numbered[name], source.unread, source.faults, source.origin)
    ]
    if faults:
        raise InvalidInput("The sources cannot be used", faults)

    typed = {name: _with_defaults(FIELDS[name], frame) for name, frame in numbered.items()}
    judged_reps = _judge("reps", reps, typed["reps"], rep_rules())
    known_accounts = typed["accounts"]["account_id"]
    judged_accounts = _judge(
        "accounts", accounts, typed["accounts"], account_rules(judged_reps.kept["rep_id"], known_accounts)
    )
    mine, notes = _of_kept_accounts(typed["opportunities"], accounts, judged_accounts)
    judged_opportunities = _judge(
        "opportunities", opportunities, mine, opportunity_rules(judged_accounts.kept["account_id"]), notes
    )
    judged = {"accounts": judged_accounts, "reps": judged_reps, "opportunities": judged_opportunities}
    excesses = [fault for each in judged.values() for fault in each.excess(faulty_share)]
    if excesses:
        raise InvalidInput(f"More than {faulty_share:.0%} of a source's rows are faulty", excesses)
    return Snapshot(
        accounts=ACCOUNTS.conform(as_stored(judged_accounts.kept)),
        reps=REPS.conform(as_stored(judged_reps.kept)),
        opportunities=OPPORTUNITIES.conform(as_stored(judged_opportunities.kept)),
        exceptions=SOURCE_EXCEPTIONS.conform(pl.concat(each.exceptions for each in judged.values())),
        totals={name: each.totals for name, each in judged.items()},
    )


@dataclass(frozen=True)
class _Judged:
    origin: str
    kept: pl.DataFrame
    exceptions: pl.DataFrame
    totals: Totals

    def excess(self, share: float) -> Iterable[Fault]:
        if self.totals.faulty <= share * self.totals.read:
            return
        kinds = self.exceptions.group_by("column_name", "expected", "remedy", maintain_order=True).agg(
            pl.len().alias("rows"), pl.col("row_no").head(3), pl.col("found").head(3)
        )
        for kind in kinds.sort("rows", "column_name", descending=[True, False]).iter_rows(named=True):
            cells = zip(kind["row_no"], kind["found"], strict=True)
            examples = ", ".join(f"row {row} ({found})" for row, found in cells)
            yield Fault(
                f"{self.origin}, column {kind['column_name']}",
                f"{kind['rows']} of {self.totals.read} rows, such as {examples}",
                kind["expected"],
                kind["remedy"],
            )


def _numbered(name: str, source: SourceTable) -> pl.DataFrame:
    frame = source.frame if "row_no" in source.frame.columns else source.frame.with_row_index("row_no", offset=1)
    texts = [column for column in IDS[name] if frame.schema.get(column) == pl.String]
    completed = frame.with_columns(*(complete_ids(frame[column]) for column in texts))
    if completed.schema.get("co_owner_ids") != pl.List(pl.String):
        return completed
    return completed.with_columns(
        pl.col("co_owner_ids").list.eval(pl.element().map_elements(complete_id, return_dtype=pl.String))
    )


def _with_defaults(table: Table[Any], frame: pl.DataFrame) -> pl.DataFrame:
    defaults = DEFAULTS[table.name]
    present = [
        (pl.col(column) if column in frame.columns else pl.lit(None)).cast(dtype).alias(column)
        for column, dtype in table.columns.items()
    ]
    filled = [
        pl.col(column).fill_null(pl.lit(default, dtype=table.columns[column])) for column, default in defaults.items()
    ]
    if "name" in table.columns:
        filled.append(pl.coalesce("name", table.key[0]).alias("name"))
    return frame.select(pl.col("row_no").cast(WHOLE), *present).with_columns(filled)


def _judge(
    name: str, source: SourceTable, frame: pl.DataFrame, rules: list[RowRule], notes: tuple[str, ...] = ()
) -> _Judged:
    key = frame.columns[1]
    keeps_unread = name == "reps"
    listed = [_unread_rows(name, key, frame, source.unread)]
    out = set() if keeps_unread else set(source.unread["row_no"])
    emptied = []
    for rule in rules:
        broken = frame.filter(rule.is_broken)
        listed.append(_exception_rows(name, key, broken, rule))
        if not rule.keeps_row:
            out.update(broken["row_no"])
        elif rule.repaired is not None:
            emptied.append(pl.when(rule.is_broken).then(rule.repaired).otherwise(rule.column).alias(rule.column))
    exceptions = pl.concat(listed).unique(["record_id", "column_name"], keep="first", maintain_order=True)
    kept = frame.filter(~pl.col("row_no").is_in(list(out))).with_columns(emptied).drop("row_no")
    totals = Totals(
        frame.height,
        kept.height,
        frame.height - kept.height,
        exceptions.height,
        len(source.excluded_ids),
        source.notes + notes,
    )
    return _Judged(source.origin, kept, exceptions, totals)


def _record_id(key: str) -> pl.Expr:
    return pl.coalesce(key, pl.format("row {}", "row_no")).alias("record_id")


def _exception_rows(name: str, key: str, broken: pl.DataFrame, rule: RowRule) -> pl.DataFrame:
    return broken.select(
        pl.lit(name).alias("table_name"),
        _record_id(key),
        pl.lit(rule.column).alias("column_name"),
        "row_no",
        pl.coalesce(rule.found, pl.lit("nothing")).alias("found"),
        pl.lit(rule.expected).alias("expected"),
        pl.lit(rule.remedy).alias("remedy"),
    )


def _unread_rows(name: str, key: str, frame: pl.DataFrame, unread: pl.DataFrame) -> pl.DataFrame:
    return unread.join(frame.select("row_no", key), on="row_no", how="left", maintain_order="left").select(
        pl.lit(name).alias("table_name"),
        _record_id(key),
        "column_name",
        "row_no",
        "found",
        "expected",
        pl.lit("Correct the value, or map its spelling.").alias("remedy"),
    )


def _of_kept_accounts(
    opportunities: pl.DataFrame, accounts: SourceTable, judged: _Judged
) -> tuple[pl.DataFrame, tuple[str, ...]]:
    faulty = judged.exceptions["record_id"]
    left_out = set(accounts.excluded_ids) | (set(faulty) - set(judged.kept["account_id"]))
    orphans = pl.col("account_id").is_in(list(left_out)).fill_null(False)
    count = opportunities.select(orphans.sum()).item()
    note = f"{count} opportunities belong to accounts that were left out, and are left out with them."
    return opportunities.filter(~orphans), (note,) if count else ()
