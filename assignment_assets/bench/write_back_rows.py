"""The rows of the write-back's bar about rows that the org refuses, does not show, or answers for oddly."""

import json
from collections import Counter
from collections.abc import Iterable

import polars as pl

from assignment_assets.bench.write_back_org import KEY, OrgTrial, drawn
from assignment_assets.domain.errors import AssignmentError
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.io.salesforce.records import NOBODY
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.set_aside import accept, groups
from assignment_assets.write_back.writer import Progress

PERSON = "bench@example.com"
RULE = {"error_code": "FIELD_CUSTOM_VALIDATION_EXCEPTION", "message": "Strategic accounts need a signed plan."}
REASON = {"error_code": "UNKNOWN_EXCEPTION", "message": "The owner of a portal account must have a role."}
DENIED = {"error_code": "INSUFFICIENT_ACCESS_OR_READONLY", "message": "insufficient access rights on object id"}
MOST_RUNS = 4
ODD = {
    "204": {"status": 204},
    "{}": {"body": "{}"},
    "null": {"body": "null"},
    "[]": {"body": "[]"},
    "texts": {"body": '["no", "record"]'},
    "html": {"status": 403, "body": "<html></html>"},
    "half": {"body": '{"compositeResponse": [{"body": nu'},
    "no gzip": {"body": "plain", "headers": {"Content-Encoding": "gzip"}},
    "no date": {"body": "null", "headers": {"Date": "around noon"}},
}
RESTS = {
    "territories": {"status": 400, "body": '[{"errorCode": "TERRITORY_REALIGN_IN_PROGRESS", "message": "x"}]'},
    "day's limit": {"status": 403, "body": '[{"errorCode": "REQUEST_LIMIT_EXCEEDED", "message": "TotalRequests"}]'},
    "maintenance": {"status": 400, "body": '[{"errorCode": "SOMETHING", "message": "down for maintenance"}]'},
    "420": {"status": 420},
}
STOPS = {
    "404": {"status": 404, "body": '[{"errorCode": "NOT_FOUND", "message": "x"}]'},
    "405": {"status": 405, "body": '[{"errorCode": "METHOD_NOT_ALLOWED", "message": "x"}]'},
    "410": {"status": 410, "body": '[{"errorCode": "UNSUPPORTED_API_VERSION", "message": "x"}]'},
    "no API": {"status": 403, "body": '[{"errorCode": "API_DISABLED_FOR_ORG", "message": "x"}]'},
}


