"""What an exchange between two books may be: how hard it pulls, how much it looks at, how long."""

from typing import NamedTuple


class ExchangePlan(NamedTuple):
    """How two books exchange accounts, and how long."""

    force: float  # 0 < force ≤ 1, the share of the excess price that counts; 1 is the weighted objective
    spread: float  # ≥ 0
    accounts_per_side: int  # accounts a side, the cheapest to move
    together: int  # of them change sides at once, at most: 1, 2 or 3
    rounds: int  # through all pairs, at most
    square_at: float = 0.01  # of a target: the difference whose square costs `spread` times what it costs as excess
