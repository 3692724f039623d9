"""A whole mapping proposed from files: which is which, the columns, how owners are written, what is missing."""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.io.mapping.mapping import CONTRACT
from assignment_assets.io.proposal.columns import Answers, Proposed, proposed
from assignment_assets.io.proposal.mapping_text import mapping_text, unmapped
from assignment_assets.io.proposal.synonyms import candidates
from assignment_assets.io.proposal.tables import Found, found_tables

JOINED, FIRST = 0.9, 1_000
_BY = {"rep_id": "id", "email": "e-mail address", "name": "name"}


@dataclass(frozen=True)
class Proposal:
    """What was found and chosen; `notes` are sentences on it, `options` lines of TOML by table."""

    found: dict[str, Found]
    chosen: dict[str, Proposed]
    notes: tuple[str, ...]
    options: dict[str, str]

    def text(self, folder: Path) -> str:
        """The mapping as a file in that folder would hold it."""
        return mapping_text(self.found, self.chosen, folder, self.options)

    def unmapped(self) -> list[tuple[str, str, str]]:
        """(table, field, what it means that no column holds it)."""
        return [(table, *each) for table, mapped in self.chosen.items() for each in unmapped(table, mapped)]


def propose(
    paths: Sequence[Path], answers: Answers, *, inside_sales: str = "", states_from_zip: bool = False
) -> Proposal:
    """The mapping of these files.

    Raises
    ------
    SourceUnavailable, InvalidInput
        Files that are missing or cannot be told apart; answers that name no column, or a person who is not there.
    """
    found, notes = found_tables(paths)
    _check(answers, found)
    chosen = {table: proposed(table, each.texts.frame, answers) for table, each in found.items()}
    notes += _roster(found["reps"], chosen["reps"], inside_sales)
    roster = _keys(found["reps"], chosen["reps"])
    for table in ("accounts", "opportunities"):
        if table in found and f"{table}.owner_id" not in answers.columns:
            notes += _owners(table, found[table], chosen[table], roster)
    if "opportunities" in found:
        _deals(found, chosen, notes, answers)
    options = {}
    if states_from_zip:
        chosen["accounts"].columns.pop("state", None)
        options["accounts"] = 'states = "from postal_code"'
    return Proposal(found, chosen, tuple(notes), options)


def _check(answers: Answers, found: dict[str, Found]) -> None:
    faults = []
    for option, given in (("column", answers.columns), ("constant", answers.constants)):
        for place, value in given.items():
            table, _, field = place.partition(".")
            if field not in CONTRACT.get(table, ()) or table not in found:
                expected = "accounts, reps or opportunities, a dot and a field"
                faults.append(Fault(f"--{option} {place}", "no such field", expected, "Correct the name."))
            elif option == "column" and value not in found[table].texts.frame.columns:
                there = ", ".join(found[table].header)
                faults.append(Fault(f"--column {place}", f"no column {value}", f"one of {there}", "Correct the name."))
    if faults:
        raise InvalidInput("options", faults)


def _roster(found: Found, chosen: Proposed, inside_sales: str) -> list[str]:
    """Settles the team where no column gives it."""
    if inside_sales:
        frame = found.texts.frame
        held = [
            rule["from"]
            for field in ("name", "email", "rep_id")
            if (rule := chosen.columns.get(field)) and inside_sales in frame[rule["from"]].to_list()
        ]
        if not held:
            raise InvalidInput(
                "options",
                [
                    Fault(
                        f"--inside-sales {inside_sales}",
                        f"nobody in {found.path.name} is called so",
                        "a name, an e-mail address or an id of the roster",
                        "Add a row for it to the roster, or correct the name.",
                    )
                ],
            )
        people = frame[held[0]].drop_nulls().unique(maintain_order=True).to_list()
        teams = {person: "arm" if person == inside_sales else "field" for person in people}
        chosen.constants.pop("team", None)
        chosen.columns["team"], chosen.told_by["team"] = {"from": held[0], "values": teams}, "as asked"
        return [f"{inside_sales} works as Inside Sales, everybody else as a field rep."]
    if "team" in chosen.columns or "team" in chosen.constants:
        return []
    chosen.constants["team"] = "field"
    return [
        "No column tells Inside Sales from field reps: everybody counts as a field rep, and accounts without a seat go "
        'to nobody; --inside-sales "House queue" names who takes them.'
    ]


def _keys(found: Found, chosen: Proposed) -> dict[str, set[str]]:
    frame = found.texts.frame
    return {
        field: set(frame[rule["from"]].drop_nulls().str.to_lowercase())
        for field in _BY
        if (rule := chosen.columns.get(field))
    }


def _owners(table: str, found: Found, chosen: Proposed, roster: dict[str, set[str]]) -> list[str]:
    """Takes the owner's column that joins the roster best, told by its cells where no header is known."""
    frame = found.texts.frame
    taken = {rule["from"] for field, rule in chosen.columns.items() if field != "owner_id"}
    known = candidates(frame.columns, table)["owner_id"]
    others = [name for name in frame.columns if name != "row_no" and name not in {*known, *taken}]
    every = sorted({key for keys in roster.values() for key in keys})
    shares = []
    for rank, header in enumerate([*known, *others]):
        cells = frame[header].drop_nulls().str.to_lowercase()
        if header not in known and not cells.head(FIRST).is_in(every).any():
            continue
        for field, keys in roster.items():
            joined = int(cells.is_in(list(keys)).sum()) / max(cells.len(), 1)
            if cells.len() and (header in known or joined >= JOINED):
                shares.append((joined, -rank, header, field))
    if not shares:
        return []
    joined, _, header, field = max(shares)
    options = {name: value for name, value in chosen.columns.get("owner_id", {}).items() if name != "from"}
    chosen.columns["owner_id"] = {"from": header, **options}
    chosen.told_by["owner_id"] = f"{joined:.0%} of its cells are a rep's {_BY[field]}"
    if joined >= JOINED:
        return []
    return [
        f"{found.path.name}, column {header}: {joined:.0%} of its cells are a rep's {_BY[field]}; "
        f'say --column {table}.owner_id="…" where another column names the owner.'
    ]


def _deals(found: dict[str, Found], chosen: dict[str, Proposed], notes: list[str], answers: Answers) -> None:
    """Takes the deals' column that names accounts by their id, or leaves the deals out."""
    frame, key = found["opportunities"].texts.frame, chosen["accounts"].columns.get("account_id")
    if key is None or "opportunities.account_id" in answers.columns:
        return
    ids = {cell[:15] for cell in found["accounts"].texts.frame[key["from"]].drop_nulls()}
    shares = [
        (sum(cell[:15] in ids for cell in cells) / len(cells), -rank, header)
        for rank, header in enumerate(candidates(frame.columns, "opportunities")["account_id"])
        if (cells := set(frame[header].drop_nulls()))
    ]
    joined, _, header = max(shares, default=(0.0, 0, ""))
    if joined:
        chosen["opportunities"].columns["account_id"] = {"from": header}
        chosen["opportunities"].told_by["account_id"] = f"{joined:.0%} of its values are an account's id"
        return
    notes.append(
        f"{found['opportunities'].path.name} is left out: none of its columns names an account by the id of "
        f"{found['accounts'].path.name}. No deal protects its account; export the deals with the account's id."
    )
    del found["opportunities"], chosen["opportunities"]
