"""Proven bounds of balance alone and of moves alone, found on states instead of accounts.

For one measure, loads flow from the states to what books have room for below their targets; what cannot flow is above
target somewhere. The least of it is a cut: for any set of states, their total less the room of the reps who cover one
of them (Ford & Fulkerson 1956, doi:10.4153/CJM-1956-045-5). A linear programme proposes the set, the bound is computed
from the set itself. For moves, every account is with its owner or elsewhere, by state and rep: a linear programme whose
optimum is whole, rounded to the next whole number above.
"""

import numpy as np
from scipy.optimize import linprog
from scipy.sparse import coo_matrix, csr_matrix, hstack, vstack

from assignment_assets.optimizer.model.phase import Phase

TOLERANCE = 1e-6  # solver's tolerance of a whole number


def least_imbalance(phase: Phase) -> float:
    """No books of the phase are less imbalanced, in per cent as `objectives.balance` gives it."""
    edges = phase.edges
    states, reps = np.nonzero(edges.rank >= 0)
    heads = np.bincount(edges.state, minlength=len(edges.rank)) > 0
    on = heads[states]
    covered = csr_matrix((np.ones(on.sum()), (states[on], reps[on])), shape=edges.rank.shape)
    shares = []
    for k in range(phase.num_measures):
        if phase.totals[k] == 0:
            shares.append(0.0)
            continue
        counted = phase.shares > 0
        room = np.maximum(edges.target[:, k] - edges.base[:, k], 0.0)
        room[~counted] = np.inf  # their loads are not counted: anything fits
        widest = np.array([room[row.indices].max(initial=0.0) for row in covered])
        inside = np.minimum(edges.amount[:, k], widest[edges.state])
        lifted = float((edges.amount[:, k] - inside).sum())  # above target in any book
        supply = np.bincount(edges.state, inside, minlength=len(widest))
        above = float(np.maximum(edges.base[counted, k] - edges.target[counted, k], 0.0).sum())
        shares.append((above + lifted + _largest_cut(covered, supply, room)) / float(phase.totals[k]))
    return max(0.0, 100.0 * float(np.mean(shares)) * (1.0 - 1e-12)) if shares else 0.0


def _largest_cut(covered: csr_matrix, supply: np.ndarray, room: np.ndarray) -> float:
    """The largest surplus that a set of states found by the programme proves."""
    finite = np.isfinite(room)
    coo = covered.tocoo()
    flows = len(coo.row)
    if flows == 0:
        return float(supply.sum())
    unit = max(float(supply.max()), 1e-30)
    columns = np.arange(flows)
    out = coo_matrix((np.ones(flows), (coo.row, columns)), shape=(len(supply), flows))
    into = coo_matrix((np.ones(flows), (coo.col, columns)), shape=(len(room), flows)).tocsr()[finite]
    solved = linprog(
        -np.ones(flows), A_ub=vstack([out, into]), b_ub=np.concatenate([supply, room[finite]]) / unit, method="highs"
    )
    price = 1.0 + solved.ineqlin.marginals[: len(supply)] if solved.status == 0 else np.zeros(len(supply))
    best = 0.0
    for least in np.unique(np.round(price, 9)):
        chosen = price >= least - 1e-9
        reached = np.asarray(covered[chosen].sum(axis=0)).ravel() > 0
        best = max(best, float(supply[chosen].sum() - room[reached].sum()))
    return best


def least_moves(phase: Phase) -> float:
    """No books of the phase move a smaller part of the owned accounts, in per cent."""
    edges = phase.edges
    if phase.num_owned == 0:
        return 0.0
    can_stay = (edges.owner >= 0) & (edges.rank[edges.state, np.maximum(edges.owner, 0)] >= 0)
    num_states, num_reps = edges.rank.shape
    owned = np.bincount(edges.state[can_stay] * num_reps + edges.owner[can_stay], minlength=num_states * num_reps)
    states, reps = np.nonzero(edges.rank >= 0)
    flows = len(states)
    if flows == 0:
        return 0.0
    heads = np.bincount(edges.state, minlength=num_states) + phase.reserve.sum(axis=1)
    columns = np.arange(flows)
    by_state = coo_matrix((np.ones(flows), (states, columns)), shape=(num_states, flows))
    by_rep = coo_matrix((np.ones(flows), (reps, columns)), shape=(num_reps, flows))
    solved = linprog(
        np.concatenate([-np.ones(flows), np.zeros(flows)]),  # with the owner, or elsewhere
        A_eq=hstack([by_state, by_state]),
        b_eq=heads,
        A_ub=hstack([by_rep, by_rep]),
        b_ub=edges.seats,
        bounds=np.column_stack(
            [
                np.zeros(2 * flows),
                np.concatenate(
                    [owned.reshape(num_states, num_reps)[states, reps], np.full(flows, heads.max(initial=0))]
                ),
            ]
        ),
        method="highs",
    )
    if solved.status != 0:
        return 0.0
    most = np.floor(-solved.fun + TOLERANCE)
    return 100.0 * (phase.num_always_moved + int((edges.owner >= 0).sum()) - float(most)) / phase.num_owned
