"""What a dump claims, computed again from its files alone; nothing of the optimiser is imported.

`assignment bench check DIR` or `python -m assignment_assets.bench.check DIR [--bounds]`.
"""

import json
import sys
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl
from scipy.optimize import linprog
from scipy.sparse import block_array, coo_array, csr_array
from scipy.sparse.csgraph import maximum_flow

from assignment_assets.bench.check_race import check_race, drive_minutes

MEASURES = {"referring": ("opp_count", "bps", "tam"), "value": ("value",)}
FIGURES = ("balance", "drive_minutes", "moves_pct")
CLOSE = 1e-9  # relative: the order of sums
ROUNDED = 1e-5  # share of the minutes that may differ by one, where the formula lands on a half
SLACK = 1e-6  # relative: HiGHS' tolerances


@dataclass(frozen=True)
class Dump:
    """The files, and the arrays that everything is computed from; locked accounts have no phase of their own."""

    accounts: pl.DataFrame
    reps: pl.DataFrame
    assignment: pl.DataFrame
    front: pl.DataFrame
    edges: pl.DataFrame | None
    certificate: dict

    @classmethod
    def read(cls, folder: Path) -> "Dump":
        edges = folder / "edges.parquet"
        frames = [pl.read_parquet(folder / f"{name}.parquet") for name in ("accounts", "reps", "assignment", "front")]
        return cls(
            frames[0].sort("account"),
            frames[1].sort("rep"),
            frames[2].sort("account"),
            frames[3],
            pl.read_parquet(edges) if edges.exists() else None,
            json.loads((folder / "certificate.json").read_text()),
        )

    @property
    def covers(self) -> tuple[list[str], np.ndarray]:
        """The states, and bool[R, S]."""
        states = sorted(set(self.accounts["state"]) | set(self.reps["covered_states"].explode().drop_nulls()))
        covers = [[state in set(covered) for state in states] for covered in self.reps["covered_states"]]
        return states, np.array(covers, dtype=bool)

    def rep_of(self, *phases: str) -> np.ndarray:
        """int64[N]: who holds the accounts of these phases, −1 elsewhere."""
        held = self.assignment["phase"].is_in(phases)
        return np.where(held, self.assignment["rep"].fill_null(-1), -1).astype(np.int64)

    def minutes(self, account: np.ndarray, rep: np.ndarray) -> np.ndarray:
        """By the formula: whole minutes between pairs."""
        return drive_minutes(self.accounts, account, self.reps, rep)


def check_dump(folder: Path, with_bounds: bool = False) -> list[dict]:
    """One row a claim: what, found, expected, holds."""
    dump = Dump.read(folder)
    rows = [*_feasibility(dump), *_minutes(dump), *_front(dump)]
    for phase in MEASURES:
        rows += _objectives(dump, phase)
        if with_bounds:
            rows.append(_bound(dump, phase))
    for race in sorted((folder / "races").glob("*.json")):
        rows += check_race(dump.accounts, dump.reps, race)
    return rows


def _row(what: str, found: float, expected: float, holds: bool | None = None) -> dict:
    holds = abs(found - expected) <= CLOSE * max(1.0, abs(expected)) if holds is None else holds
    return {"what": what, "found": float(found), "expected": float(expected), "holds": bool(holds)}


def _feasibility(dump: Dump) -> list[dict]:
    states, covers = dump.covers
    state = dump.accounts["state"].replace_strict({name: i for i, name in enumerate(states)}).to_numpy()
    locks, placed = dump.rep_of("lock"), dump.rep_of("referring", "value")
    locked = dump.accounts["locked_rep"].fill_null(-1).to_numpy()
    num_reps, capacity = len(dump.reps), dump.reps["capacity"].to_numpy()
    free = capacity - np.bincount(locked[locked >= 0], minlength=num_reps)
    held = np.bincount(placed[placed >= 0], minlength=num_reps)
    wanting = np.bincount(state[locked < 0], minlength=len(states))
    rows = [
        _row(
            "accounts that are there once",
            int((dump.assignment["account"] == dump.accounts["account"]).sum())
            if len(dump.assignment) == len(dump.accounts)
            else -1,
            len(dump.accounts),
        ),
        _row("locked accounts that moved", int((locks != locked).sum()), 0),
        _row("accounts outside their rep's states", int((~covers[placed, state] & (placed >= 0)).sum()), 0),
        _row("accounts above a book's capacity", int(np.maximum(held - free, 0).sum()), 0),
        _row(
            "referring accounts in phase 3, others in phase 2",
            int(
                (dump.rep_of("referring") >= 0).astype(int)[~dump.accounts["referring"].to_numpy()].sum()
                + (dump.rep_of("value") >= 0).astype(int)[dump.accounts["referring"].to_numpy()].sum()
            ),
            0,
        ),
        _row("accounts placed, against the certificate", int((placed >= 0).sum()), dump.certificate["placed"]),
    ]
    return [
        *rows,
        _row(
            "accounts placed, against the largest flow",
            int((placed >= 0).sum()),
            _largest_flow(wanting, covers, np.maximum(free, 0)),
        ),
    ]


