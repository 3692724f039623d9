"""The points of a race, computed again from who holds which account; nothing of the optimiser is imported."""

import json
from pathlib import Path

import numpy as np
import polars as pl
from moocore import hypervolume

MEASURES = ("opp_count", "bps", "tam")
CLOSE = 1e-9
DIGITS = 2e-4  # the row's figures are rounded to four digits


def drive_minutes(accounts: pl.DataFrame, account: np.ndarray, reps: pl.DataFrame, rep: np.ndarray) -> np.ndarray:
    """By the formula: whole minutes between pairs of rows."""
    ends = ((accounts, account), (reps, rep))
    north, east, other_north, other_east = (
        np.radians(frame[name].to_numpy()[rows]) for frame, rows in ends for name in ("latitude", "longitude")
    )
    cosine = np.sin(north) * np.sin(other_north) + np.cos(north) * np.cos(other_north) * np.cos(east - other_east)
    return np.minimum(60000, np.round(5 + 3959 * np.arccos(np.clip(cosine, -1, 1)) * 1.25 / 52 * 60))


def check_race(accounts: pl.DataFrame, reps: pl.DataFrame, race: Path) -> list[dict]:
    """Rows (what, found, expected, holds): feasible points, their objectives, hypervolume ratio and the knee's gaps."""
    claimed = json.loads(race.read_text())
    told = pl.read_parquet(race.with_suffix(".parquet")).select("f1", "f2", "f3").to_numpy()
    with np.load(race.with_suffix(".npz")) as stored:
        account, held = stored["account"], stored["rep"]
    if not len(told):
        return []
    wrong, points = 0, np.empty_like(told)
    for point, rep in enumerate(held):
        wrong += _violations(accounts, reps, account, rep)
        points[point] = _objectives(accounts, reps, account, rep)
    off = float(np.abs(points - told).max())
    rows = [
        {
            "what": f"{race.stem}: accounts outside states or above capacity",
            "found": float(wrong),
            "expected": 0.0,
            "holds": wrong == 0,
        },
        {
            "what": f"{race.stem}: largest difference of {len(told):,} points' objectives",
            "found": off,
            "expected": 0.0,
            "holds": off <= CLOSE * 100,
        },
    ]
    for name, found in _scores(points, claimed["scale"]).items():
        expected = claimed["row"][name]
        rows.append(
            {
                "what": f"{race.stem}: {name}",
                "found": found,
                "expected": expected,
                "holds": abs(found - expected) <= DIGITS,
            }
        )
    return rows


def _violations(accounts: pl.DataFrame, reps: pl.DataFrame, account: np.ndarray, rep: np.ndarray) -> int:
    covered = [set(states) for states in reps["covered_states"]]
    state = accounts["state"].gather(account)
    outside = sum(where not in covered[who] for where, who in zip(state, rep.tolist(), strict=True))
    locked = accounts["locked_rep"].drop_nulls().to_numpy()
    held = np.bincount(np.concatenate([locked, rep]), minlength=len(reps))
    return int(outside + np.maximum(held - reps["capacity"].to_numpy(), 0).sum())


def _objectives(accounts: pl.DataFrame, reps: pl.DataFrame, account: np.ndarray, rep: np.ndarray) -> np.ndarray:
    amounts = accounts.select(MEASURES).fill_null(0).to_numpy().astype(np.int64)
    lock = accounts["locked_rep"].fill_null(-1).to_numpy()
    loads = np.zeros((len(reps), len(MEASURES)), dtype=np.int64)
    np.add.at(loads, lock[lock >= 0], amounts[lock >= 0])
    np.add.at(loads, rep, amounts[account])
    total, share = loads.sum(axis=0), reps["share"].to_numpy()
    over = np.maximum(loads - np.outer(share / share.sum(), total), 0).sum(axis=0)
    owner = accounts["owner"].fill_null(-1).to_numpy()[account]
    moved = (owner != rep)[owner >= 0]
    return np.array(
        [
            (100 * over / np.maximum(total, 1)).mean(),
            drive_minutes(accounts, account, reps, rep).mean(),
            100 * moved.mean() if len(moved) else 0.0,
        ]
    )


def _scores(points: np.ndarray, scale: dict) -> dict[str, float]:
    ideal, reference, weights = (np.array(scale[name]) for name in ("ideal", "reference", "weights"))
    places = (points - ideal) / (reference - ideal)
    inside = places[(places < 1).all(axis=1)]
    knee, offset = float((places @ weights).min()), float(weights @ (ideal / (reference - ideal)))
    volume = hypervolume(inside, ref=np.ones(3)) if len(inside) else 0.0
    return {
        "hv_ratio": volume / scale["hypervolume_bound"],
        "knee_raw_pct": 100 * ((knee + offset) / (scale["knee_bound"] + offset) - 1),
        "knee_strict_pct": 100 * (knee / scale["knee_bound"] - 1),
    }
