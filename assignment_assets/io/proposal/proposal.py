"""A whole mapping proposed from files: which is which, the columns, how owners are written, what is missing."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.io.durable import write_whole
from assignment_assets.io.mapping.tabular_files import Texts
from assignment_assets.io.proposal.answers import Answers
from assignment_assets.io.proposal.answers_check import check_answers, excluded
from assignment_assets.io.proposal.columns import Proposed, proposed
from assignment_assets.io.proposal.deals import deals
from assignment_assets.io.proposal.mapping_text import OWNERS_OF_DEALS, mapping_text, unmapped
from assignment_assets.io.proposal.owners import owners, owners_without_roster, roster_keys
from assignment_assets.io.proposal.people import manager_addresses, teams
from assignment_assets.io.proposal.roster import roster_of_owners
from assignment_assets.io.proposal.tables import Found, found_tables

AS_MADE = "made of the accounts' owners"


@dataclass(frozen=True)
class Proposal:
    """What was found and chosen; `notes` are sentences on it, `options` lines of TOML by table.

    `roster` is a roster that was made of the accounts' owners, to be written beside the mapping.
    """

    found: dict[str, Found]
    chosen: dict[str, Proposed]
    notes: tuple[str, ...]
    options: dict[str, list[str]]
    roster: pl.DataFrame | None = None

    def write(self, path: Path) -> tuple[str, Path | None]:
        """Writes the mapping there, and the roster that was made beside it; the mapping's text, the roster's place.

        Raises
        ------
        InvalidInput
            A roster stands there that is not the one that was made: somebody may have corrected it.
        """
        found, beside = self.found, path.with_name(f"{path.stem}_roster.csv")
        if self.roster is not None:
            content = _csv(self.roster)
            if beside.exists() and beside.read_bytes() != content:
                raise InvalidInput("The roster is not written", [_stands_there(beside)])
            write_whole(beside, content)
            made = Found(beside, "", tuple(self.roster.columns), Texts(self.roster))
            found = {**found, "reps": made}
        text = mapping_text(found, self.chosen, path.parent, self.options)
        write_whole(path, text.encode())
        return text, beside if self.roster is not None else None

    def read(self) -> dict[str, Texts]:
        """The tables as they were read, but for those whose reading depends on the columns that are wanted."""
        return {
            name: each.texts
            for name, each in self.found.items()
            if not (each.texts.notes or each.texts.short.height) and (name != "reps" or self.roster is None)
        }

    def unmapped(self) -> list[tuple[str, str, str]]:
        """(table, field, what it means that no column holds it)."""
        return [
            (table, *each)
            for table, mapped in self.chosen.items()
            for each in unmapped(table, mapped, self.options.get(table, []))
        ]


def propose(paths: Sequence[Path | str], answers: Answers) -> Proposal:
    """The mapping of these files and Google Sheets (`gsheet:` and a key or an address).

    Raises
    ------
    SourceUnavailable, InvalidInput
        Files that are missing or cannot be told apart; answers that name no column, or a person who is not there.
    """
    return proposal_of(*found_tables(paths, needs_reps=not answers.roster_from_owners), answers)


def proposal_of(found: dict[str, Found], notes: list[str], answers: Answers) -> Proposal:
    """The mapping of tables that were found, by name; raises as `propose`."""
    check_answers(answers, found)
    chosen = {table: proposed(table, each.texts.frame, answers) for table, each in found.items()}
    options: dict[str, list[str]] = {}
    if answers.states_from_zip:
        options.setdefault("accounts", []).append('states = "from postal_code"')
    if answers.owners_from_deals:
        options.setdefault("accounts", []).append(OWNERS_OF_DEALS)
    for table, left_out in excluded(answers, found).items():
        options.setdefault(table, []).append(left_out)
    if "opportunities" in found and "opportunities.account_id" not in answers.columns:
        notes += deals(found, chosen)
    _join_owners(found, chosen, answers, notes)
    if "reps" in found:
        notes += manager_addresses(found["reps"], chosen["reps"])
    roster = _with_roster(found, chosen, answers, notes) if answers.roster_from_owners else None
    said, added = teams(found, chosen, answers)
    notes += said
    if added:
        options.setdefault("reps", []).append(added)
    if "opportunities" in found and "opportunities.owner_id" not in answers.columns:
        keys = roster_keys(found["reps"], chosen["reps"])
        owners("opportunities", found["opportunities"], chosen["opportunities"], keys)
    return Proposal(found, chosen, tuple(notes), options, roster)


def _join_owners(found: dict[str, Found], chosen: dict[str, Proposed], answers: Answers, notes: list[str]) -> None:
    if "accounts.owner_id" in answers.columns:
        return
    if "reps" in found:
        notes += owners("accounts", found["accounts"], chosen["accounts"], roster_keys(found["reps"], chosen["reps"]))
    else:
        owners_without_roster(found["accounts"], chosen["accounts"])


def _with_roster(
    found: dict[str, Found], chosen: dict[str, Proposed], answers: Answers, notes: list[str]
) -> pl.DataFrame:
    """The roster that owners give, put in the place of the one that was found."""
    roster, said = roster_of_owners(found, chosen, answers)
    notes += said
    numbered = roster.with_row_index("row_no", offset=2).with_columns(pl.col("row_no").cast(pl.Int64))
    found["reps"] = Found(Path("roster"), "", tuple(roster.columns), Texts(numbered))
    given = {name: value for place, value in answers.constants.items() if (name := _field(place, "reps"))}
    mapped = Proposed(constants=given)
    for name in roster.columns:
        if name not in given:
            mapped.put(name, {"from": name}, AS_MADE)
    chosen["reps"] = mapped
    return roster


def _field(place: str, table: str) -> str:
    return place.removeprefix(f"{table}.") if place.startswith(f"{table}.") else ""


def _csv(roster: pl.DataFrame) -> bytes:
    text = io.StringIO()
    writer = csv.writer(text)
    writer.writerows([roster.columns, *roster.rows()])
    return text.getvalue().encode()


def _stands_there(path: Path) -> Fault:
    return Fault(
        str(path),
        "a roster that is not the one which the owners give now",
        "no file, or that very roster",
        "Name it among FILES in place of --roster-from-owners to use it as it was corrected, or remove it.",
    )