def _largest_flow(wanting: np.ndarray, covers: np.ndarray, seats: np.ndarray) -> int:
    """Heads by state to seats by rep: node 0 is the source, then states, then reps, then the sink."""
    num_reps, num_states = covers.shape
    rep, state = np.nonzero(covers)
    sink = 1 + num_states + num_reps
    tails = np.concatenate([np.zeros(num_states, int), 1 + state, 1 + num_states + np.arange(num_reps)])
    heads = np.concatenate([1 + np.arange(num_states), 1 + num_states + rep, np.full(num_reps, sink)])
    capacities = np.concatenate([wanting, wanting[state], seats]).astype(np.int32)
    return maximum_flow(csr_array((capacities, (tails, heads)), shape=(sink + 1, sink + 1)), 0, sink).flow_value


def _minutes(dump: Dump) -> list[dict]:
    if dump.edges is None:
        return []
    account, rep = dump.edges["account"].to_numpy(), dump.edges["rep"].to_numpy()
    states, covers = dump.covers
    per_state = dict(zip(states, covers.sum(axis=0).tolist(), strict=True))
    free = dump.accounts.filter(pl.col("locked_rep").is_null())["state"]
    off = np.abs(dump.minutes(account, rep) - dump.edges["minutes"].to_numpy())
    return [
        _row("edges", len(dump.edges), free.replace_strict(per_state).sum()),
        _row(
            "minutes off the formula",
            float((off > 0).mean()),
            0.0,
            bool((off <= 1).all() and (off > 0).mean() <= ROUNDED),
        ),
    ]


def _front(dump: Dump) -> list[dict]:
    points = dump.front.select("f1", "f2", "f3").to_numpy()
    no_worse = (points[:, None, :] <= points[None, :, :]).all(axis=2)
    beaten = (no_worse & ~no_worse.T).any(axis=0)
    chosen = dump.front.filter("chosen").select("f1", "f2", "f3").to_numpy()
    return [
        _row("points of the front that another one beats", int(beaten.sum()), 0),
        _row("points that are chosen", len(chosen), 1),
        *(
            _row(f"chosen point, f{k + 1}", chosen[0, k], figure)
            for k, figure in enumerate(dump.certificate["referring"]["knee"])
        ),
    ]


def _loads(dump: Dump, phase: str, whole: bool) -> np.ndarray:
    """float64[R, K]: loads of the phase's measures, before it or after it (`whole`)."""
    order = ["lock", *MEASURES]
    rep = dump.rep_of(*order[: order.index(phase) + (1 if whole else 0)])
    held = rep >= 0
    amounts = dump.accounts.select(MEASURES[phase]).fill_null(0).to_numpy().astype(np.int64)
    loads = np.zeros((len(dump.reps), amounts.shape[1]), dtype=np.int64)
    np.add.at(loads, rep[held], amounts[held])
    return loads


def _objectives(dump: Dump, phase: str) -> list[dict]:
    rep = dump.rep_of(phase)
    here = np.flatnonzero(rep >= 0)
    loads, share = _loads(dump, phase, whole=True), dump.reps["share"].to_numpy()
    share = share / share.sum()
    total = loads.sum(axis=0)
    over = np.maximum(loads - np.outer(share, total), 0).sum(axis=0)
    owner = dump.accounts["owner"].fill_null(-1).to_numpy()[here]
    owned = owner >= 0
    found = np.array(
        [
            (100 * over / np.maximum(total, 1)).mean(),
            dump.minutes(here, rep[here]).mean() if len(here) else 0.0,
            100 * (owner != rep[here])[owned].mean() if owned.any() else 0.0,
        ]
    )
    claimed = dump.certificate[phase]
    rows = [
        _row(f"{phase} {name}", figure, expected)
        for name, figure, expected in zip(FIGURES, found, claimed["found"], strict=True)
    ]
    weighted = float(np.array(claimed["weights"]) @ (found / np.array(claimed["ranges"])))
    line = _line(dump, phase, "weighted")
    return [
        *rows,
        _row(f"{phase} weighted", weighted, line["value"]),
        _row(f"{phase} weighted, against its bound", weighted, line["bound"], weighted >= line["bound"] * (1 - CLOSE)),
    ]


