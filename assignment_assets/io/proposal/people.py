"""What the roster's columns leave open about people: who works as Inside Sales, and the directors' addresses."""

import json
from collections.abc import Mapping

from assignment_assets.io.proposal.answers import Answers
from assignment_assets.io.proposal.columns import Proposed
from assignment_assets.io.proposal.kinds import is_address
from assignment_assets.io.proposal.synonyms import candidates
from assignment_assets.io.proposal.tables import Found

NO_TEAMS = (
    "No column tells Inside Sales from field reps: everybody counts as a field rep, and accounts without a seat go "
    'to nobody; --inside-sales "House queue" names who takes them.'
)


_NAMED = 20
"""So many managers are written out at most."""


def teams(found: Mapping[str, Found], chosen: Mapping[str, Proposed], answers: Answers) -> tuple[list[str], str]:
    """Settles the team where no column gives it; sentences, and a line of TOML where somebody is added."""
    reps, who = chosen["reps"], answers.inside_sales
    if not who:
        if "team" in reps.columns or "team" in reps.constants:
            return [], ""
        reps.constants["team"] = "field"
        return [NO_TEAMS], ""
    frame = found["reps"].texts.frame
    for field in ("name", "email", "rep_id"):
        cells = reps.cells(field, frame)
        if cells is not None and who in cells.to_list():
            people = cells.drop_nulls().unique(maintain_order=True).to_list()
            rule = {name: value for name, value in reps.columns[field].items() if name != "id_of_name"}
            if reps.columns[field].get("id_of_name"):
                continue
            values = {person: "arm" if person == who else "field" for person in people}
            reps.put("team", {**rule, "values": values}, "as asked")
            return [f"{who} works as Inside Sales, everybody else as a field rep."], ""
    if "team" not in reps.columns:
        reps.constants["team"] = "field"
    owner = chosen["accounts"].cells("owner_id", found["accounts"].texts.frame)
    count = int((owner == who).sum()) if owner is not None else 0
    return [
        f"{who} is added to the roster as Inside Sales: {found['reps'].path.name} has nobody of that name, "
        f"{count} accounts have it as their owner."
    ], f"inside_sales = [{json.dumps(who, ensure_ascii=False)}]  # added to the roster"


def manager_addresses(found: Found, chosen: Proposed) -> list[str]:
    """Reads managers who are named by the roster's own names as their addresses; sentences on it."""
    if "director_email" in chosen.columns or "director_email" in chosen.constants:
        return []
    frame = found.texts.frame
    names, emails = chosen.cells("name", frame), chosen.cells("email", frame)
    for header in candidates(frame.columns, "reps")["director_email"]:
        managers = frame[header].drop_nulls().unique(maintain_order=True).to_list()
        if not managers:
            continue
        known = (
            dict(zip(names.to_list(), emails.to_list(), strict=True))
            if names is not None and emails is not None
            else {}
        )
        if all(is_address(known.get(manager) or "") for manager in managers):
            values = {manager: known[manager] for manager in managers}
            chosen.put("director_email", {"from": header, "values": values}, "the managers' addresses in this roster")
            return []
        written = ", ".join(
            f"{json.dumps(manager, ensure_ascii=False)} = {json.dumps(known.get(manager) or '…', ensure_ascii=False)}"
            for manager in managers[:_NAMED]
        )
        return [
            f"{found.path.name}, column {header}: names in place of e-mail addresses, and not used. Under "
            f"[reps.columns] of the mapping, director_email = {{from = {json.dumps(header)}, values = {{{written}}}}} "
            "with their addresses in place of …; or "
            '--constant reps.director_email="you@example.com" names one director for all.'
        ]
    return []