def set_aside(org_trial: OrgTrial, size: int, bad: int) -> dict:
    """A rule refuses some accounts of a plan, first scattered, then on end: runs and decisions until all ended."""
    found = {}
    for name in ("scattered", "on end"):
        plan, rows = _spread(org_trial, size)
        accounts = rows["account_id"].to_list()
        _refuse(org_trial, accounts[:: size // bad][:bad] if name == "scattered" else accounts[:bad], RULE)
        found[name] = _until_ended(org_trial, plan, decides=True) | {"bad": bad}
    return found


def denied(org_trial: OrgTrial, size: int) -> dict:
    """Ten accounts without access, over many receivers: all others in one run."""
    plan, rows = _spread(org_trial, size)
    _refuse(org_trial, rows["account_id"].to_list()[3 :: size // 11][:10], DENIED)
    return _until_ended(org_trial, plan, decides=False)


def refused_without_reason(org_trial: OrgTrial, size: int) -> dict:
    """A fifth of a plan meets UNKNOWN_EXCEPTION with a reason: at a person after two sends."""
    plan, rows = _spread(org_trial, size)
    bad = rows["account_id"].to_list()[::5]
    _refuse(org_trial, bad, REASON)
    return _until_ended(org_trial, plan, decides=False) | {"bad": len(bad)}


def all_refused(org_trial: OrgTrial, size: int) -> dict:
    """Rows sent to an org that refuses everything, by how it does."""
    found = {}
    for fault in (RULE, REASON, DENIED, {"error_code": "UNABLE_TO_LOCK_ROW"}, {"error_code": "NEVER_HEARD_OF"}):
        plan, rows = _spread(org_trial, size)
        _refuse(org_trial, rows["account_id"], fault)
        last = org_trial.run(plan, workers=4, pause=lambda _: None)
        org_trial.calm()
        found[fault["error_code"]] = {
            "rows_sent": len(_sends(org_trial, plan)),
            "pause": last.pause and last.pause.code,
        }
    return found


def calls_refused(org_trial: OrgTrial, size: int) -> dict:
    """Calls refused as a whole: which paused a run that goes on by itself, which stopped it, and whether all was
    written once the cause had gone."""
    wrong = []
    for name, fault in (RESTS | STOPS).items():
        plan, _ = _spread(org_trial, size)
        org_trial.fault("answer", path_contains="/composite", method="POST", skip=1, times=9, **fault)
        first = org_trial.run(plan, pause=lambda _: None)
        org_trial.calm()
        rests = first.resume_at is not None
        if not first.pause or rests != (name in RESTS) or org_trial.run(plan).counts != {"VERIFIED": size}:
            wrong.append(name)
    return {"kinds": len(RESTS | STOPS), "wrong": wrong}


def lost_sight(org_trial: OrgTrial, size: int) -> dict:
    """Accounts that the org does not show: one of a plan, then all; and whether the plan completes once it does."""
    found = {}
    for name, hidden in (("one", 1), ("all", size)):
        plan, rows = _spread(org_trial, size)
        org_trial.address.hook("access", invisible_ids=rows["account_id"].to_list()[:hidden])
        first = org_trial.run(plan)
        states = Counter(org_trial.states(plan).values())
        org_trial.address.hook("access", invisible_ids=[])
        found[name] = {
            "gone": states["GONE"],
            "pause": first.pause and first.pause.code,
            "verified_after": org_trial.run(plan).counts.get("VERIFIED", 0),
        }
    return found


def odd_answers(org_trial: OrgTrial, size: int, calls: Iterable[int]) -> dict:
    """Answers of wrong shape at these calls of a run, the work done or not: runs, tracebacks, accounts written twice or
    not at all."""
    wrong: Counter[str] = Counter()
    runs = 0
    for fault in ODD.values():
        for skip in calls:
            for is_done in (True, False):
                plan, rows = _spread(org_trial, size)
                more = {"path_contains": "/composite", "method": "POST", "skip": skip, "is_done": is_done}
                org_trial.fault("answer", **more, **fault)
                runs += 1
                try:
                    org_trial.run(plan, pause=lambda _: None)
                except (AssignmentError, ValueError, TypeError, KeyError, AttributeError):
                    wrong["tracebacks"] += 1
                org_trial.calm()
                org_trial.run(plan)
                written = Counter(org_trial.log(rows).filter(channel="api")["record_id"])
                wrong["twice"] += sum(count > 1 for count in written.values())
                wrong["not written"] += size - len(written)
    return {"runs": runs, **wrong}


def _spread(org_trial: OrgTrial, size: int) -> tuple[Plan, pl.DataFrame]:
    """A plan over untouched accounts, for many receivers in turn."""
    _, rows = org_trial.plan(size)
    receivers = sorted({*rows["old_owner_id"], org_trial.receiver})
    new = [
        receivers[(place + (receivers[place % len(receivers)] == old)) % len(receivers)]
        for place, old in enumerate(rows["old_owner_id"])
    ]
    plan, ordered = drawn(rows.drop("place").with_columns(new_owner_id=pl.Series(new)), f"rows-{org_trial.plans}.1")
    org_trial.add(plan, ordered)
    return plan, ordered


def _refuse(org_trial: OrgTrial, accounts: Iterable[str], fault: dict) -> None:
    for account in accounts:
        org_trial.fault("row_error", record_id=account, times=10**6, **fault)


def _until_ended(org_trial: OrgTrial, plan: Plan, *, decides: bool) -> dict:
    """Runs until none is paused, with a decision after each pause."""
    runs, decisions, last = 0, 0, None
    while runs < MOST_RUNS and (last is None or last.pause):
        if last and decides:
            decisions += _accept_all(org_trial, plan)
        last = _run(org_trial, plan)
        runs += 1
    states = Counter(org_trial.states(plan).values())
    with opened(org_trial.journal_path(plan), KEY) as journal:
        listed = sum(group.rows.height for group in groups(journal, plan.cycle))
    org_trial.calm()
    sends = _sends(org_trial, plan)
    return {
        "verified": states["VERIFIED"],
        "listed": listed + states["ACCEPTED"],
        "runs": runs,
        "decisions": decisions,
        "most_sends": max(sends.values()),
    }


def _run(org_trial: OrgTrial, plan: Plan) -> Progress:
    return org_trial.run(plan, workers=4, pause=lambda _: None)


def _accept_all(org_trial: OrgTrial, plan: Plan) -> int:
    with opened(org_trial.journal_path(plan), KEY) as journal:
        waiting = groups(journal, plan.cycle)
        for group in waiting:
            accept(journal, group, PERSON, signer_token(KEY, PERSON), org_trial.tools(), plan.cycle)
    return len(waiting)


def _sends(org_trial: OrgTrial, plan: Plan) -> Counter[str]:
    """Account → how often it was sent, by the org's own log of requests; the proof of the precondition, which offers
    the account to nobody, is no send."""
    accounts = set(org_trial.states(plan))
    found: Counter[str] = Counter()
    with (org_trial.address.state_dir / "requests.jsonl").open(encoding="utf-8") as file:
        for line in file:
            if "PATCH" not in line:
                continue
            body = json.loads(line).get("body") or {}
            parts = body.get("compositeRequest", []) if isinstance(body, dict) else []
            sent = (part["url"][-18:] for part in parts if (part.get("body") or {}).get("OwnerId") != NOBODY)
            found.update(account for account in sent if account in accounts)
    return found
