"""Whether a cycle may write now, and whether it has nothing left to write."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Self

import polars as pl

from assignment_assets.domain.errors import CycleClosed, NotEntitled
from assignment_assets.domain.gate import SIGN_OFF_GATE
from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.domain.placed import UNENDED
from assignment_assets.domain.reading import Reader
from assignment_assets.domain.review.held_edits import EntitlementsFrame
from assignment_assets.domain.setup.cycle import FINISHED_EVENTS
from assignment_assets.domain.setup.eligible_pool import OpenClaimsFrame, taken_over
from assignment_assets.domain.setup.freeze import revision_of_gate
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.outcomes import (
    APPROVAL_OUTCOMES,
    UNSIGNED_REGIONS,
    ApprovalOutcomesFrame,
    UnsignedRegionsFrame,
)
from assignment_assets.domain.tables import CYCLE_EVENTS, CycleEventsFrame


def require_permitted(
    cycle: str, config: RunConfig, manifest: GateManifest | None, events: CycleEventsFrame, now: datetime
) -> None:
    """Nothing, or CycleClosed where this cycle may not write now: a draft, re-opened, or before its date.

    Parameters
    ----------
    manifest
        Of the sign-offs whose packets are out, or None.
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


def require_unclaimed(cycle: str, scope: str, claims: OpenClaimsFrame, account_ids: Collection[str]) -> None:
    """Nothing, or CycleClosed where a narrower open cycle has taken over an account that is still to be written."""
    taken = taken_over(claims, scope).filter(pl.col("account_id").is_in(account_ids))
    if taken.height:
        others = ", ".join(sorted(set(taken["other_cycle"])))
        raise CycleClosed(
            f"cycle {cycle}, write-back: {taken.height} approved accounts belong to {others} now, expected none. "
            f"`assignment run sign_off {cycle}` withdraws them; the regions concerned sign again."
        )


def require_entitled(cycle: str, person: str, regions: Collection[str], may: EntitlementsFrame) -> None:
    """Nothing, or NotEntitled where the person may not say of one of these regions that it is loaded."""
    allowed = set(may.filter(pl.col("person") == person)["region"])
    missing = [region for region in regions if region not in allowed]
    if missing:
        who = sorted(set(may.filter(pl.col("region").is_in(missing))["person"]))
        raise NotEntitled(
            f"cycle {cycle}: {person} may not confirm {', '.join(missing)}, expected one of "
            f"{', '.join(who) or 'the signers, of whom there are none'}. Let them confirm, or name your --region."
        )


@dataclass(frozen=True)
class CompletionInput:
    """What says whether anything is left to sign or to write."""

    unsigned: UnsignedRegionsFrame
    approvals: ApprovalOutcomesFrame
    events: CycleEventsFrame

    @classmethod
    def through(cls, reader: Reader) -> Self:
        """The cycle's rows."""
        return cls(
            unsigned=reader.answer(UNSIGNED_REGIONS),
            approvals=reader.answer(APPROVAL_OUTCOMES),
            events=reader.table(CYCLE_EVENTS),
        )


def is_complete(given: CompletionInput) -> bool:
    """Whether every region is signed as it stands and every approved move has ended, one way or the other."""
    is_waiting = pl.col("outcome").is_null() | pl.col("outcome").is_in(UNENDED)
    return given.unsigned.is_empty() and given.approvals.filter(is_waiting).is_empty()


def may_close(given: CompletionInput) -> bool:
    """Whether the cycle is complete and not over yet."""
    return given.events.filter(pl.col("event").is_in(FINISHED_EVENTS)).is_empty() and is_complete(given)
