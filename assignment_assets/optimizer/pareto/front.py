"""The front of phase 2: what a person may choose from."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np

if TYPE_CHECKING:  # loads numba
    from assignment_assets.optimizer.bounds.lagrangian import Duals


@dataclass(frozen=True, eq=False)
class ReferringFront:
    """Points that no other point beats in all three objectives, ordered by balance (best first).

    Parameters
    ----------
    objectives
        float[P, 3]: imbalance (per cent of the load above fair share), mean drive minutes, per cent of owned
        accounts that change owner. All are minimised.
    worst_book
        float[P]: the heaviest book's load over its target, in per cent above target, worst of the three measures.
    assignments
        int32[P, n_referring]: rep index of each referring account (order of `Instance.referring_accounts`), −1 where
        the account has no seat.
    knee
        The point that the configured weights choose.
    ideal
        float[3]: proven lower bounds of the three objectives.
    reference
        float[3]: the far corner of the normalisation, (f − ideal) / (reference − ideal).
    knee_bound
        Proven lower bound of the knee's weighted objective, normalised as above with the ideal point subtracted.
    duals
        The prices that prove it, of the problem that was searched.
    """

    objectives: np.ndarray
    worst_book: np.ndarray
    assignments: np.ndarray
    knee: int
    ideal: np.ndarray
    reference: np.ndarray
    knee_bound: float
    duals: "Duals"

    @property
    def num_points(self) -> int:
        return len(self.objectives)
