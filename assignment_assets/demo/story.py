"""One quarterly cycle, told in order: the org, the packets, the people, the proposal, the signatures, the write."""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path

import polars as pl

from assignment_assets.automation.run_segment import run_segment
from assignment_assets.demo import people
from assignment_assets.demo.overlays import show_a_role
from assignment_assets.domain.assignment.assigned import assigned
from assignment_assets.domain.gate import LOCK_GATE, REVIEW_GATE, SIGN_OFF_GATE
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.lock_lists import LockListsInput, lock_lists
from assignment_assets.domain.review.directors import regional_directors
from assignment_assets.domain.review.shown import MOVES
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.decisions import HeldEditDecision, SignOff, decision_file, signed_text
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    EDIT_VERDICTS,
    OVERFLOW,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    REPS,
    WRITE_BACK_LOG,
    Table,
)
from assignment_assets.io.clock import utc_now
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.intake.look import look
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.published_cycle import read_status
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.published import answer_published, read_published
from assignment_assets.review_app.context import TableCache
from assignment_assets.sample.company import generate
from assignment_assets.sandbox import OverlayPeople, load, running
from assignment_assets.stages.reports import read_report, write_region_reports, write_report
from assignment_assets.stages.run_summary import RunSummary

CYCLE = "2026q4-global"
AS_OF = date(2026, 10, 1)
OPENED_BY = "olivia.grant@example.com"


@dataclass
class Rehearsal:
    """The rehearsal's state: what was done so far, and when it is in the story."""

    folder: DataFolder
    say: Callable[[str], object]
    now: datetime
    seed: int
    summary: RunSummary = field(default_factory=RunSummary)

    def table(self, table: Table) -> pl.DataFrame:
        """A published table of the cycle."""
        return read_published(self.folder, CYCLE, table)

    def run(self, segment: str, config: RunConfig | None = None) -> None:
        """Materialises a segment and notes how long its assets took."""
        started = time.monotonic()
        done = run_segment(segment, CYCLE, config, self.now)
        self.summary.add(done.seconds)
        self.say(f"  {segment}: {time.monotonic() - started:.1f} s")

    def look(self, gate: str) -> None:
        """Looks into the inbox twice, as the sensor does, and notes what was given and refused."""
        for _ in range(2):
            found = look(self.folder, CYCLE, gate, self.now, engine_key(), settled_seconds=0)
            for receipt in found.new_receipts:
                if receipt.verdict != "accepted":
                    self.say(f"    receipt {receipt.receipt_no}: {receipt.verdict}, {receipt.message.splitlines()[0]}")

    def pass_time(self, days: int) -> None:
        """Moves the story's clock; no rule reads it, only the intake of files."""
        self.now += timedelta(days=days)


@dataclass(frozen=True)
class Outcome:
    """What the rehearsal prints at the end, the report it wrote, and how long it took."""

    text: str
    report: Path
    seconds: float


def rehearse(
    num_reps: int,
    num_accounts: int,
    seed: int,
    preset: str,
    say: Callable[[str], object],
    overlays: OverlayPeople | None = None,
) -> Outcome:
    """Runs the cycle, or shows it again where it has run already; with `overlays` a role beside the owner, too."""
    folder = DataFolder.from_environment()
    if read_published(folder, CYCLE, WRITE_BACK_LOG).height:
        return _again(folder, say)
    started = time.monotonic()
    story = Rehearsal(folder, say, utc_now(), seed)
    say(f"A company of {num_reps} reps and {num_accounts:,} accounts (seed {seed}), loaded into the sandbox org")
    load(generate(num_reps, num_accounts, seed, AS_OF), folder.root / "sandbox", overlays=overlays)
    with running(folder.root / "sandbox") as org:
        os.environ.update(org.environment())
        say(f"  {org.url}")
        _open(story, preset)
        _locks(story)
        _reviews(story)
        _sign_and_write(story)
        if overlays:
            show_a_role(folder, org, overlays, say)
    seconds = time.monotonic() - started
    story.summary.save(folder, CYCLE, seconds)
    path = _report(folder)
    return Outcome(_closing_text(story.summary, folder, seconds, path), path, seconds)


def _open(story: Rehearsal, preset: str) -> None:
    story.say("Growth Strategy opens the quarter")
    story.run("open_cycle", RunConfig(as_of=str(AS_OF), opened_by=OPENED_BY, preset=preset, seed=story.seed))


def _locks(story: Rehearsal) -> None:
    story.say("Reps return their keep-lists")
    config = RunConfig(as_of=str(AS_OF))
    rows = lock_lists(LockListsInput.read(TableCache(story.folder), CYCLE, config), config).rows
    story.pass_time(3)
    actions, late = people.return_lock_lists(story.folder, CYCLE, rows, story.seed)
    story.look(LOCK_GATE.name)
    story.pass_time(5)
    actions += people.return_late(story.folder, CYCLE, late, rows, story.seed)
    story.look(LOCK_GATE.name)
    story.summary.note("locks", [action.sentence for action in actions], story.folder, CYCLE, LOCK_GATE.name)
    story.say("Locks are settled, books proposed, reviews sent")
    story.run("propose")


