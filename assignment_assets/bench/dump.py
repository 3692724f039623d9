"""A solved problem as files, so that anybody can compute the objectives and bounds without our code."""

import json
from pathlib import Path

import numpy as np
import polars as pl

from assignment_assets.bench.instances import Problem
from assignment_assets.bench.programmes import columns_of
from assignment_assets.bench.scores import Scale
from assignment_assets.domain.assignment.drive_time import (
    CIRCUITY,
    EARTH_RADIUS_MILES,
    HANDLING_MINUTES,
    LONGEST_MINUTES,
    MILES_AN_HOUR,
)
from assignment_assets.optimizer.model.phase import VALUE, Before, build_phase
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.model.solution import PHASE_REFERRING, Books
from assignment_assets.optimizer.pareto.archive import Archive
from assignment_assets.optimizer.pareto.front import ReferringFront

MOST_EDGES = 5_000_000  # above it the certificate carries the formula alone
MINUTES = (
    f"min({LONGEST_MINUTES}, round({HANDLING_MINUTES:g} + {EARTH_RADIUS_MILES:g} · arccos(clip(sin φ1 sin φ2 + "
    f"cos φ1 cos φ2 cos Δλ)) · {CIRCUITY:g} / {MILES_AN_HOUR:g} · 60))"
)
OBJECTIVES = {
    "balance": "mean over the phase's measures of 100 · Σ_r (load − total · share)⁺ / total; a load counts locked "
    "accounts, phase 2's and, in phase 3, phase 3's; totals are the sum of these loads",
    "drive_minutes": "mean minutes of the phase's accounts",
    "moves_pct": "per cent of the phase's accounts with an owner that change owner",
    "weighted": "Σ weight · objective / range, the ideal point not subtracted",
    "referring": "phase 2: referring accounts, balancing opp_count, bps and tam; its bounds keep phase 3's seats",
    "value": "phase 3: the other placed accounts on the seats that are left, balancing value",
}


def dump_solution(folder: Path, problem: Problem, front: ReferringFront, books: Books, settings: Settings) -> None:
    """Writes accounts, reps, edges (up to L), assignment, front (Parquet) and certificate.json."""
    folder.mkdir(parents=True, exist_ok=True)
    instance = problem.instance
    locked = problem.accounts["locked"]
    lock = pl.when(pl.col("locked")).then(pl.col("owner"))
    problem.accounts.select(
        "account",
        "state",
        "referring",
        lock.alias("locked_rep"),
        "owner",
        "opp_count",
        "bps",
        "tam",
        "value",
        "latitude",
        "longitude",
    ).write_parquet(folder / "accounts.parquet")
    problem.reps.select(
        "rep",
        "capacity",
        pl.Series("share", instance.weight / instance.weight.sum()),
        "performance",
        "covered_states",
        "latitude",
        "longitude",
    ).write_parquet(folder / "reps.parquet")
    free = problem.accounts.filter(~locked)["account"]
    phase = np.where(books.phase == PHASE_REFERRING, "referring", "value")
    assigned = pl.DataFrame(
        {
            "account": free,
            "rep": books.assignment,
            "phase": np.where(books.assignment < 0, "overflow", phase),
        }
    ).with_columns(rep=pl.when(pl.col("rep") >= 0).then(pl.col("rep")).cast(pl.Int32))
    kept = problem.accounts.filter(locked).select("account", rep=pl.col("owner").cast(pl.Int32), phase=pl.lit("lock"))
    pl.concat([assigned, kept.select(assigned.columns)]).sort("account").write_parquet(folder / "assignment.parquet")
    pl.DataFrame(
        {
            "point": np.arange(front.num_points),
            "f1": front.objectives[:, 0],
            "f2": front.objectives[:, 1],
            "f3": front.objectives[:, 2],
            "chosen": np.arange(front.num_points) == front.knee,
        }
    ).write_parquet(folder / "front.parquet")
    has_edges = int(instance.covers.sum(axis=0)[instance.account_state].sum()) <= MOST_EDGES
    (folder / "certificate.json").write_text(
        json.dumps(_certificate(problem, front, books, settings, has_edges), indent=1, ensure_ascii=False) + "\n"
    )
    if has_edges:
        _edges(problem, free).write_parquet(folder / "edges.parquet")


def dump_race(folder: Path, name: str, accounts: list[int], archive: Archive, scale: Scale, row: dict) -> None:
    """Writes `races/<name>`: every point (Parquet), who holds which account (npz), the row and its scale (JSON)."""
    races = folder / "races"
    races.mkdir(parents=True, exist_ok=True)
    points, count = archive.objectives, len(archive)
    chosen = np.arange(count) == (scale.knee(points) if count else -1)
    pl.DataFrame(
        {"point": np.arange(count), "f1": points[:, 0], "f2": points[:, 1], "f3": points[:, 2], "chosen": chosen}
    ).write_parquet(races / f"{name}.parquet")
    np.savez_compressed(
        races / f"{name}.npz",
        account=np.array(accounts, dtype=np.int32),
        rep=archive.assignments(np.arange(len(archive))),
    )
    (races / f"{name}.json").write_text(json.dumps({"row": row, "scale": scale.as_json()}, indent=1) + "\n")


def _certificate(problem: Problem, front: ReferringFront, books: Books, settings: Settings, has_edges: bool) -> dict:
    return {
        "problem": problem.name,
        "preset": settings.preset,
        "seed": settings.seed,
        "objectives": OBJECTIVES,
        "minutes": MINUTES,
        "edges": "edges.parquet" if has_edges else "the formula",
        "placed": books.num_placed,
        "placed_bound": books.placed_bound,
        "overflow": len(books.assignment) - books.num_placed,
        "referring": {
            "ideal": front.ideal.tolist(),
            "reference": front.reference.tolist(),
            "ranges": books.ranges[0].tolist(),
            "weights": (np.array(settings.knee_weights) / sum(settings.knee_weights)).tolist(),
            "knee_bound_strict": front.knee_bound,
            "knee": front.objectives[front.knee].tolist(),
            "found": books.objectives[0].tolist(),
        },
        "value": {
            "ranges": books.ranges[1].tolist(),
            "weights": (np.array(settings.value_weights) / sum(settings.value_weights)).tolist(),
            "found": books.objectives[1].tolist(),
        },
        "lines": [vars(line) for line in books.certificate],
    }


def _edges(problem: Problem, free: pl.Series) -> pl.DataFrame:
    instance = problem.instance
    nothing = np.zeros((instance.num_states, instance.num_reps), dtype=np.int64)
    before = Before(instance.base_load, instance.seats, nothing)
    phase = build_phase(instance, "value", np.arange(instance.num_accounts), VALUE, before)
    account, rep = columns_of(phase)
    return pl.DataFrame({"account": free.gather(account), "rep": rep.astype(np.int32), "minutes": phase.edges.minutes})
