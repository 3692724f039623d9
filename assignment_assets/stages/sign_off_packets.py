"""Stage 05, out: what each region is about to sign, with the digest that a signature covers."""

import json
from dataclasses import replace
from functools import cache

import dagster as dg
import polars as pl

from assignment_assets.domain.assignment.assigned import review_reps
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.gate import REVIEW_GATE, SIGN_OFF_GATE
from assignment_assets.domain.gates.gates import Addressee
from assignment_assets.domain.identity.codes import packet_code, signer_token
from assignment_assets.domain.identity.file_names import plain_name
from assignment_assets.domain.locks import free_seats
from assignment_assets.domain.packet_rows import book_summary, move_rows
from assignment_assets.domain.review.held_edits import DECISIONS, decide
from assignment_assets.domain.review.rule import withdraw
from assignment_assets.domain.setup.eligible_pool import withdrawn
from assignment_assets.domain.setup.freeze import revision_of_gate
from assignment_assets.domain.sign_off.decisions import HeldEditDecision, is_signed, read_decision
from assignment_assets.domain.sign_off.packets import packets
from assignment_assets.domain.sign_off.regions import HOUSE
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    CYCLE_EVENTS,
    DECIDED_BOOKS,
    DECISION_VERDICTS,
    EDIT_VERDICTS,
    ELIGIBLE_POOL,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    REPS,
    REVIEWED_BOOKS,
    RUN_CONFIG,
    SIGN_OFF_PACKETS,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.intake.look import archived
from assignment_assets.io.intake.outbox import issue, read_gate
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.warehouse import Warehouse, read_manifest
from assignment_assets.io.workbooks.packets import REVIEW_BOOKS, SIGN_OFF_MOVES, SignOffPacket, packet_content
from assignment_assets.io.workbooks.sign_off_book import LAYOUT, write_sign_off_book
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, frozen_config, handed_on, stage_asset
from assignment_assets.stages.intake import manifest_of, receipts_so_far, tell
from assignment_assets.stages.invariants import require_invariants

GATE = SIGN_OFF_GATE.name
SIGN_OFF_DAYS = 90  # a sign-off is never assumed: the deadline only ends the reminders


