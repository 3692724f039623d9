"""Whether something belongs to the pilot, and the KPIs of the pilot beside those of the rest."""

import polars as pl

from assignment_assets.domain.routing.rules import Pilot
from assignment_assets.domain.routing.tables import PILOT_COMPARISON, KpisFrame, PilotComparisonFrame
from assignment_assets.domain.tables import RepsFrame


def covers(pilot: Pilot, region: str, state: str) -> pl.Expr:
    """Whether a row belongs to the pilot, by its columns of region and state; every row where there is no pilot."""
    if not pilot.is_on:
        return pl.lit(True)
    return (pl.col(region).is_in(pilot.regions) | pl.col(state).is_in(pilot.states)).fill_null(False)


def home_states(pilot: Pilot, reps: RepsFrame) -> Pilot:
    """The pilot with the states that only its regions' active field reps cover: accounts of nobody belong by state."""
    field = (
        reps.filter((pl.col("team") == "field") & pl.col("is_active"))
        .select("region", state="covered_states")
        .explode("state")
        .drop_nulls()
    )
    within = pl.col("region").is_in(pilot.regions)
    own = field.filter(within).join(field.filter(~within), on="state", how="anti")["state"].unique()
    return pilot.model_copy(update={"states": sorted({*pilot.states, *own})})


def comparison(of_pilot: KpisFrame, of_rest: KpisFrame) -> PilotComparisonFrame:
    """Table `pilot_comparison`: each KPI in the pilot, in the rest, and the difference."""
    rest = of_rest.select("kpi", rest="value")
    return PILOT_COMPARISON.conform(
        of_pilot.rename({"value": "pilot"})
        .join(rest, on="kpi")
        .with_columns(difference=(pl.col("pilot") - pl.col("rest")).round(3))
    )
