"""Where a cycle stands: its state, what each gate waits for, what is signed and written, what comes next."""

import json
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any

import polars as pl

from assignment_assets.domain.gate import GATES, LOCK_GATE, REVIEW_GATE, SIGN_OFF_GATE
from assignment_assets.domain.gates.gates import GateManifest, Receipt, closing, latest_receipts
from assignment_assets.domain.gates.ready import Ready, WhoWrites, ready
from assignment_assets.domain.placed import Placed
from assignment_assets.domain.segment import OPEN_CYCLE, SIGN_OFF, WRITE_BACK
from assignment_assets.domain.setup.cycle import FINISHED_EVENTS
from assignment_assets.domain.setup.eligible_pool import LEFT_OUT_REASONS
from assignment_assets.domain.setup.source_confirmation import confirming
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    ApprovedDiffFrame,
    CycleEventsFrame,
    EligiblePoolFrame,
    OverflowFrame,
    ProposedBooksFrame,
    RegionDigestsFrame,
    RepsFrame,
    ReviewedBooksFrame,
    RunConfigFrame,
    SignOffVerdictsFrame,
    WriteBackLogFrame,
)

SHOWN_NAMES = 5
Answered = Mapping[str, tuple[GateManifest, tuple[Receipt, ...]]]


@dataclass(frozen=True)
class CycleStatusInput:
    """What a cycle has published of its course."""

    configs: RunConfigFrame
    events: CycleEventsFrame
    proposed: ProposedBooksFrame
    overflow: OverflowFrame
    reviewed: ReviewedBooksFrame
    digests: RegionDigestsFrame
    verdicts: SignOffVerdictsFrame
    log: WriteBackLogFrame
    reps: RepsFrame
    pool: EligiblePoolFrame
    approved: ApprovedDiffFrame = field(default_factory=APPROVED_DIFF.empty)
    jumps: tuple[str, ...] = ()
    """What has jumped in the sources and stops the cycle until somebody confirms it, a sentence each."""
    who: WhoWrites = field(default_factory=WhoWrites)


@dataclass(frozen=True)
class GateStatus:
    """One gate: whether its packets are out, who has answered, who is missing."""

    gate: str
    is_out: bool
    is_closed: bool = False
    asked: int = 0
    answered: int = 0
    missing: tuple[str, ...] = ()
    why: str = "packets not sent yet"


@dataclass(frozen=True)
class CycleStatus:
    """A cycle at a glance. `state` is draft, open, signed, writing, closed, cancelled or expired."""

    cycle: str
    state: str
    scope: str
    as_of: str
    revision: int
    gates: tuple[GateStatus, ...]
    regions: tuple[dict[str, Any], ...]
    outcomes: dict[str, int] = field(default_factory=dict)
    placed: str = ""
    next_step: str = ""
    proposal: str = ""
    left_out: str = ""

    def lines(self) -> list[str]:
        """The status as lines of text."""
        head = f"{self.cycle}: {self.state}, scope {self.scope}, as of {self.as_of}, revision {self.revision}"
        gates = [f"  {GATES[gate.gate].title:<11} {gate.why}" for gate in self.gates if self.state != "draft"]
        left_out = [f"  {'Left out':<11} {self.left_out}"] if self.left_out else []
        proposal = [f"  {'Proposal':<11} {self.proposal}"] if self.proposal else []
        regions = [
            f"  {region['region']:<11} {region['move_count']} moves, digest {region['digest'][:12]}, "
            + _standing(region)
            + (f", {region['held_count']} held edits to decide" if region["held_count"] else "")
            for region in self.regions
        ]
        written = [f"  {outcome:<15} {count}" for outcome, count in self.outcomes.items()]
        return [
            head,
            *left_out,
            *proposal,
            *gates,
            *(["Regions", *regions] if regions else []),
            *([f"Written: {self.placed}", *written] if written else []),
            f"Next: {self.next_step}",
        ]


