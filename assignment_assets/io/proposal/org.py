"""A mapping proposed from a Salesforce org: its fields by name and label, told apart by some of its records."""

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.fields import FIELDS
from assignment_assets.io.mapping.tabular_files import Texts
from assignment_assets.io.proposal.answers import Answers
from assignment_assets.io.proposal.proposal import Proposal, proposal_of
from assignment_assets.io.proposal.synonyms import candidates
from assignment_assets.io.proposal.tables import Found
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.salesforce.tables import as_texts

OBJECTS = {"accounts": "Account", "reps": "User", "opportunities": "Opportunity"}
RECORDS = 2_000
"""Records of accounts and deals that are looked at; users all are, for owners are found among them."""
_UNREADABLE = ("address", "base64", "location")


def propose_org(answers: Answers) -> Proposal:
    """The mapping of the org that the environment names.

    Fields are known by their API name, else by their label. Users without a team take no part where the org has a
    field for it.

    Raises
    ------
    SourceUnavailable, InvalidInput
        The org cannot be reached, or lacks an object; answers that are for files alone.
    """
    org = Org(SalesforceSettings.from_environment())
    faults = [
        Fault(f"--{option}", "given with --org", "it with files alone", f"Take it out{instead}.")
        for option, is_given, instead in (
            ("roster-from-owners", answers.roster_from_owners, "; export the accounts and look at the files"),
            ("states-from-zip", answers.states_from_zip, "; the org's own state field is used"),
        )
        if is_given
    ]
    if faults:
        raise InvalidInput("options", faults)
    found, names = {}, {}
    for table, sobject in OBJECTS.items():
        names[table] = _fields(org, table, sobject)
        found[table] = _sampled(org, table, sobject, names[table])
    proposal = proposal_of(found, [], answers)
    for table, chosen in proposal.chosen.items():
        for rule in chosen.columns.values():
            rule["from"] = names[table][rule["from"]]
    headers = {name: replace(each, header=tuple(names[name].values())) for name, each in proposal.found.items()}
    return replace(proposal, found=headers, options=_with_team(proposal))


def _fields(org: Org, table: str, sobject: str) -> dict[str, str]:
    """The header that stands for each field, its name or its label, whichever is known → its name."""
    answer = org.exchange("GET", f"sobjects/{sobject}/describe")
    described: list[Mapping[str, Any]] = answer["fields"] if isinstance(answer, dict) else []
    known: dict[str, str] = {}
    for field in described:
        if field["type"] in _UNREADABLE:
            continue
        for header in (field["name"], field.get("label") or field["name"]):
            if any(candidates([header], table).values()):
                known.setdefault(header, field["name"])
                break
    return known


def _sampled(org: Org, table: str, sobject: str, names: Mapping[str, str]) -> Found:
    limit = "" if table == "reps" else f" LIMIT {RECORDS}"
    fields = list(dict.fromkeys(names.values()))
    records = list(org.query(f"SELECT {', '.join(fields)} FROM {sobject}{limit}"))
    texts = as_texts(records, fields, sobject).select(pl.col(name).alias(header) for header, name in names.items())
    numbered = texts.with_row_index("row_no", offset=1).with_columns(pl.col("row_no").cast(pl.Int64))
    return Found(Path(f"object {sobject}"), "", tuple(names), Texts(numbered), object=sobject)


def _with_team(proposal: Proposal) -> dict[str, list[str]]:
    """The options, with users who have no team left out."""
    rule = proposal.chosen["reps"].columns.get("team")
    if rule is None or set(rule) != {"from"} or "team" not in FIELDS["reps"].columns:
        return proposal.options
    where = f'where = "{rule["from"]} != null"  # users without a team take no part'
    return {**proposal.options, "reps": [*proposal.options.get("reps", []), where]}
