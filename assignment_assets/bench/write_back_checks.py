"""The rows of the write-back's bar about what is asked before anything is written: hazards, and names in any case."""

import json
import math
import re
from collections import Counter
from pathlib import Path
from urllib.parse import unquote_plus

import polars as pl

from assignment_assets.bench.write_back_org import OrgTrial, org_trial
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.sandbox import mapping_path, write_log
from assignment_assets.write_back.dry_run import dry_run

LEAST_CALLS, IDS_A_QUERY = 20, 400
SETUP = (
    ("VALIDATION_RULES", "ValidationRule", {"ValidationName": "Tier", "Active": True, "EntityDefinitionId": "Account"}),
    ("DUPLICATE_RULES", "DuplicateRule", {"DeveloperName": "d", "SobjectType": "Account", "IsActive": True}),
    ("ACTIVE_FLOWS", "FlowDefinitionView", {"ApiName": "f", "IsActive": True, "TriggerObjectOrEventId": "Account"}),
    ("TRIGGERS", "ApexTrigger", {"Name": "Geo", "TableEnumOrId": "Account", "Status": "Active"}),
)
"""What names a hazard, the object that holds it, a record of it."""


def planted_hazards(folder: Path, size: int) -> dict:
    """Ten kinds of hazard in an org of its own: which are not named, what was written, the most calls an object."""
    with org_trial(folder, size) as org:
        rows = org.accounts.with_columns(new_owner_id=pl.lit(org.receiver))
        planted = _plant(org, rows["account_id"].to_list())
        before = len(_requests(org))
        found = dry_run(rows, {}, org.tools().gateway(), 4)
        asked = Counter(map(_object_of, _requests(org)[before:]))
        named = {hazard.code for hazard in found.check.hazards}
        written = write_log(org.address.state_dir).filter(channel="api").height
    return {
        "accounts": rows.height,
        "planted": len(planted),
        "not named": sorted(planted - named),
        "written": written,
        "most calls an object": max(asked.values()),
        "at most": LEAST_CALLS + math.ceil(rows.height / IDS_A_QUERY),
    }


def names_in_any_case(org: OrgTrial, size: int) -> dict:
    """The same accounts read through the mapping as it is and with the case of every field's letters changed."""
    ids = org.accounts["account_id"].head(size).to_list()
    path = org.folder / "swapped.toml"
    text = mapping_path().read_text(encoding="utf-8")
    path.write_text(re.sub(r'"(\w+)"', lambda name: f'"{name.group(1).swapcase()}"', text), encoding="utf-8")
    as_written, swapped = (
        OwnerGateway(Org(org.settings), read_mapping(each).accounts).accounts(ids) for each in (mapping_path(), path)
    )
    differing = sum(found != swapped.get(account) for account, found in as_written.items())
    return {"accounts": len(ids), "read": len(as_written), "other in another case": differing}


def _plant(org: OrgTrial, ids: list[str]) -> set[str]:
    """Puts hazards of every kind into the org; the codes that name them."""
    hook = org.address.hook
    for _, name, record in SETUP:
        hook("create", object=name, records=[record])
    hook("create", object="ProcessInstance", records=[{"TargetObjectId": ids[0], "Status": "Pending"}])
    hook("edit", id=ids[1], fields={"IsCustomerPortal": True})
    hook("edit", id=org.receiver, object="User", fields={"UserRoleId": None})
    hook("create", object="UserLogin", records=[{"UserId": org.receiver, "IsFrozen": True}])
    hook("access", read_only_fields=["Account.OwnerId"], invisible_ids=[ids[9]])
    asked = {"PENDING_APPROVALS", "PORTAL_ACCOUNTS", "RECEIVER_WITHOUT_ROLE", "FROZEN_RECEIVER"}
    return {code for code, _, _ in SETUP} | asked | {"OWNER_NOT_EDITABLE", "ACCOUNTS_NOT_VISIBLE"}


def _requests(org: OrgTrial) -> list[dict]:
    path = org.address.state_dir / "requests.jsonl"
    lines = path.read_text(encoding="utf-8").splitlines() if path.exists() else []
    return [json.loads(line) for line in lines]


def _object_of(call: dict) -> str:
    """The object that a request is about."""
    path = unquote_plus(call["path"])
    words = path.split()
    return words[words.index("FROM") + 1] if "FROM" in words else path.split("?")[0].rpartition("/")[2]