def _reviews(story: Rehearsal) -> None:
    story.say("Regional Directors review")
    accounts, books, reps = map(story.table, (ACCOUNTS, CURRENT_BOOKS, REPS))
    rows = assigned(story.table(PROPOSED_BOOKS), story.table(OVERFLOW))
    directors = regional_directors(reps, books, answer_published(story.folder, CYCLE, MOVES))
    receiving = books.filter("is_receiver").select("rep_id", "region", "covered_states")
    shown = (
        rows.filter(pl.col("owner_kind") == "field")
        .rename({"new_owner_id": "rep_id"})
        .join(accounts.select("account_id", "state", "value_cents"), on="account_id")
    )
    story.pass_time(2)
    actions = people.return_reviews(story.folder, CYCLE, shown, receiving, directors, story.seed)
    story.look(REVIEW_GATE.name)
    story.pass_time(6)
    story.summary.note("reviewed_books", [action.sentence for action in actions], story.folder, CYCLE, REVIEW_GATE.name)
    story.run("review")


def _sign_and_write(story: Rehearsal) -> None:
    story.say("Growth Strategy decides what is held, and signs")
    signers = sorted(read_settings().signers)
    held = story.table(EDIT_VERDICTS).filter(pl.col("verdict") == "held")
    for row in held.iter_rows(named=True):
        _sign(
            story,
            signers[0],
            HeldEditDecision(
                CYCLE,
                _revision(story),
                row["receipt_no"],
                row["account_id"],
                row["rep_id"],
                "accept",
                signers[0],
                "both regions agreed by phone",
            ),
        )
    story.look(SIGN_OFF_GATE.name)
    story.run("sign_off")
    regions = story.table(REGION_DIGESTS).sort("region")
    first, *rest = regions.iter_rows(named=True)
    actions = [people.Action(signers[0], f"decides {held.height} held edits")]
    stranger = "eve.stranger@example.com"
    _sign(story, stranger, SignOff(CYCLE, _revision(story), first["region"], first["digest"], "approve", stranger))
    for row in rest:
        _sign(story, signers[0], SignOff(CYCLE, _revision(story), row["region"], row["digest"], "approve", signers[0]))
    actions += [
        people.Action(stranger, f"signs {first['region']} without being entitled"),
        people.Action(signers[0], f"signs {len(rest)} of {regions.height} regions"),
    ]
    story.look(SIGN_OFF_GATE.name)
    story.run("sign_off")
    story.say("What is signed is written; the last region is still open")
    story.run("write_back")
    _sign(story, signers[1], SignOff(CYCLE, _revision(story), first["region"], first["digest"], "approve", signers[1]))
    actions.append(people.Action(signers[1], f"signs {first['region']}"))
    story.look(SIGN_OFF_GATE.name)
    story.summary.note(
        "approved_diff", [action.sentence for action in actions], story.folder, CYCLE, SIGN_OFF_GATE.name
    )
    story.run("sign_off")
    story.say("The rest is written; a second run has nothing to write")
    story.run("write_back")
    before = story.table(WRITE_BACK_LOG).height
    story.run("write_back")
    story.say(f"  second run: {story.table(WRITE_BACK_LOG).height - before} writes")


def _revision(story: Rehearsal) -> int:
    return read_gate(story.folder, CYCLE, SIGN_OFF_GATE.name).revision


def _sign(story: Rehearsal, person: str, decision: SignOff | HeldEditDecision) -> None:
    path = story.folder.inbox(CYCLE, SIGN_OFF_GATE.name) / person / decision_file(decision)
    write_whole(path, signed_text(decision, signer_token(engine_key(), person)))


def _again(folder: DataFolder, say: Callable[[str], object]) -> Outcome:
    say(f"The cycle {CYCLE} has run already; `make clean-demo` forgets it.")
    started = time.monotonic()
    summary = RunSummary.read(folder, CYCLE)
    path = _report(folder)
    return Outcome(_closing_text(summary, folder, summary.total, path), path, time.monotonic() - started)


def _report(folder: DataFolder) -> Path:
    told = read_report(folder, CYCLE, utc_now())
    write_region_reports(folder, told)
    return write_report(folder, told)


def _closing_text(summary: RunSummary, folder: DataFolder, seconds: float, path: Path) -> str:
    status = "\n".join(read_status(folder, CYCLE, utc_now()).lines())
    return (
        f"\n{summary.text(folder, CYCLE)}\n\n{status}\n\nThe cycle took {seconds:.0f} seconds.\n"
        f"Report: {path}\nNext: `make ui` shows it in Dagster."
    )
