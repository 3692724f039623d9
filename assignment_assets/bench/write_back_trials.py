"""The rows of the write-back's bar that need no second process: races, lost answers, codes, tampering, calls."""

import json
from collections import Counter
from collections.abc import Callable
from dataclasses import asdict, replace
from random import Random

import duckdb
import polars as pl

from assignment_assets.bench.write_back_org import KEY, OrgTrial, drawn, judged
from assignment_assets.domain.errors import AssignmentError, Tampered, WarehouseBusy
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.decisions import SignOff, read_decision, signed_text
from assignment_assets.domain.sign_off.packets import packet_digest
from assignment_assets.domain.tables import SIGN_OFF_PACKETS
from assignment_assets.io.clock import utc_now
from assignment_assets.write_back.codes import CODES
from assignment_assets.write_back.document import approval, signatures_for
from assignment_assets.write_back.open_changes import Pace
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.undoing import left_alone
from assignment_assets.write_back.writer import write

AFTER = {
    "retry": "FAILED_HUMAN",
    "rearm": "DRIFT",
    "resend": "FAILED_HUMAN",
    "doubt": "FAILED_HUMAN",
    "hold": "HELD",
    "gone": "FAILED_HUMAN",
    "person": "FAILED_HUMAN",
    "access": "FAILED_HUMAN",
    "pause": "DEFERRED",
    "stop": "DEFERRED",
}
"""The state in which an account ends whose every write is answered with a code of that action."""
LOSSES = ("lost_response", "lost_request", "late_commit", "expired_session", "server_error", "unavailable")
PERSON = "bench@example.com"


