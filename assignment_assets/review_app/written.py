"""What has been written of some regions' moves, as a sentence of their pages."""

from collections.abc import Collection

import polars as pl

from assignment_assets.domain.placed import Placed
from assignment_assets.domain.sign_off.outcomes import LAST_OUTCOMES
from assignment_assets.domain.tables import SIGN_OFF_PACKETS
from assignment_assets.review_app.context import PageRequest


def written(request: PageRequest, regions: Collection[str]) -> str:
    """How many of the regions' accounts are in place, and how many were given back; empty before the first write."""
    packets = (
        request.table(SIGN_OFF_PACKETS).filter(pl.col("region").is_in(list(regions))).select("account_id").unique()
    )
    log = request.context.cache.answer(request.cycle, LAST_OUTCOMES).join(packets, on="account_id", how="semi")
    return str(Placed.of(log)) if log.height else ""
