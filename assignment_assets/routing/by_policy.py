"""Signs event cycles under a standing policy, and says which of them may be written."""

from datetime import datetime
from typing import Any

import polars as pl

from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.routing.tables import EVENT_CYCLES, EVENTS
from assignment_assets.domain.segment import WRITE_BACK
from assignment_assets.domain.sign_off.decisions import SignOff, signed_text
from assignment_assets.domain.sign_off.standing import StandingPolicy, passes
from assignment_assets.domain.tables import APPROVED_DIFF, REGION_DIGESTS, SIGN_OFF_PACKETS, SIGN_OFF_VERDICTS
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.standing_files import policies_in_force
from assignment_assets.io.warehouse.cycle_life import is_over
from assignment_assets.io.warehouse.published import read_manifest, read_published
from assignment_assets.io.warehouse.routing_copies import read_routing

GATE = SIGN_OFF_GATE.name


def sign_under_policy(folder: DataFolder, key: bytes, now: datetime) -> list[str]:
    """Signs every region that waits, in the name of the policy's signer; a sentence for each cycle.

    The policy must still be in force, unchanged since the cycle was planned, and cover all kinds of its events; no
    more accounts may move in the whole cycle than it says. A region with a held edit waits for a person.
    """
    policies, _ = policies_in_force(folder, key, now.date())
    cycles = read_routing(folder, EVENT_CYCLES)
    return [
        f"{row['cycle']}: {_sign(folder, key, row, policies)}"
        for row in cycles.iter_rows(named=True)
        if passes(row["up_to"], SIGN_OFF_GATE)
        and not is_over(folder, row["cycle"])
        and _waiting(folder, row["cycle"]).height
    ]


def written_next(folder: DataFolder) -> list[tuple[str, str]]:
    """(cycle, run key) of event cycles with approved moves whose policy reaches the write-back."""
    cycles = read_routing(folder, EVENT_CYCLES).filter(pl.col("up_to") == WRITE_BACK.name)["cycle"]
    digests = {
        cycle: read_manifest(folder, cycle).get(APPROVED_DIFF.name) for cycle in cycles if not is_over(folder, cycle)
    }
    return [(cycle, f"{cycle}:{found['digest'][:16]}") for cycle, found in digests.items() if found and found["rows"]]


def _waiting(folder: DataFolder, cycle: str) -> pl.DataFrame:
    """The regions whose standing digest nobody has signed yet."""
    if read_gate(folder, cycle, GATE) is None:
        return REGION_DIGESTS.empty()
    verdicts = read_published(folder, cycle, SIGN_OFF_VERDICTS)
    signed = [path.stem for path in (folder.inbox(cycle, GATE)).glob("*/policy_*.json")]
    digests = read_published(folder, cycle, REGION_DIGESTS).join(verdicts, on=["region", "digest"], how="anti")
    return digests.filter(~pl.format("policy_{}", pl.col("digest").str.head(16)).is_in(signed))


def _sign(folder: DataFolder, key: bytes, row: dict[str, Any], policies: dict[str, tuple[StandingPolicy, str]]) -> str:
    cycle, waiting = row["cycle"], _waiting(folder, row["cycle"])
    kinds = set(read_routing(folder, EVENTS).filter(pl.col("cycle") == cycle)["kind"])
    covering = [policies[kind] for kind in sorted(kinds) if kind in policies]
    if len(covering) < len(kinds) or row["policy_digest"] not in {digest for _, digest in covering}:
        return "its policy is no longer in force; a person signs"
    policy = min((policy for policy, _ in covering), key=lambda each: each.max_moves)
    moves = read_published(folder, cycle, SIGN_OFF_PACKETS)["account_id"].n_unique()
    if moves > policy.max_moves:
        return f"{moves} accounts would move, the policy {policy.name} covers {policy.max_moves}; a person signs"
    if waiting["held_count"].sum():
        return "it has held edits; a person decides them and signs"
    manifest = read_gate(folder, cycle, GATE)
    if manifest is None:
        return "its sign-off was taken back meanwhile; a person signs"
    note = f"standing policy {policy.name} ({row['policy_digest'][:12]}): {moves} of at most {policy.max_moves} moves"
    for region, digest in waiting.select("region", "digest").iter_rows():
        decision = SignOff(cycle, manifest.revision, region, digest, "approve", policy.signed_by, note)
        path = folder.inbox(cycle, GATE) / policy.signed_by / f"policy_{digest[:16]}.json"
        write_whole(path, signed_text(decision, signer_token(key, policy.signed_by)))
    return f"{waiting.height} regions signed under the policy {policy.name}"
