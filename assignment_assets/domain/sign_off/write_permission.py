"""Whether a cycle may write now, and whether it has nothing left to write."""

from collections.abc import Collection
from datetime import datetime

import polars as pl

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.domain.setup.cycle import FINISHED_EVENTS
from assignment_assets.domain.setup.eligible_pool import taken_over
from assignment_assets.domain.setup.freeze import revision_of_gate
from assignment_assets.domain.setup.run_config import RunConfig

UNENDED = ("deferred", "failed", "unknown", "held")
"""Outcomes after which a move still waits: for a seat, for another try, for a look, for a decision."""


def require_permitted(
    cycle: str, config: RunConfig, manifest: GateManifest | None, events: pl.DataFrame, now: datetime
) -> None:
    """Nothing, or CycleClosed where this cycle may not write now: a draft, re-opened, or before its date.

    Parameters
    ----------
    manifest
        Of the sign-offs whose packets are out, or None.
    events
        The cycle's CYCLE_EVENTS.
    now
        UTC without zone.
    """
    what_to_do = None
    if config.mode == "draft":
        what_to_do = "it is a draft, expected an open cycle. A draft can never write."
    if what_to_do is None and (manifest is None or manifest.revision != revision_of_gate(events, SIGN_OFF_GATE.name)):
        what_to_do = "nothing of this revision was signed, expected signed packets. Run review, then sign."
    if config.write_not_before and f"{now:%Y-%m-%d}" < config.write_not_before:
        what_to_do = f"its effective date is {config.write_not_before}, expected that day or later. Run it then."
    if what_to_do:
        raise CycleClosed(f"cycle {cycle}, write-back: {what_to_do}")


def require_unclaimed(cycle: str, scope: str, claims: pl.DataFrame, account_ids: Collection[str]) -> None:
    """Nothing, or CycleClosed where a narrower open cycle has taken over an account that is still to be written.

    Parameters
    ----------
    claims
        What other open cycles free too (``sql/eligible_pool/open_claims.sql``).
    """
    taken = taken_over(claims, scope).filter(pl.col("account_id").is_in(account_ids))
    if taken.height:
        others = ", ".join(sorted(set(taken["other_cycle"])))
        raise CycleClosed(
            f"cycle {cycle}, write-back: {taken.height} approved accounts belong to {others} now, expected none. "
            f"`assignment run sign_off {cycle}` withdraws them; the regions concerned sign again."
        )


def is_complete(digests: pl.DataFrame, verdicts: pl.DataFrame, approved: pl.DataFrame, log: pl.DataFrame) -> bool:
    """Whether every region is signed as it stands and every approved move has ended, one way or the other.

    Parameters
    ----------
    digests, verdicts, approved, log
        Tables `region_digests`, `sign_off_verdicts`, `approved_diff`, `write_back_log`.
    """
    signed = verdicts.filter((pl.col("verdict") == "accepted") & (pl.col("decision") == "approve"))
    unsigned = digests.join(signed, on=["region", "digest"], how="anti")
    last = log.group_by("account_id", maintain_order=True).last()
    ended = last.filter(~pl.col("outcome").is_in(UNENDED))
    waiting = approved.filter(pl.col("status") != "revoked").join(ended, on="account_id", how="anti")
    return not (unsigned.height or waiting.height)


def may_close(
    digests: pl.DataFrame, verdicts: pl.DataFrame, approved: pl.DataFrame, log: pl.DataFrame, events: pl.DataFrame
) -> bool:
    """Whether the cycle is complete and not over yet."""
    is_over = events.filter(pl.col("event").is_in(FINISHED_EVENTS)).height > 0
    return not is_over and is_complete(digests, verdicts, approved, log)
