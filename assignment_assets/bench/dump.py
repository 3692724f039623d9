"""A solved problem as Parquet files, so that anybody can compute the objectives and bounds without our code."""

import json
from pathlib import Path

import numpy as np
import polars as pl

from assignment_assets.bench.instances import Problem
from assignment_assets.domain.drive_time import (
    CIRCUITY,
    EARTH_RADIUS_MILES,
    HANDLING_MINUTES,
    LONGEST_MINUTES,
    MILES_AN_HOUR,
)
from assignment_assets.optimizer.books import PHASE_REFERRING, Books
from assignment_assets.optimizer.front import ReferringFront
from assignment_assets.optimizer.phase import VALUE, build_phase

MOST_EDGES = 3_000_000  # above it the certificate carries the formula instead
FORMULA = (
    f"min({LONGEST_MINUTES}, round({HANDLING_MINUTES:g} + {EARTH_RADIUS_MILES:g} · arccos(clip(sin φ1 sin φ2 + "
    f"cos φ1 cos φ2 cos Δλ)) · {CIRCUITY:g} / {MILES_AN_HOUR:g} · 60))"
)


def dump_solution(folder: Path, problem: Problem, front: ReferringFront, books: Books) -> None:
    """Writes accounts, reps, edges, assignment, front (Parquet) and certificate.json."""
    folder.mkdir(parents=True, exist_ok=True)
    instance = problem.instance
    locked = problem.accounts["locked"]
    lock = pl.when(pl.col("locked")).then(pl.col("owner"))
    problem.accounts.select(
        "account", "state", "referring", lock.alias("locked_rep"), "owner", "opp_count", "bps", "tam", "value",
        "latitude", "longitude").write_parquet(folder / "accounts.parquet")
    problem.reps.with_columns(share=pl.Series(instance.weight)).write_parquet(folder / "reps.parquet")
    free = problem.accounts.filter(~locked)["account"]
    phase = np.where(books.phase == PHASE_REFERRING, "referring", "value")
    assigned = pl.DataFrame({
        "account": free, "rep": books.assignment, "phase": np.where(books.assignment < 0, "overflow", phase),
    }).with_columns(rep=pl.when(pl.col("rep") >= 0).then(pl.col("rep")).cast(pl.Int32))
    kept = problem.accounts.filter(locked).select("account", rep=pl.col("owner").cast(pl.Int32), phase=pl.lit("lock"))
    pl.concat([assigned, kept.select(assigned.columns)]).sort("account").write_parquet(folder / "assignment.parquet")
    pl.DataFrame({"point": np.arange(front.num_points), "f1": front.objectives[:, 0], "f2": front.objectives[:, 1],
                  "f3": front.objectives[:, 2], "chosen": np.arange(front.num_points) == front.knee,
                  }).write_parquet(folder / "front.parquet")
    certificate = {"lines": [vars(line) for line in books.certificate], "minutes": FORMULA,
                   "ideal": front.ideal.tolist(), "reference": front.reference.tolist(),
                   "knee_bound_strict": front.knee_bound,
                   "placed": books.num_placed, "placed_bound": books.placed_bound}
    (folder / "certificate.json").write_text(json.dumps(certificate, indent=1, ensure_ascii=False) + "\n")
    if int(instance.covers.sum(axis=0)[instance.account_state].sum()) <= MOST_EDGES:
        _edges(problem, free).write_parquet(folder / "edges.parquet")


def _edges(problem: Problem, free: pl.Series) -> pl.DataFrame:
    instance = problem.instance
    nothing = np.zeros((instance.num_states, instance.num_reps), dtype=np.int64)
    edges = build_phase(instance, "value", np.arange(instance.num_accounts), VALUE, instance.base_load, instance.seats,
                        nothing).edges
    degree = np.diff(edges.start)
    account = np.repeat(np.arange(instance.num_accounts), degree)
    rank = np.arange(edges.start[-1]) - np.repeat(edges.start[:-1], degree)
    rep = edges.reps[edges.state_start[edges.state[account]] + rank]
    return pl.DataFrame({"account": free.gather(account), "rep": rep, "minutes": edges.minutes})