@stage_asset("sign_off", deps=["reviewed_books"], kinds={"duckdb", "excel"})
def sign_off_packets(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult:
    """Every move by region, held edits decided where Growth Strategy has decided them, with a digest a region.

    A move belongs to the regions of both its ends and waits for both. A region with an undecided held edit
    cannot be signed yet. Drafts are never signed.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    require_reviewed(warehouse, cycle)
    require_invariants(warehouse, cycle, "reviewed_books")
    if config.mode == "draft":
        return dg.MaterializeResult(metadata={"packets": 0, "why": "a draft is never signed"})
    accounts, pool, books, reps, reviewed, verdicts, proposed = warehouse.tables(
        cycle, ACCOUNTS, ELIGIBLE_POOL, CURRENT_BOOKS, REPS, REVIEWED_BOOKS, EDIT_VERDICTS, PROPOSED_BOOKS
    )
    people = review_reps(books, reps, free_seats(books, pool))
    claims = warehouse.query("eligible_pool/open_claims", (ELIGIBLE_POOL, RUN_CONFIG, CYCLE_EVENTS), cycle=cycle)
    taken = withdrawn(claims, config.scope).rename({"detail": "other_cycle"})
    entitled = entitlements(people)
    decided = decide(withdraw(reviewed, taken), verdicts, _decisions(warehouse, cycle), people, entitled)
    manifest = manifest_of(warehouse, cycle, GATE, config, clock, [], SIGN_OFF_DAYS)
    frame, digests = packets(
        decided.reviewed_books, decided.edit_verdicts, people, cycle=cycle, revision=manifest.revision
    )
    stored = warehouse.replace(
        cycle,
        [
            (DECIDED_BOOKS, decided.reviewed_books),
            (DECISION_VERDICTS, decided.decision_verdicts),
            (SIGN_OFF_PACKETS, frame),
            (REGION_DIGESTS, digests),
        ],
    )
    tell(warehouse, cycle, GATE, decided.decision_verdicts, "decided_by")
    costs = proposed.select("account_id", pl.selectors.starts_with("keep_cost"))
    moves = move_rows(
        decided.reviewed_books.rename({"reviewed_owner_id": "new_owner_id"}).join(costs, on="account_id", how="left"),
        accounts,
        reps,
    )
    fixed = pool.filter(pl.col("standing") == "fixed").select("account_id", rep_id="owner_id")
    summary = book_summary(
        pl.concat([fixed, decided.reviewed_books.select("account_id", rep_id="current_owner_id")]),
        pl.concat([fixed, decided.reviewed_books.select("account_id", rep_id="reviewed_owner_id")]),
        accounts,
        books,
        reps,
    )
    persons = [
        Addressee(person=person, name=person, email=person, file=f"{plain_name(region.lower())}.xlsx", subject=region)
        for person, region in entitled.select("person", "region").iter_rows()
        if region in set(digests["region"])
    ]
    key = engine_key()
    digest_of = dict(digests.select("region", "digest").iter_rows())

    named = moves.select("account_id", "name", "state", "from_name", "to_name", "value")

    @cache
    def packet(person: str, region: str) -> SignOffPacket:
        return SignOffPacket(
            cycle=cycle,
            revision=manifest.revision,
            region=region,
            signer=person,
            as_of=config.as_of_on,
            code=packet_code(key, cycle, manifest.revision, GATE, person),
            digest=digest_of[region],
            books=summary.filter(pl.col("region") == region).select(list(REVIEW_BOOKS)).sort("rep_id"),
            moves=frame.filter(pl.col("region") == region)
            .join(named, on="account_id")
            .select(list(SIGN_OFF_MOVES))
            .sort("account_id"),
            how_to_sign=f"assignment sign-off {cycle} --region '{region}' --as {person} "
            f"--digest {digest_of[region][:12]}",
        )

    issue(
        warehouse.folder,
        replace(manifest, persons=tuple(persons)),
        lambda person, region, path: write_sign_off_book(packet(person, region), path),
        lambda person, region: packet_content(packet(person, region), LAYOUT),
    )
    return handed_on(
        frame,
        stored["sign_off_packets"],
        **{
            "regions": as_table(digests),
            "packets": len(persons),
            "folder": dg.MetadataValue.path(str(warehouse.folder.outbox(cycle, GATE))),
        },
    )


def require_reviewed(warehouse: Warehouse, cycle: str) -> None:
    """Nothing, or CycleClosed where the books that would be signed were not reviewed since the cycle was re-opened."""
    reviewed = read_manifest(warehouse.folder, cycle).get("reviewed_books")
    revision = revision_of_gate(warehouse.events(cycle), REVIEW_GATE.name)
    if reviewed is None or reviewed["revision"] < revision:
        found = f"of revision {reviewed['revision']}" if reviewed else "not there"
        raise CycleClosed(
            f"cycle {cycle}, sign_off_packets: its reviewed books are {found}, expected those of revision {revision}. "
            f"`assignment cycle status {cycle}` says what comes first."
        )


def entitlements(people: pl.DataFrame) -> pl.DataFrame:
    """person and region: who may sign what, from the settings; `*` stands for every region and `house`."""
    regions = sorted({*people.filter(pl.col("team") == "field")["region"].drop_nulls(), HOUSE})
    pairs = [
        (person, region)
        for person, allowed in sorted(read_settings().signers.items())
        for region in regions
        if "*" in allowed or region in allowed
    ]
    return pl.DataFrame(pairs, schema={"person": pl.String, "region": pl.String}, orient="row")


def decision_files(warehouse: Warehouse, cycle: str) -> list[tuple]:
    """(receipt, content, decision) of every signed decision that counts so far."""
    if read_gate(warehouse.folder, cycle, GATE) is None:
        return []
    contents = [
        (receipt, json.loads(archived(warehouse.folder, receipt).read_text(encoding="utf-8")))
        for receipt in receipts_so_far(warehouse, cycle, GATE)
    ]
    return [(receipt, content, read_decision(content)) for receipt, content in contents]


def _decisions(warehouse: Warehouse, cycle: str) -> pl.DataFrame:
    key = engine_key()
    rows = [
        {
            "decision_no": receipt.receipt_no,
            "receipt_no": decision.receipt_no,
            "account_id": decision.account_id,
            "rep_id": decision.rep_id,
            "decision": decision.decision,
            "decided_by": decision.signed_by,
            "note": decision.note,
            "is_signature_valid": is_signed(content, signer_token(key, receipt.person)),
        }
        for receipt, content, decision in decision_files(warehouse, cycle)
        if isinstance(decision, HeldEditDecision)
    ]
    return pl.DataFrame(rows, schema=DECISIONS.columns)
