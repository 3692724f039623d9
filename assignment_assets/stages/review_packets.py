"""Stage 04, out: each Regional Director's books before and after, with a reason on every move."""

import dagster as dg
import polars as pl

from assignment_assets.domain.assignment.assigned import assigned
from assignment_assets.domain.gate import REVIEW_GATE
from assignment_assets.domain.gates.gates import Addressee
from assignment_assets.domain.identity.codes import packet_code
from assignment_assets.domain.packet_rows import book_rows, book_summary, candidate_rows, move_rows
from assignment_assets.domain.tables import ACCOUNTS, CURRENT_BOOKS, ELIGIBLE_POOL, OVERFLOW, PROPOSED_BOOKS, REPS
from assignment_assets.io.folders import engine_key
from assignment_assets.io.intake.outbox import issue
from assignment_assets.io.settings import read_settings
from assignment_assets.io.sheets.packets import save_packet
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.io.workbooks.packets import REVIEW_BOOKS, REVIEW_BOOKS_ROWS, REVIEW_MOVES, ReviewPacket
from assignment_assets.io.workbooks.review_book import compose_review_book, write_review_book
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle import as_table, frozen_config, stage_asset
from assignment_assets.stages.intake import manifest_of

GATE = REVIEW_GATE.name
SHOWN_CANDIDATES = 500


@stage_asset("review", deps=["proposed_books", "overflow"], kinds={"excel"})
def review_packets(context: dg.AssetExecutionContext, warehouse: Warehouse, clock: Clock) -> dg.MaterializeResult:
    """A workbook for every director whose reps' books change: one row a move, with From, To, reason and cost.

    A director may add or drop up to five accounts a rep book, each with a reason. Lies in
    `outbox/<cycle>/review_edits/<director>/`. Drafts send nothing.
    """
    cycle = context.partition_key
    config = frozen_config(warehouse, cycle)
    if config.mode == "draft":
        return dg.MaterializeResult(metadata={"packets": 0, "why": "a draft sends nothing to people"})
    accounts, pool, books, reps, proposed, overflow = warehouse.tables(
        cycle, ACCOUNTS, ELIGIBLE_POOL, CURRENT_BOOKS, REPS, PROPOSED_BOOKS, OVERFLOW
    )
    rows = assigned(proposed, overflow)
    moves = move_rows(rows, accounts, reps)
    editable = book_rows(rows, accounts, reps)
    fixed = pool.filter(pl.col("standing") == "fixed").select("account_id", rep_id="owner_id")
    summary = book_summary(
        pl.concat([fixed, rows.select("account_id", rep_id="current_owner_id")]),
        pl.concat([fixed, rows.select("account_id", rep_id="new_owner_id")]),
        accounts,
        books,
        reps,
    )
    candidates = candidate_rows(overflow, accounts, pool, reps)
    directors = regional_directors(reps, books, moves)
    persons = [
        Addressee(person=email, name=director_name(email), email=email, file="review.xlsx") for email in directors
    ]
    manifest = manifest_of(warehouse, cycle, GATE, config, clock, persons, config.review_days)
    key = engine_key()
    receivers = books.filter("is_receiver")
    has_sheets = bool(read_settings().sheets.folder)

    def write(email, _, path):
        own = directors[email]
        covered = receivers.filter(pl.col("region").is_in(own))["covered_states"].explode().drop_nulls().unique()
        packet = ReviewPacket(
            cycle=cycle,
            revision=manifest.revision,
            director=email,
            director_name=director_name(email),
            code=packet_code(key, cycle, manifest.revision, GATE, email),
            region=", ".join(own),
            as_of=config.as_of_on,
            deadline=manifest.deadline,
            max_adds=config.max_adds,
            max_drops=config.max_drops,
            books=summary.filter(pl.col("region").is_in(own)).select(list(REVIEW_BOOKS)),
            moves=moves.filter(pl.col("from_region").is_in(own) | pl.col("to_region").is_in(own)).select(
                list(REVIEW_MOVES)
            ),
            candidates=candidates.filter(pl.col("state").is_in(covered.implode())).head(SHOWN_CANDIDATES),
            books_rows=editable.filter(pl.col("region").is_in(own)).select(list(REVIEW_BOOKS_ROWS)),
        )
        write_review_book(packet, path)
        if has_sheets:
            save_packet(warehouse.folder, GATE, email, packet, compose_review_book)

    manifest = issue(warehouse.folder, manifest, write)
    per_region = moves.group_by("to_region").len("moves in").sort("to_region")
    return dg.MaterializeResult(
        metadata={
            "packets": len(persons),
            "deadline": f"{manifest.deadline:%Y-%m-%d %H:%M} UTC",
            "revision": manifest.revision,
            "folder": dg.MetadataValue.path(str(warehouse.folder.outbox(cycle, GATE))),
            "moves into each region": as_table(per_region),
        }
    )


def regional_directors(reps: pl.DataFrame, books: pl.DataFrame, moves: pl.DataFrame) -> dict[str, list[str]]:
    """E-mail → regions of every director whose reps receive or are touched by a move."""
    touched = set(books.filter("is_receiver")["region"]) | set(moves["from_region"]) | set(moves["to_region"])
    pairs = (
        reps.filter((pl.col("team") == "field") & pl.col("region").is_in(sorted(touched - {None})))
        .select("director_email", "region")
        .drop_nulls()
        .unique()
        .sort("director_email", "region")
    )
    return {
        email: group["region"].to_list() for (email,), group in pairs.group_by("director_email", maintain_order=True)
    }


def director_name(email: str) -> str:
    """A person's name as their address gives it: dana.west@… → Dana West."""
    return email.split("@")[0].replace(".", " ").replace("_", " ").title()