def cycle_status(
    cycle: str,
    given: CycleStatusInput,
    gates: Answered,
    now: datetime,
) -> CycleStatus:
    """The status, drawn from what the cycle has published and the gates' manifests and receipts.

    Parameters
    ----------
    given
        What it has published.
    gates
        Gate → its manifest and receipts, where its packets are out.
    now
        Judges deadlines, nothing else.
    """
    config = (
        given.configs.row(-1, named=True) if given.configs.height else {"mode": "draft", "scope": "–", "as_of": "–"}
    )
    statuses = tuple(
        _gate_status(gate, *gates[gate], now, _has_passed(gate, gates, given))
        if gate in gates
        else GateStatus(gate, is_out=False)
        for gate in GATES
    )
    regions = _regions(given.digests, given.verdicts) if SIGN_OFF_GATE.name in gates else ()
    log = given.log.sort("sign_off_no", "attempt").group_by("account_id", maintain_order=True).last()
    outcomes = dict(log.group_by("outcome").len().sort("outcome").iter_rows())
    state = _state(config["mode"], given.events, regions, outcomes)
    return CycleStatus(
        cycle,
        state,
        config["scope"],
        str(config["as_of"]),
        1 + given.events.filter(pl.col("event") == "reopened").height,
        statuses,
        regions,
        outcomes,
        str(Placed.of(log)) if log.height else "",
        _next_step(
            cycle,
            state,
            statuses,
            regions,
            _ready(cycle, config, given, now),
            given.jumps,
            _unjudged(gates, given.verdicts),
        ),
        _proposal(given.proposed, given.overflow),
        _left_out(given.pool, given.reps),
    )


def _proposal(proposed: ProposedBooksFrame, overflow: OverflowFrame) -> str:
    """The proposal in counts; empty before there is one."""
    if not proposed.height and not overflow.height:
        return ""
    locked = proposed.filter(pl.col("phase") == "lock").height
    moves = int(proposed["is_move"].sum()) + int(overflow["is_move"].sum())
    return (
        f"{locked:,} locked, {proposed.height - locked:,} placed, {overflow.height:,} to Inside Sales; "
        f"{moves:,} change owner"
    )


def _left_out(pool: EligiblePoolFrame, reps: RepsFrame) -> str:
    """Accounts whose row could not be used, by owner; empty where there are none."""
    rows = pool.filter(pl.col("reason").is_in(LEFT_OUT_REASONS))
    if not rows.height:
        return ""
    by_owner = (
        rows.join(reps.select(owner_id="rep_id", owner="name"), on="owner_id", how="left")
        .with_columns(owner=pl.coalesce("owner", "owner_id", pl.lit("no owner known")))
        .group_by("owner")
        .len()
        .sort("len", "owner", descending=[True, False])
    )
    whose = tuple(f"{owner} {count}" for owner, count in by_owner.iter_rows())
    return f"{rows.height} account rows ({_some(whose)}), see source_exceptions; one with an owner counts in that book"


def _has_passed(gate: str, gates: Answered, given: CycleStatusInput) -> bool:
    """Whether the waterfall has gone on beyond a gate."""
    return {
        LOCK_GATE.name: REVIEW_GATE.name in gates,
        REVIEW_GATE.name: given.reviewed.height > 0,
        SIGN_OFF_GATE.name: "closed" in given.events["event"],
    }[gate]


def _gate_status(
    gate: str, manifest: GateManifest, receipts: tuple[Receipt, ...], now: datetime, has_passed: bool
) -> GateStatus:
    standing = closing(manifest, receipts, now)
    missing = tuple(f"{each.name} ({each.subject})" if each.subject else each.name for each in standing.missing)
    asked = len(manifest.persons)
    answered = asked - len(missing)
    if GATES[gate].is_signed:
        regions = {each.subject for each in manifest.persons}
        signed = regions & {receipt.subject for receipt in standing.latest}
        asked, answered, missing = len(regions), len(signed), tuple(sorted(regions - signed))
    if has_passed:
        without = f", without {_some(missing)}" if missing else ""
        return GateStatus(gate, True, True, asked, answered, missing, f"closed with {answered} of {asked}{without}")
    if GATES[gate].is_signed:
        why = f"waiting for {_some(missing)}" if missing else "every region has an answer"
        return GateStatus(gate, True, False, asked, answered, missing, f"{answered} of {asked} regions; {why}")
    return GateStatus(gate, True, standing.is_closed, asked, answered, missing, standing.why)


def _some(names: tuple[str, ...]) -> str:
    rest = len(names) - SHOWN_NAMES
    return ", ".join(names[:SHOWN_NAMES]) + (f" and {rest} more" if rest > 0 else "")


