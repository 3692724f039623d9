"""Whether what a person decided fits the tables that were found."""

from collections.abc import Iterator, Mapping

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.io.mapping.mapping import CONTRACT
from assignment_assets.io.proposal.answers import Answers
from assignment_assets.io.proposal.mapping_text import toml
from assignment_assets.io.proposal.tables import Found


def check_answers(answers: Answers, found: Mapping[str, Found]) -> None:
    """Raises InvalidInput where an answer names a field or a column that is not there; every one is listed."""
    faults = list(_wrong(answers, found))
    if faults:
        raise InvalidInput("options", faults)


def _wrong(answers: Answers, found: Mapping[str, Found]) -> Iterator[Fault]:
    tables = {*found, "reps"} if answers.roster_from_owners else set(found)
    for place in answers.excludes:
        table, _, column = place.partition(".")
        if table not in found or column not in found[table].texts.frame.columns:
            there = ", ".join(found[table].header) if table in found else "none"
            yield Fault(f"--exclude {place}", f"no column {column}", f"one of {there}", "Correct the name.")
    for option, given in (("column", answers.columns), ("constant", answers.constants)):
        for place, value in given.items():
            table, _, field = place.partition(".")
            if field not in CONTRACT.get(table, ()) or table not in tables:
                expected = "accounts, reps or opportunities, a dot and a field"
                yield Fault(f"--{option} {place}", "no such field", expected, "Correct the name.")
            elif option == "column" and (table not in found or value not in found[table].texts.frame.columns):
                there = ", ".join(found[table].header) if table in found else "none"
                yield Fault(f"--column {place}", f"no column {value}", f"one of {there}", "Correct the name.")


def excluded(answers: Answers, found: Mapping[str, Found]) -> dict[str, str]:
    """Table → the line of its mapping that leaves rows out."""
    left_out = {table: excludes_of(answers, table) for table in found}
    return {table: f"exclude = {toml(columns)}" for table, columns in left_out.items() if columns}


def excludes_of(answers: Answers, table: str) -> dict[str, list[str]]:
    """The table's column → values whose rows are left out."""
    start = f"{table}."
    return {place.removeprefix(start): values for place, values in answers.excludes.items() if place.startswith(start)}
