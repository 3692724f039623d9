"""What new signatures come to: a verdict for each, and the rows that the approved diff grows by."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Self

import polars as pl

from assignment_assets.domain.placed import MOVED
from assignment_assets.domain.reading import Readable
from assignment_assets.domain.review.facts import ReviewRepsFrame
from assignment_assets.domain.review.inputs import PEOPLE
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.approval import GIVEN_UP, OWNED_NOW, OwnedNowFrame, approve, revoke
from assignment_assets.domain.sign_off.outcomes import LAST_OUTCOMES, LastOutcomesFrame
from assignment_assets.domain.sign_off.resolution import severe_open
from assignment_assets.domain.sign_off.signed_files import SignedFile, sign_offs
from assignment_assets.domain.sign_off.verdicts import SIGN_OFFS, entitlements, judge_sign_offs, signed_regions
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    CONFLICTS,
    REGION_DIGESTS,
    SIGN_OFF_PACKETS,
    SIGN_OFF_VERDICTS,
    ApprovedDiffFrame,
    ConflictsFrame,
    RegionDigestsFrame,
    SignOffPacketsFrame,
    SignOffVerdictsFrame,
)


@dataclass(frozen=True)
class ApprovalInput:
    """What sign-offs are judged on, and what is approved so far."""

    packets: SignOffPacketsFrame
    digests: RegionDigestsFrame
    conflicts: ConflictsFrame
    earlier: SignOffVerdictsFrame
    approved: ApprovedDiffFrame
    people: ReviewRepsFrame
    last_outcomes: LastOutcomesFrame
    owned_now: OwnedNowFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(
                packets=reader.table(SIGN_OFF_PACKETS),
                digests=reader.table(REGION_DIGESTS),
                conflicts=reader.table(CONFLICTS),
                earlier=reader.table(SIGN_OFF_VERDICTS),
                approved=reader.table(APPROVED_DIFF),
                people=reader.answer(PEOPLE),
                last_outcomes=reader.answer(LAST_OUTCOMES),
                owned_now=reader.answer(OWNED_NOW),
            )

    def ended_with(self, outcomes: Collection[str]) -> frozenset[str]:
        """Accounts whose write ended last with one of these outcomes."""
        return frozenset(self.last_outcomes.filter(pl.col("outcome").is_in(outcomes))["account_id"])

    @property
    def last_no(self) -> int:
        """The number of the last append to the approved diff; 0 before the first."""
        return max(self.approved["sign_off_no"], default=0)


@dataclass(frozen=True)
class Approval:
    """Verdicts on the sign-offs that are new, on all of them, and what is `appended` to the approved diff: what is
    taken back first, then what is approved, deferred or must be signed again. `approved_count` counts the latter."""

    verdicts: SignOffVerdictsFrame
    all_verdicts: SignOffVerdictsFrame
    appended: ApprovedDiffFrame
    approved_count: int


def approve_signed(
    given: ApprovalInput, files: Iterable[SignedFile], signers: Mapping[str, Iterable[str]], config: RunConfig
) -> Approval:
    """Judges the sign-offs that have no verdict yet, takes back what no longer stands, approves what does.

    Parameters
    ----------
    files, signers
        Growth Strategy's signed decisions so far, and who may sign (as `verdicts.entitlements` takes it).
    """
    verdicts = judge_sign_offs(
        SIGN_OFFS.conform(sign_offs(files).join(given.earlier, on=["receipt_no", "region"], how="anti")),
        given.digests,
        entitlements(given.people, signers),
        given.earlier,
        opened_by=config.opened_by,
        opener_may_sign_alone=config.opener_may_sign_alone,
        severe_conflicts=severe_open(given.conflicts) if config.severe_conflicts_block else None,
    )
    all_verdicts = SIGN_OFF_VERDICTS.conform(pl.concat([given.earlier, verdicts]))
    signed = signed_regions(all_verdicts, given.digests)
    verified, given_up = given.ended_with(MOVED), given.ended_with(GIVEN_UP)
    number = 1 + given.last_no
    revoked = revoke(given.approved, signed, verified | given_up, sign_off_no=number)
    rows = approve(
        given.packets,
        signed,
        APPROVED_DIFF.conform(pl.concat([given.approved, revoked])),
        given.owned_now,
        sign_off_no=number + bool(revoked.height),
        verified=verified,
        given_up=given_up,
    )
    appended = APPROVED_DIFF.conform(pl.concat([revoked, rows]))
    return Approval(verdicts, all_verdicts, appended, rows.height)