def _regions(digests: RegionDigestsFrame, verdicts: SignOffVerdictsFrame) -> tuple[dict[str, Any], ...]:
    """Each region with who signed it as it stands, or who rejected it; the last word counts."""
    accepted = verdicts.filter(pl.col("verdict") == "accepted").sort("receipt_no")
    last = {(row["region"], row["digest"]): row for row in accepted.iter_rows(named=True)}
    refused = {
        (row["region"], row["digest"]): row["message"]
        for row in verdicts.filter(pl.col("verdict") == "refused").sort("receipt_no").iter_rows(named=True)
    }
    told = []
    for row in digests.iter_rows(named=True):
        word = last.get((row["region"], row["digest"]), {"decision": None, "signed_by": None})
        told.append(
            row
            | {
                "signed_by": word["signed_by"] if word["decision"] == "approve" else None,
                "rejected_by": word["signed_by"] if word["decision"] == "reject" else None,
                "refusal": None if word["decision"] else refused.get((row["region"], row["digest"])),
            }
        )
    return tuple(told)


def _standing(region: dict[str, Any]) -> str:
    if region["signed_by"]:
        return f"signed by {region['signed_by']}"
    if region["rejected_by"]:
        return f"rejected by {region['rejected_by']}"
    return f"not signed; refused: {region['refusal'].rstrip('.')}" if region["refusal"] else "not signed"


def _state(mode: str, events: CycleEventsFrame, regions: tuple[dict[str, Any], ...], outcomes: dict[str, int]) -> str:
    finished: list[str] = [event for event in events["event"] if event in FINISHED_EVENTS]
    if finished:
        return finished[-1]
    if mode == "draft":
        return "draft"
    if outcomes:
        return "writing"
    return "signed" if regions and all(region["signed_by"] for region in regions) else "open"


def _ready(cycle: str, config: Mapping[str, Any], given: CycleStatusInput, now: datetime) -> Ready:
    effective = json.loads(config.get("config_json") or "{}").get("write_not_before", "")
    return ready(cycle, given.approved, given.log, given.who, effective, now)


def _unjudged(gates: Answered, verdicts: SignOffVerdictsFrame) -> frozenset[str]:
    """Regions whose last signature has come in, and which no run has judged yet."""
    if SIGN_OFF_GATE.name not in gates:
        return frozenset()
    manifest, receipts = gates[SIGN_OFF_GATE.name]
    latest = latest_receipts(receipts, manifest.revision)
    return frozenset(each.subject for each in latest if each.receipt_no not in verdicts["receipt_no"])


def _next_step(
    cycle: str,
    state: str,
    gates: tuple[GateStatus, ...],
    regions: tuple[dict[str, Any], ...],
    signed: Ready,
    jumps: tuple[str, ...],
    unjudged: frozenset[str],
) -> str:
    *earlier, sign_off_gate = gates
    if state in FINISHED_EVENTS:
        return "nothing; open a new cycle with `assignment cycle new`."
    if state == "draft":
        return f"compare it with another draft: `assignment cycle compare {cycle} OTHER`."
    if not sign_off_gate.is_out:
        for gate in reversed(earlier):
            if gate.is_out and gate.is_closed:
                return f"`assignment run {GATES[gate.gate].segment.name} {cycle}`, or the sensor does it."
            if gate.is_out:
                return f"{gate.why}."
        if jumps:
            return f"its sources jumped, nothing was sent: {' '.join(jumps)} Where that is right: {confirming(cycle)}."
        return f"`assignment run {OPEN_CYCLE.name} {cycle}`."
    load = f"{signed.sentence}: `{signed.command}`" if signed.count else ""
    if load and signed.who.is_by_hand:
        load += f", then its result files or `assignment write-back confirm {cycle} --as …`"
    elif load and (signed.who.window or signed.who.is_by_policy):
        load += ", or the sensor does it"
    unsigned = [region["region"] for region in regions if not (region["signed_by"] or region["rejected_by"])]
    if unsigned and unjudged.issuperset(unsigned):
        judge = f"`assignment run {SIGN_OFF.name} {cycle}`, or the sensor does it."
        return f"{load}; {judge}" if load else judge
    rejected = [f"{region['region']} (by {region['rejected_by']})" for region in regions if region["rejected_by"]]
    if rejected:
        again = f"`assignment cycle reopen {cycle} --from …`, or sign after all"
        first = f"sign {', '.join(unsigned)}; " if unsigned else ""
        return "; ".join(filter(None, [load, f"{first}rejected: {', '.join(rejected)}; {again}."]))
    if unsigned:
        sign = f"sign {', '.join(unsigned)}: `assignment sign-off {cycle} --region … --as …`."
        return f"{load}; {sign}" if load else sign
    return f"{load}." if load else f"`assignment run {WRITE_BACK.name} {cycle}`."
