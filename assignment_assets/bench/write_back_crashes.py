"""Runs that are killed at a named point, in processes of their own, with faults, and killed again while recovering."""

import json
import os
import signal
import subprocess
import sys
from collections import Counter
from collections.abc import Iterator
from dataclasses import asdict, replace
from pathlib import Path
from random import Random

import polars as pl

from assignment_assets.bench.write_back_org import OrgTrial, Verdict, drawn, judged
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.io.clock import utc_now
from assignment_assets.sandbox.server import OrgAddress
from assignment_assets.write_back.circuit_breaker import Witness, nobody
from assignment_assets.write_back.document import Plan, approval
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.writer import write

COMPOSITE = (
    "plan_before_commit",
    "plan_committed",
    "read_before_writing",
    "intent_before_commit",
    "intent_committed",
    "call_before_sending",
    "call_answered",
    "answers_before_commit",
    "answers_committed",
    "read_back",
    "verified_before_commit",
    "verified_committed",
    "run_ended",
)
BULK = (
    "plan_before_commit",
    "plan_committed",
    "read_before_writing",
    "intent_before_commit",
    "intent_committed",
    "bulk_before_create",
    "bulk_created",
    "bulk_journaled",
    "bulk_uploaded",
    "bulk_close_committed",
    "bulk_closed",
    "bulk_results_read",
    "answers_before_commit",
    "answers_committed",
    "read_back",
    "verified_committed",
    "run_ended",
)
SIZE = 40
FAULTS = ("none", "lost_response", "lost_request", "late_commit", "server_error", "unavailable", "expired_session")
KILLED = -signal.SIGKILL
BENCH_PERSON = "bench@example.com"


def crash_runs(org_trial: OrgTrial, runs: int, seed: int) -> Iterator[dict]:
    """One result a run: lane, points, fault, and the verdict of the org's log."""
    chosen = Random(seed)
    kinds = [
        (lane, point)
        for lane, points in (("composite", COMPOSITE), ("rollback", COMPOSITE), ("bulk", BULK))
        for point in points
    ]
    for number in range(runs):
        lane, point = kinds[number % len(kinds)]
        yield _crash_run(org_trial, lane, point, chosen)


def _crash_run(org_trial: OrgTrial, lane: str, point: str, chosen: Random) -> dict:
    plan, rows = _prepared(org_trial, lane)
    before = _last_write(org_trial)
    fault = chosen.choice(FAULTS)
    if fault != "none":
        path = "/jobs/" if lane == "bulk" and chosen.random() < 0.5 else "/composite"
        more = {"requests": chosen.randint(1, 3)} if fault == "late_commit" else {}
        org_trial.fault(fault, path_contains=path, method="POST", skip=chosen.randint(0, 3), **more)
    edited = chosen.sample(rows["account_id"].to_list(), 4)
    if lane != "bulk":
        org_trial.people_edit(edited[:2], "before_write")
        org_trial.people_edit(edited[2:], "after_write")
    second = chosen.choice(("read_back", "intent_committed", "call_answered", "verified_before_commit"))
    exits = [_in_a_process(org_trial, plan, rows, lane, at) for at in (point, second)]
    org_trial.calm()
    for _ in range(3):
        exits.append(_written(org_trial, rows.drop("place"), asdict(plan), lane, nobody))
        if exits[-1] == 0:
            break
    verdict = judged(org_trial, plan, rows, before)
    return {
        "lane": lane,
        "point": point,
        "second": second,
        "fault": fault,
        "kills": exits.count(KILLED),
        "ended": exits[-1] == 0,
        **asdict(verdict),
    }


def _prepared(org_trial: OrgTrial, lane: str) -> tuple[Plan, pl.DataFrame]:
    if lane != "rollback":
        return org_trial.plan(SIZE)
    _, rows, _ = org_trial.written(SIZE)
    back = rows.select("account_id", old_owner_id="new_owner_id", new_owner_id="old_owner_id")
    org_trial.plans += 1
    return drawn(back, f"bench-{org_trial.plans}.rollback-1", kind="rollback", signatures=())


def _last_write(org_trial: OrgTrial) -> int:
    return max((row["write_no"] for row in org_trial.address.hook("writes", "GET")["writes"][-1:]), default=0)


def _in_a_process(org_trial: OrgTrial, plan: Plan, rows: pl.DataFrame, lane: str, point: str) -> int:
    folder = org_trial.journal_path(plan).parent
    folder.mkdir(parents=True, exist_ok=True)
    rows.write_parquet(folder / "rows.parquet")
    address = {name: str(value) for name, value in asdict(org_trial.address).items()}
    order = {
        "plan": asdict(plan),
        "rows": str(folder / "rows.parquet"),
        "journal": str(org_trial.journal_path(plan)),
        "lane": lane,
        "point": point,
        "address": address,
    }
    command = [sys.executable, "-m", "assignment_assets.bench.write_back_crashes"]
    done = subprocess.run(command, input=json.dumps(order), text=True, capture_output=True, check=False, timeout=120)
    if done.returncode not in (0, KILLED, 3):
        raise RuntimeError(f"the run at {point or 'no point'} ended with {done.returncode}: {done.stderr[-2000:]}")
    return done.returncode


def main() -> None:
    """Writes the plan that the order on standard input names, and kills itself at the point that it names."""
    order = json.load(sys.stdin)
    point = order["point"]

    def witness(name: str) -> None:
        if name == point:
            os.kill(os.getpid(), signal.SIGKILL)

    entries = order["address"] | {name: Path(order["address"][name]) for name in ("ca_file", "state_dir")}
    org_trial = OrgTrial(OrgAddress(**entries), Path(order["journal"]).parents[1], pl.DataFrame(), "")
    rows = pl.read_parquet(order["rows"]).drop("place")
    sys.exit(_written(org_trial, rows, order["plan"], order["lane"], witness))


def _written(org_trial: OrgTrial, rows: pl.DataFrame, entries: dict, name: str, witness: Witness) -> int:
    lane = {"bulk": "bulk-without-precondition"}.get(name, "composite")
    facts = {name: value for name, value in entries.items() if name not in ("row_count", "rows_digest", "signatures")}
    kind = entries["kind"]
    plan, ordered = drawn(rows, facts.pop("plan_id"), **facts | ({"signatures": ()} if kind == "rollback" else {}))
    tools = replace(org_trial.tools(lane=lane), witness=witness)
    with opened(org_trial.journal_path(plan), tools.key) as journal:
        if not journal.plans(plan.cycle):
            witness("plan_before_commit")
            journal.add(plan, ordered, plan.first_event(utc_now()))
            witness("plan_committed")
        if kind == "rollback" and not journal.last_plan_event(plan.plan_id, "APPROVED"):
            journal.record([approval(plan, BENCH_PERSON, signer_token(tools.key, BENCH_PERSON), utc_now())])
            journal.commit()
        *_, last = write(journal, plan, {}, tools)
    return 3 if last.pause else 0


def summed(results: list[dict]) -> dict:
    """All runs together: how many, kills, points, and what went wrong."""
    totals: Counter[str] = Counter()
    for result in results:
        totals.update({name: result[name] for name in (*Verdict.__dataclass_fields__, "kills")})
    points = {(result["lane"], result["point"]) for result in results}
    return {
        "runs": len(results),
        "points": len(points),
        "named_points": len({point for _, point in points}),
        "unfinished": sum(not result["ended"] for result in results),
        **totals,
    }


if __name__ == "__main__":
    main()
