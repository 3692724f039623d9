"""Table `source_profile`: what a cycle starts from, and what of it has changed since the previous cycle."""

from collections.abc import Mapping
from typing import Any

import dagster as dg
import polars as pl

from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sources.changes import PREVIOUS_CYCLE, jump_sentences, source_changes, told_changes
from assignment_assets.domain.sources.contract import Snapshot
from assignment_assets.domain.sources.profile_table import profile_rows, source_lines
from assignment_assets.domain.tables import SOURCE_PROFILE, SourceChangesFrame, SourceProfileFrame
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.stages.cycle import as_table
from assignment_assets.stages.source_preview import profile_under


def cycle_profile(snapshot: Snapshot, config: RunConfig) -> SourceProfileFrame:
    """The profile of what a cycle was given: as `assignment source look` shows it, under the cycle's own rules.

    The scope plays no part: the figures tell of the whole source, so that cycles of every scope can be compared.
    """
    whole = {"scope": "global", "regions": [], "reps": [], "books": []}
    return profile_rows(profile_under(snapshot, config.model_copy(update=whole)))


def changes_since(
    warehouse: Warehouse, cycle: str, config: RunConfig, profile: SourceProfileFrame
) -> SourceChangesFrame:
    """The watched figures beside those of the previous cycle: of the same scope and no draft, else of any."""
    found = warehouse.answer(cycle, PREVIOUS_CYCLE, scope=config.scope)["previous_cycle"]
    previous = found[0] if found.len() else None
    before = SOURCE_PROFILE.empty() if previous is None else warehouse.table(previous, SOURCE_PROFILE)
    return source_changes(profile, before, previous)


def profile_metadata(profile: SourceProfileFrame, changes: SourceChangesFrame) -> dict[str, Any]:
    """What the Dagster UI shows of the profile: sentences, tables, and the watched figures as numbers that it plots."""
    jumps = jump_sentences(changes)
    figures = profile.filter(pl.col("value").is_not_null()).select("table_name", "kind", "name", "unit", "value")
    numbers = {_plotted(row): row["now"] for row in changes.drop_nulls("now").iter_rows(named=True)}
    return {
        "what was read": dg.MetadataValue.md("\n".join(source_lines(profile))),
        "jumps": dg.MetadataValue.md("\n".join(f"- {each}" for each in jumps) or "None."),
        "beside the previous cycle": as_table(told_changes(changes)),
        "figures": as_table(figures),
        **numbers,
    }


def _plotted(row: Mapping[str, Any]) -> str:
    """The name of a number in the plots: the figure, and its unit."""
    return f"{row['label']}, {row['unit']}"
