"""What a source must hand over: structure that stops the cycle, row faults that are listed, the snapshot.

A *structural* fault (a column missing or of the wrong type, an id met twice) stops the cycle; all of them are
listed together. A *row* fault goes to `source_exceptions`; its row leaves the table where nothing sensible
can be done with it, and stays with the cell emptied otherwise. More than one row in a hundred taken out stops the
cycle too, and so does a rep's row with a fault: whoever's states cannot be read must not lose a book for it.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from datetime import date
from typing import Any

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.deal_accounts import unjoined_deals, with_account_ids, with_spelled_ids
from assignment_assets.domain.sources.fields import FIELDS, as_stored
from assignment_assets.domain.sources.ids import sure_body
from assignment_assets.domain.sources.judged_rows import JudgedRows, Totals, judge_rows
from assignment_assets.domain.sources.owners import with_rep_ids
from assignment_assets.domain.sources.referrals import with_referrals
from assignment_assets.domain.sources.regions import with_one_spelling
from assignment_assets.domain.sources.rep_keys import with_rep_keys
from assignment_assets.domain.sources.row_rules import account_rules, opportunity_rules, rep_rules
from assignment_assets.domain.sources.source_table import IDS, SourceTable, numbered_rows, with_defaults
from assignment_assets.domain.sources.structure import damaged_ids, structural_faults
from assignment_assets.domain.tables import (
    ACCOUNTS,
    OPPORTUNITIES,
    REPS,
    SOURCE_EXCEPTIONS,
    TEXT,
    AccountsFrame,
    OpportunitiesFrame,
    RepsFrame,
    SourceExceptionsFrame,
    Table,
)

FAULTY_SHARE = 0.01


@dataclass(frozen=True)
class Snapshot:
    """The sources as of the cycle, in the warehouse's tables, with what had to be left out."""

    accounts: AccountsFrame
    reps: RepsFrame
    opportunities: OpportunitiesFrame
    exceptions: SourceExceptionsFrame
    totals: dict[str, Totals]


def check_sources(
    accounts: SourceTable,
    reps: SourceTable,
    opportunities: SourceTable,
    as_of: date | None = None,
    faulty_share: float = FAULTY_SHARE,
    *,
    is_poll: bool = False,
) -> Snapshot:
    """The snapshot that the cycle runs on.

    A rep's row with a fault stops the cycle: a book is never emptied because of a cell. At a poll (`is_poll`) the row
    stays, or its accounts keep their owner all the same; whoever asks keeps what was read of that rep last.
    Opportunities of accounts that are not in the list, or were left out, are left out with a note. `as_of` is the day
    from which referral counts that the source does not have are told by the last referral.

    Raises
    ------
    InvalidInput
        With every structural fault, or with the counts by kind where more than `faulty_share` (0 to 1) of a
        table's rows are faulty.
    """
    sources = {"accounts": accounts, "reps": reps, "opportunities": opportunities}
    numbered = {name: numbered_rows(name, source) for name, source in sources.items()}
    owner_notes: dict[str, tuple[str, ...]] = {}
    unclear: list[Fault] = []
    for name in ("accounts", "opportunities"):
        numbered[name], owner_notes[name], doubts = with_rep_ids(numbered[name], numbered["reps"], sources[name].origin)
        unclear += doubts
    numbered["opportunities"], deal_notes = with_account_ids(numbered["opportunities"], numbered["accounts"])
    if numbered["accounts"].schema.get("parent_id") == pl.String and "account_id" in numbered["accounts"].columns:
        known = numbered["accounts"]["account_id"]
        numbered["accounts"], parents = with_spelled_ids(numbered["accounts"], "parent_id", known, "parent ids")
        owner_notes["accounts"] = (*owner_notes["accounts"], *parents)
    if "account_id" in numbered["accounts"].columns and not is_poll:
        known = numbered["accounts"]["account_id"].cast(TEXT)
        unclear += unjoined_deals(
            numbered["opportunities"], known, accounts.excluded_ids, sources["opportunities"].origin
        )
    numbered["reps"], region_notes = with_one_spelling(numbered["reps"])
    numbered, key_notes = with_rep_keys(numbered)
    exact = _exact_ids(sources)
    faults = [
        *(fault for name in sources for fault in _faults(FIELDS[name], numbered[name], sources[name], exact)),
        *unclear,
    ]
    if faults:
        raise InvalidInput("The sources cannot be used", faults)

    told, told_notes = with_referrals(numbered["accounts"], as_of)
    typed = {name: with_defaults(FIELDS[name], frame) for name, frame in (numbered | {"accounts": told}).items()}
    judged_reps = judge_rows("reps", reps, typed["reps"], rep_rules(), (*region_notes, *key_notes))
    if judged_reps.exceptions.height and not is_poll:
        raise InvalidInput("Reps whose row cannot be read would lose their book", judged_reps.faults())
    owners = _owners(judged_reps, typed["reps"], typed["accounts"])
    known_accounts = typed["accounts"]["account_id"]
    judged_accounts = judge_rows(
        "accounts",
        accounts,
        typed["accounts"],
        account_rules(owners, known_accounts),
        (*owner_notes["accounts"], *told_notes),
    )
    judged_accounts = _with_owners(judged_accounts, typed["accounts"], judged_reps.kept["rep_id"])
    mine, notes, outside = _of_kept_accounts(typed["opportunities"], accounts, judged_accounts)
    judged_opportunities = judge_rows(
        "opportunities",
        opportunities,
        mine,
        opportunity_rules(judged_accounts.kept["account_id"]),
        (*deal_notes, *notes),
    )
    judged_opportunities = replace(judged_opportunities, totals=replace(judged_opportunities.totals, outside=outside))
    judged = {"accounts": judged_accounts, "reps": judged_reps, "opportunities": judged_opportunities}
    excesses = [
        *(
            fault
            for name, each in judged.items()
            if name != "reps" or not is_poll
            for fault in each.excess(faulty_share)
        ),
        *_nothing_left(judged_accounts),
    ]
    if excesses:
        raise InvalidInput("Too much of the source would be left out", excesses)
    return Snapshot(
        accounts=ACCOUNTS.conform(as_stored(judged_accounts.kept)),
        reps=REPS.conform(as_stored(judged_reps.kept)),
        opportunities=OPPORTUNITIES.conform(as_stored(judged_opportunities.kept)),
        exceptions=SOURCE_EXCEPTIONS.conform(pl.concat(each.exceptions for each in judged.values())),
        totals={name: each.totals for name, each in judged.items()},
    )