def races(org_trial: OrgTrial, size: int, seed: int) -> dict:
    """People take accounts over right before or right after they are written; and the same without preconditions."""
    chosen, results = Random(seed), {}
    for name, pace in (("with preconditions", Pace()), ("control", Pace(is_armed=False))):
        count = size if name != "control" else min(size, 500)
        plan, rows = org_trial.plan(count)
        org_trial.add(plan, rows)
        accounts = rows["account_id"].to_list()
        first = set(chosen.sample(accounts, count // 2))
        org_trial.people_edit(sorted(first), "before_write")
        org_trial.people_edit([account for account in accounts if account not in first], "after_write")
        org_trial.run(plan, pace=pace)
        verdict = judged(org_trial, plan, rows)
        results[name] = asdict(verdict) | {"edits": count, "states": dict(Counter(org_trial.states(plan).values()))}
    return results


def careless(org_trial: OrgTrial, size: int) -> dict:
    """People take accounts over right before they are written, in an org that ignores preconditions."""
    plan, rows = org_trial.plan(size)
    org_trial.add(plan, rows)
    org_trial.people_edit(rows["account_id"].to_list(), "before_write")
    org_trial.address.hook("access", off=["preconditions", "several_currencies"])
    try:
        codes = [pause.code if (pause := org_trial.run(plan).pause) else "" for _ in range(2)]
    finally:
        org_trial.address.hook("access", "DELETE")
    return {
        "edits": size,
        "stopped_by": codes,
        "overwritten": judged(org_trial, plan, rows).overwritten,
        "writes": org_trial.log(rows).filter(pl.col("channel") == "api").height,
    }


def lost_answers(org_trial: OrgTrial, size: int) -> dict:
    """Each loss at each call of a run, one after the other: runs, and what went wrong in them."""
    wrong: Counter[str] = Counter()
    runs = 0
    for kind in LOSSES:
        for call in range(2 + -(-size // 25)):
            plan, rows = org_trial.plan(size)
            org_trial.add(plan, rows)
            org_trial.fault(kind, path_contains="/composite", method="POST", skip=call)
            org_trial.run(plan)
            org_trial.calm()
            org_trial.run(plan)
            verdict = judged(org_trial, plan, rows)
            wrong.update(asdict(verdict))
            wrong["not verified"] += Counter(org_trial.states(plan).values())["VERIFIED"] != size
            runs += 1
    return {"runs": runs, **wrong}


def again(org_trial: OrgTrial) -> dict:
    """A finished plan applied again, and two appliers at once."""
    plan, rows, _ = org_trial.written(60)
    before = org_trial.log(rows).height
    calls = org_trial.calls(lambda: org_trial.run(plan))
    is_refused = False
    with opened(org_trial.journal_path(plan), KEY):
        try:
            org_trial.run(plan)
        except WarehouseBusy:
            is_refused = True
    return {"writes": org_trial.log(rows).height - before, "calls": calls, "second_applier_refused": is_refused}


def rollback(org_trial: OrgTrial, size: int, edited_share: float, seed: int) -> dict:
    """A plan rolled back after people changed a part of it."""
    plan, rows, _ = org_trial.written(size)
    edited = set(Random(seed).sample(rows["account_id"].to_list(), round(size * edited_share)))
    other = next(owner for owner in rows["old_owner_id"] if owner != org_trial.receiver)
    for account in sorted(edited):
        row = rows.filter(account_id=account).row(0, named=True)
        owner = (
            other if row["old_owner_id"] != other else rows.filter(pl.col("old_owner_id") != other)["old_owner_id"][0]
        )
        org_trial.address.hook("edit", id=account, fields={"OwnerId": owner})
    back = rows.select("account_id", old_owner_id="new_owner_id", new_owner_id="old_owner_id")
    undo, ordered = drawn(back, f"{plan.cycle}.rollback-1", kind="rollback", signatures=())
    with opened(org_trial.journal_path(plan), KEY) as journal:
        journal.add(undo, ordered, undo.first_event(utc_now()))
        journal.record([approval(undo, PERSON, signer_token(KEY, PERSON), utc_now())])
        journal.commit()
        list(write(journal, undo, {}, org_trial.tools()))
        told = set(left_alone(journal, undo)["account_id"])
    log = org_trial.log(rows)
    last = log.group_by("record_id", maintain_order=True).last()
    owners = dict(last.select("record_id", "new_value").iter_rows())
    old = dict(rows.select("account_id", "old_owner_id").iter_rows())
    reverted = last.filter(pl.col("record_id").is_in(sorted(edited)) & (pl.col("channel") != "human")).height
    restored = sum(owners[account] == old[account] for account in old.keys() - edited)
    return {
        "accounts": size,
        "edited": len(edited),
        "restored": restored,
        "expected": size - len(edited),
        "human_edits_reverted": reverted,
        "named_as_left_alone": told == edited,
    }


def coverage(org_trial: OrgTrial, size: int) -> dict:
    """Every row read back, and the journal beside the org's own log, row by row."""
    plan, rows, _ = org_trial.written(size, workers=4)
    with opened(org_trial.journal_path(plan), KEY) as journal:
        events = journal.events([plan.plan_id])
    verified = events.filter(pl.col("state") == "VERIFIED").select(record_id="account_id", new_value="found_owner_id")
    log = org_trial.log(rows).filter(pl.col("channel") == "api").select("record_id", "new_value")
    same = verified.join(log, on=["record_id", "new_value"]).height
    acked = events.filter(pl.col("state") == "ACK").height
    return {"sent": acked, "read_back": verified.height, "in_both_logs": same, "in_orgs_log": log.height}


def taxonomy(org_trial: OrgTrial) -> dict:
    """Each code of the table on one account of a plan, every time it is written: the state that it ends in."""
    expected = {
        code: AFTER[action]
        for action, codes in CODES.items()
        for code in codes
        if code not in ("ANSWER_LOST", "PRECONDITION_FAILED", "TOO_MANY_REQUESTS", "LOGIN_REFUSED")
    }
    expected |= {"A_CODE_NOBODY_KNOWS": "FAILED_HUMAN", "INACTIVE_OWNER_OR_USER": "FAILED_HUMAN"}
    wrong = {}
    for code, state in expected.items():
        plan, rows = org_trial.plan(3)
        org_trial.add(plan, rows)
        org_trial.fault("row_error", record_id=rows["account_id"][1], error_code=code, times=99)
        org_trial.run(plan, pause=lambda _: None)
        org_trial.calm()
        found = org_trial.states(plan)[rows["account_id"][1]]
        if found != state or not judged(org_trial, plan, rows.filter(account_id=rows["account_id"][0])).is_clean:
            wrong[code] = found
    return {"codes": len(expected), "wrong": wrong}


def tampering(org_trial: OrgTrial) -> dict:
    """Plans, journals, sign-offs and orgs that are not what they were: how many were refused."""
    statements = (
        "update plan_row set new_owner_id = old_owner_id where place = 0",
        "delete from plan_row where place = 1",
        "update plan set header = replace(header, '\"first_batch\":0', '\"first_batch\":1')",
        "update plan set seal = repeat('0', 64)",
        "update event set state = 'PLANNED' where seq = 2",
        "delete from event where seq = 3",
        "update event set found_owner_id = 'x' where seq = 4",
        "delete from head",
        "update head set seq = seq - 1",
    )
    trials: list[Callable[[], object]] = []
    for statement in statements:
        plan, rows, _ = org_trial.written(3)
        with duckdb_file(org_trial, plan) as connection:
            connection.execute(statement)
        trials.append(lambda plan=plan: _reads(org_trial, plan))
    foreign, rows = org_trial.plan(2, org_id="00D000000000000AAA")
    org_trial.add(foreign, rows)
    trials += [lambda: org_trial.run(foreign), *_sign_off_trials()]
    refused = sum(_is_refused(trial) for trial in trials)
    return {"trials": len(trials), "refused": refused, "untouched_signature_holds": not _is_refused(_sign_off)}


def duckdb_file(org_trial: OrgTrial, plan):
    """The journal's file, opened behind the engine's back."""
    return duckdb.connect(str(org_trial.journal_path(plan)))


def calls(org_trial: OrgTrial, *sizes: int) -> dict:
    """Calls for so many changes, without log-in, org check and retries."""
    counted = {}
    for size in sizes:
        plan, rows = org_trial.plan(size)
        org_trial.add(plan, rows)
        counted[str(size)] = org_trial.calls(lambda plan=plan: org_trial.run(plan))
    return counted


def _reads(org_trial: OrgTrial, plan) -> object:
    with opened(org_trial.journal_path(plan), KEY) as journal:
        return journal.plans(plan.cycle)


def _is_refused(trial: Callable[[], object]) -> bool:
    try:
        trial()
    except (Tampered, AssignmentError):
        return True
    return False


PACKETS = SIGN_OFF_PACKETS.conform(
    pl.DataFrame(
        [
            {
                "region": "North",
                "account_id": account,
                "other_region": None,
                "old_owner_id": "r-1",
                "new_owner_id": "r-2",
                "move_reason": "balance",
                "reason_sentence": "Evens out.",
                "is_held": False,
            }
            for account in ("a", "b")
        ],
        schema=SIGN_OFF_PACKETS.columns,
    )
)


def _signed(decision: SignOff, token: str) -> tuple[dict, SignOff]:
    content = json.loads(signed_text(decision, token))
    return content, read_decision(content)


def _sign_off(
    packets: pl.DataFrame = PACKETS, moves: pl.DataFrame | None = None, change: dict | None = None, token: str = ""
) -> object:
    decision = SignOff("c-1", 1, "North", packet_digest(PACKETS, "c-1", 1), "approve", PERSON)
    content, signed = _signed(decision, token or signer_token(KEY, PERSON))
    if change:
        content, signed = content | change, replace(signed, **change)
    rows = PACKETS if moves is None else moves
    return signatures_for(
        rows.select("account_id", "old_owner_id", "new_owner_id"),
        packets,
        [(content, signed)],
        KEY,
        cycle="c-1",
        revision=1,
    )


def _sign_off_trials() -> list[Callable[[], object]]:
    other = pl.lit("r-9")
    edited = PACKETS.with_columns(new_owner_id=other)
    return [
        lambda: _sign_off(packets=edited, moves=edited),
        lambda: _sign_off(moves=edited),
        lambda: _sign_off(packets=PACKETS.head(1), moves=PACKETS.head(1)),
        lambda: _sign_off(change={"note": "changed"}),
        lambda: _sign_off(change={"decision": "reject"}),
        lambda: _sign_off(change={"digest": "0" * 64}),
        lambda: _sign_off(change={"signed_by": "eve@example.com"}),
        lambda: _sign_off(token=signer_token(b"another engine", PERSON)),
    ]
