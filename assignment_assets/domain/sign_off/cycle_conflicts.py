"""The conflicts of a cycle before it is signed: found in its tables under its limits, resolved by rule or person."""

from collections.abc import Iterable, Mapping

import polars as pl

from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.conflict_facts import ConflictsInput
from assignment_assets.domain.sign_off.conflicts import Limits, find_conflicts
from assignment_assets.domain.sign_off.resolution import resolve
from assignment_assets.domain.sign_off.signed_files import SignedFile, conflict_decisions
from assignment_assets.domain.sign_off.verdicts import entitlements
from assignment_assets.domain.tables import ConflictsFrame


def cycle_conflicts(
    given: ConflictsInput, files: Iterable[SignedFile], signers: Mapping[str, Iterable[str]], config: RunConfig
) -> ConflictsFrame:
    """Every conflict of the books as they would be signed.

    Parameters
    ----------
    files, signers
        Growth Strategy's signed decisions so far, and who may sign (as `verdicts.entitlements` takes it).
    """
    found = find_conflicts(given, limits_of(config))
    return resolve(found, conflict_decisions(files), entitlements(given.people, signers))


def severe_unresolved(conflicts: ConflictsFrame) -> pl.DataFrame:
    """The conflicts that keep a region from being approved."""
    return conflicts.filter((pl.col("severity") == "severe") & pl.col("resolved_by").is_null())


def limits_of(config: RunConfig) -> Limits:
    """From where on something counts as a conflict in this cycle."""
    return Limits(
        as_of=config.as_of_on,
        closing_days=config.closing_deal_days,
        severe_days=config.protected_deal_days,
        revenue_cap=100 * config.revenue_cap,
        revenue_caps={rep_id: 100 * cap for rep_id, cap in config.revenue_caps.items()},
        far_above=config.far_above,
    )
