"""What people return in the rehearsal: most answer well, some late, some wrong, some not at all.

Everything is drawn from a seed. Answers are typed into the workbooks that were sent, as a spreadsheet program
would save them; the clerk's mistakes are those that people make.
"""

import csv
import random
import shutil
from dataclasses import dataclass
from pathlib import Path

import polars as pl

from assignment_assets.domain.gate import LOCK_GATE, REVIEW_GATE
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.workbooks.filled_in import fill_lock_list, fill_review
from assignment_assets.io.workbooks.packets import EDIT_REASONS
from assignment_assets.io.workbooks.returned import read_returned


@dataclass(frozen=True)
class Action:
    """One thing that somebody did, in a sentence."""

    person: str
    sentence: str


def return_lock_lists(folder: DataFolder, cycle: str, rows: pl.DataFrame, seed: int) -> tuple[list[Action], list[str]]:
    """Drops the keep-lists of all reps but a few into the inbox; returns what was done and who is late.

    Parameters
    ----------
    rows
        rep_id, account_id, referral_status, lock_kind, value: what each rep was shown.
    seed
        Decides who does what.
    """
    rng = random.Random(seed)
    reps = sorted(rows["rep_id"].unique())
    rng.shuffle(reps)
    silent, late = reps[:2], reps[2:4]
    clumsy = reps[4:9]
    actions = []
    for rep_id in reps[4:]:
        actions.append(_answer(folder, cycle, rep_id, rows, rng, clumsy.index(rep_id) if rep_id in clumsy else None))
    actions += [Action(rep_id, "returns nothing") for rep_id in silent]
    return actions, late


def return_late(folder: DataFolder, cycle: str, rep_ids: list[str], rows: pl.DataFrame, seed: int) -> list[Action]:
    """The keep-lists of those who come after the deadline."""
    rng = random.Random(seed + 1)
    for rep_id in rep_ids:
        _answer(folder, cycle, rep_id, rows, rng, None)
    return [Action(rep_id, "returns the list after the deadline") for rep_id in rep_ids]


def _answer(
    folder: DataFolder, cycle: str, rep_id: str, rows: pl.DataFrame, rng: random.Random, mistake: int | None
) -> Action:
    packet = folder.outbox(cycle, LOCK_GATE.name) / rep_id / "lock_list.xlsx"
    target = folder.inbox(cycle, LOCK_GATE.name) / rep_id / "lock_list.xlsx"
    open_rows = rows.filter((pl.col("rep_id") == rep_id) & pl.col("lock_kind").is_null()).sort(
        "value_cents", descending=True
    )
    answers = {}
    for status, quota in (("dormant", 5), ("never", 5)):
        ids = open_rows.filter(pl.col("referral_status") == status)["account_id"].to_list()
        answers |= dict.fromkeys(ids[: rng.randint(2, quota)], "keep")
        answers |= dict.fromkeys(ids[10:13], "release")
    if mistake == 0:
        never = open_rows.filter(pl.col("referral_status") == "never")["account_id"].to_list()
        fill_lock_list(packet, target, answers | dict.fromkeys(never[:7], "keep"))
        return Action(rep_id, "keeps seven never-referred accounts, two too many")
    if mistake == 1:
        first = next(iter(answers))
        fill_lock_list(packet, target, answers | {first: "Kepe"})
        return Action(rep_id, "misspells an answer")
    if mistake == 2:
        target.parent.mkdir(parents=True, exist_ok=True)
        shutil.copyfile(
            next(path for path in sorted(packet.parents[1].glob("*/lock_list.xlsx")) if path != packet), target
        )
        return Action(rep_id, "returns a colleague's list")
    if mistake == 3:
        target.parent.mkdir(parents=True, exist_ok=True)
        target.write_bytes(packet.read_bytes()[:-2000])
        return Action(rep_id, "returns a file that is cut off half-way")
    if mistake == 4:
        _as_csv(packet, target.with_suffix(".csv"), answers)
        return Action(rep_id, "answers in a CSV file")
    fill_lock_list(packet, target, answers)
    return Action(rep_id, "answers")


def _as_csv(packet: Path, target: Path, answers: dict[str, str]) -> None:
    target.parent.mkdir(parents=True, exist_ok=True)
    with target.open("w", newline="", encoding="utf-8") as file:
        writer = csv.writer(file)
        writer.writerow(["packet", read_returned(packet).code])
        writer.writerow(["account_id", "decision"])
        writer.writerows(answers.items())


def return_reviews(
    folder: DataFolder, cycle: str, books: pl.DataFrame, reps: pl.DataFrame, directors: dict[str, list[str]], seed: int
) -> list[Action]:
    """Drops the directors' reviews into the inbox; the last director returns nothing.

    Parameters
    ----------
    books
        account_id, rep_id (as proposed), is_locked, is_move, state, value.
    reps
        rep_id, region, covered_states of the receiving reps.
    directors
        E-mail → regions.
    """
    rng = random.Random(seed + 2)
    actions = []
    people = sorted(directors)
    for number, email in enumerate(people[:-1]):
        own = reps.filter(pl.col("region").is_in(directors[email]))
        held = books.filter(~pl.col("is_locked") & pl.col("rep_id").is_in(own["rep_id"].implode())).sort("account_id")
        rep_ids = sorted(own["rep_id"])
        packet = folder.outbox(cycle, REVIEW_GATE.name) / email / "review.xlsx"
        target = folder.inbox(cycle, REVIEW_GATE.name) / email / "review.xlsx"
        if len(rep_ids) < 2:
            fill_review(packet, target)
            actions.append(Action(email, "changes nothing"))
            continue
        first, second = rng.sample(rep_ids, 2)
        drops = _ids(held, first)[: 7 if number == 0 else 3]
        moved = held.filter((pl.col("rep_id") == second) & pl.col("is_move"))["account_id"].to_list()[:2]
        adds = [
            (account_id, second, "relationship")
            for account_id in _addable(held, own, first, second)[: 1 if number == 1 else 2]
        ]
        if number == 1:
            foreign = books.filter(~pl.col("rep_id").is_in(own["rep_id"].implode()) & ~pl.col("is_locked"))
            adds += [(account_id, second, "edge_case") for account_id in _addable(foreign, own, None, second)[:1]]
        added = {account_id for account_id, _, _ in adds}
        fill_review(
            packet,
            target,
            undo={account_id: "disruption" for account_id in moved if account_id not in added},
            drop={account_id: rng.choice(EDIT_REASONS) for account_id in drops if account_id not in {*moved, *added}},
            add=adds,
        )
        actions.append(Action(email, f"drops {len(drops)}, undoes {len(moved)}, asks for {len(adds)}"))
    return [*actions, Action(people[-1], "returns nothing: the proposal stands")]


def _ids(held: pl.DataFrame, rep_id: str) -> list[str]:
    return held.filter(pl.col("rep_id") == rep_id)["account_id"].to_list()


def _addable(held: pl.DataFrame, reps: pl.DataFrame, giver: str | None, taker: str) -> list[str]:
    states = reps.filter(pl.col("rep_id") == taker)["covered_states"].item()
    rows = held.filter(pl.col("state").is_in(states.implode()) & (pl.col("rep_id") != taker))
    return (rows.filter(pl.col("rep_id") == giver) if giver else rows)["account_id"].to_list()[-3:]