def _owners(reps: JudgedRows, frame: pl.DataFrame, accounts: pl.DataFrame) -> pl.Series:
    """Who may own accounts: the reps that are kept, and at a poll whoever's row cannot be read.

    A row without a team is no rep's; one without an id may be that of any owner.
    """
    unread = frame.filter(pl.col("row_no").is_in(list(reps.left_out)))
    nameless = unread["rep_id"].null_count() > 0
    others = accounts["owner_id"] if nameless else unread.filter(pl.col("team").is_not_null())["rep_id"]
    return pl.concat([reps.kept["rep_id"], others.rename("rep_id")]).drop_nulls()


def rep_exceptions(reps: SourceTable) -> SourceExceptionsFrame:
    """What is wrong with rows of reps that were read alone, as at a poll of an org."""
    typed = with_defaults(FIELDS["reps"], numbered_rows("reps", reps))
    return SOURCE_EXCEPTIONS.conform(judge_rows("reps", reps, typed, rep_rules()).exceptions)


def _exact_ids(sources: Mapping[str, SourceTable]) -> dict[str, str]:
    """The Salesforce ids of every table whose capitals are sure, in small letters → as they are."""
    columns = [source.frame[each] for name, source in sources.items() for each in IDS[name] if each in source.frame]
    texts = {text for each in columns if each.dtype == pl.String for text in each.drop_nulls().unique()}
    return {body.lower(): body for text in sorted(texts) if (body := sure_body(text))}


def _faults(table: Table[Any], numbered: pl.DataFrame, source: SourceTable, exact: Mapping[str, str]) -> list[Fault]:
    """Why the table cannot be used at all; damaged ids first, for these are met twice only because of that."""
    raw = source.frame if "row_no" in source.frame.columns else source.frame.with_row_index("row_no", offset=1)
    damaged = list(damaged_ids(raw, source.unread, IDS[table.name], source.origin, exact))
    return damaged or structural_faults(table, numbered, source.unread, source.faults, source.origin)


def _with_owners(accounts: JudgedRows, frame: pl.DataFrame, rep_ids: pl.Series) -> JudgedRows:
    """The accounts' exceptions with who keeps each account whose row was left out: one of the reps, no carve-out's."""
    kept_by = frame.filter(
        pl.col("row_no").is_in(list(accounts.left_out))
        & pl.col("carve_out").is_null()
        & pl.col("owner_id").is_in(rep_ids.implode())
    ).select("row_no", "owner_id")
    owned = accounts.exceptions.drop("owner_id").join(kept_by, on="row_no", how="left", maintain_order="left")
    return replace(accounts, exceptions=owned)


def _nothing_left(accounts: JudgedRows) -> Iterable[Fault]:
    kept = accounts.kept
    if not kept.height:
        yield Fault(accounts.origin, "no account that can be used", "at least one", "Export the accounts again.")
    elif kept["carve_out"].null_count() == 0:
        words = ", ".join(kept["carve_out"].unique(maintain_order=True).head(5))
        yield Fault(
            f"{accounts.origin}, column carve_out",
            f"every one of {kept.height} accounts is carved out ({words})",
            "a column that is empty for the accounts of the waterfall",
            "Map another column, or say which words mean none with null_if.",
        )


def _of_kept_accounts(
    opportunities: pl.DataFrame, accounts: SourceTable, judged: JudgedRows
) -> tuple[pl.DataFrame, tuple[str, ...], int]:
    """The opportunities of accounts that stayed; the others are no faults, and are counted: all by a note, those of
    accounts that are not in the list as a figure.
    """
    kept = judged.kept["account_id"].implode()
    known = set(judged.exceptions["record_id"]) | accounts.excluded_ids
    blank = pl.col("account_id").is_null()
    mine = pl.col("account_id").is_in(kept).fill_null(False)
    with_accounts = ~mine & pl.col("account_id").is_in(list(known)).fill_null(False)
    strangers = ~mine & ~blank & ~with_accounts
    counts = opportunities.select(
        with_accounts.sum().alias("a"), strangers.sum().alias("b"), blank.sum().alias("c")
    ).row(0)
    said = (
        "{} opportunities belong to accounts that were left out, and are left out with them.",
        "{} opportunities belong to accounts that are not in the list, and are left out.",
        "{} opportunities name no account, and are left out.",
    )
    notes = tuple(text.format(n) for text, n in zip(said, counts, strict=True) if n)
    return opportunities.filter(mine), notes, counts[1]