def _line(dump: Dump, phase: str, metric: str) -> dict:
    return next(line for line in dump.certificate["lines"] if (line["phase"], line["metric"]) == (phase, metric))


def _bound(dump: Dump, phase: str) -> dict:
    """The certified bound against the linear programme that it relaxes; a bound above it would be wrong."""
    claimed, bound = dump.certificate[phase], _line(dump, phase, "weighted")["bound"]
    value = weighted_programme(dump, phase, np.array(claimed["weights"]) / np.array(claimed["ranges"]))
    return _row(f"{phase} bound, below HiGHS' linear programme", bound, value, bound <= value * (1 + SLACK))


def weighted_programme(dump: Dump, phase: str, weights: np.ndarray) -> float:
    """Value of the phase's linear programme: whole accounts may be split, no book above its seats.

    An account that is larger than the room of a book pays for what is above it in any whole solution, so its load is
    cut to the room and the rest charged at once. In phase 2 the later accounts' heads flow to seats by state.
    """
    states, covers = dump.covers
    state = dump.accounts["state"].replace_strict({name: i for i, name in enumerate(states)}).to_numpy()
    here, later = np.flatnonzero(dump.rep_of(phase) >= 0), np.flatnonzero(dump.rep_of("value") >= 0)
    before = dump.rep_of("lock") if phase == "referring" else dump.rep_of("lock", "referring")
    num_reps = len(dump.reps)
    seats = dump.reps["capacity"].to_numpy() - np.bincount(before[before >= 0], minlength=num_reps)
    amounts = dump.accounts.select(MEASURES[phase]).fill_null(0).to_numpy().astype(float)
    base, share = _loads(dump, phase, whole=False).astype(float), dump.reps["share"].to_numpy()
    total = base.sum(axis=0) + amounts[here].sum(axis=0)
    above = base - np.outer(share / share.sum(), total)
    room, count = np.maximum(-above, 0), amounts.shape[1]
    price = weights[0] * 100 / count / np.maximum(total, 1)

    row, rep = np.nonzero(covers.T[state[here]])
    owner = dump.accounts["owner"].fill_null(-1).to_numpy()
    inside = np.minimum(amounts[here][row], room[rep])
    owned = max(int((owner[here] >= 0).sum()), 1)
    cost = (
        weights[1] * dump.minutes(here[row], rep) / len(here)
        + (amounts[here][row] - inside) @ price
        + weights[2] * 100 / owned * ((owner[here][row] >= 0) & (owner[here][row] != rep))
    )
    heads = np.bincount(state[later], minlength=len(states)) if phase == "referring" else np.zeros(len(states))
    from_state, to_rep = np.nonzero(covers.T & (heads > 0)[:, None])

    def ones(rows: np.ndarray, height: int) -> coo_array:
        return coo_array((np.ones(len(rows)), (rows, np.arange(len(rows)))), shape=(height, len(rows)))

    excess, flow = num_reps * count, len(to_rep)
    loads = coo_array(
        (
            inside.T.ravel(),
            (np.concatenate([rep * count + k for k in range(count)]), np.tile(np.arange(len(rep)), count)),
        ),
        shape=(excess, len(rep)),
    )
    none = coo_array((num_reps, excess))
    upper = block_array(
        [[ones(rep, num_reps), none, ones(to_rep, num_reps)], [loads, -ones(np.arange(excess), excess), None]],
        format="csr",
    )
    equal = block_array(
        [[ones(row, len(here)), coo_array((len(here), excess)), None], [None, None, ones(from_state, len(states))]],
        format="csr",
    )
    solved = linprog(
        np.concatenate([cost, np.tile(price, num_reps), np.zeros(flow)]),
        upper,
        np.concatenate([seats, room.ravel()]),
        equal,
        np.concatenate([np.ones(len(here)), heads]),
        method="highs",
    )
    return solved.fun + float((np.maximum(above, 0) @ price).sum())


if __name__ == "__main__":
    checked = check_dump(Path(sys.argv[1]), "--bounds" in sys.argv[2:])
    print("\n".join(json.dumps(line) for line in checked))
    sys.exit(0 if all(line["holds"] for line in checked) else 1)
