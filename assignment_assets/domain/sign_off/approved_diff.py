"""What new signatures come to: a verdict for each, and the rows that the approved diff grows by."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.review.inputs import review_reps
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.approval import GIVEN_UP, MOVED, approve, revoke
from assignment_assets.domain.sign_off.conflicts import severe_open
from assignment_assets.domain.sign_off.signed_files import SignedFile, sign_offs
from assignment_assets.domain.sign_off.verdicts import entitlements, judge_sign_offs, signed_regions


@dataclass(frozen=True)
class Approval:
    """Verdicts on the sign-offs that are new, on all of them (SIGN_OFF_VERDICTS), and what is `appended` to the
    approved diff (APPROVED_DIFF): what is taken back first, then what is approved, deferred or must be signed again.
    `approved_count` counts the latter."""

    verdicts: pl.DataFrame
    all_verdicts: pl.DataFrame
    appended: pl.DataFrame
    approved_count: int


def approve_signed(
    packets: pl.DataFrame,
    digests: pl.DataFrame,
    books: pl.DataFrame,
    reps: pl.DataFrame,
    pool: pl.DataFrame,
    earlier: pl.DataFrame,
    approved: pl.DataFrame,
    log: pl.DataFrame,
    conflicts: pl.DataFrame,
    owned_now: pl.DataFrame,
    files: Iterable[SignedFile],
    signers: Mapping[str, Iterable[str]],
    config: RunConfig,
) -> Approval:
    """Judges the sign-offs that have no verdict yet, takes back what no longer stands, approves what does.

    Parameters
    ----------
    packets, digests, books, reps, pool, earlier, approved, log, conflicts
        Tables `sign_off_packets`, `region_digests`, `current_books`, `reps`, `eligible_pool`, `sign_off_verdicts`,
        `approved_diff`, `write_back_log`, `conflicts`.
    owned_now
        `approval.OWNED_NOW`.
    files, signers
        Growth Strategy's signed decisions so far, and who may sign (as `verdicts.entitlements` takes it).
    """
    verdicts = judge_sign_offs(
        sign_offs(files).join(earlier, on=["receipt_no", "region"], how="anti"),
        digests,
        entitlements(review_reps(books, reps, pool), signers),
        earlier,
        opened_by=config.opened_by,
        opener_may_sign_alone=config.opener_may_sign_alone,
        severe_conflicts=severe_open(conflicts) if config.severe_conflicts_block else None,
    )
    all_verdicts = pl.concat([earlier, verdicts])
    signed = signed_regions(all_verdicts, digests)
    verified, given_up = _ended_with(MOVED, log), _ended_with(GIVEN_UP, log)
    number = 1 + (approved["sign_off_no"].max() or 0)
    revoked = revoke(approved, signed, verified | given_up, sign_off_no=number)
    rows = approve(
        packets,
        signed,
        pl.concat([approved, revoked]),
        owned_now,
        sign_off_no=number + bool(revoked.height),
        verified=verified,
        given_up=given_up,
    )
    return Approval(verdicts, all_verdicts, pl.concat([revoked, rows]), rows.height)


def _ended_with(outcomes: Collection[str], log: pl.DataFrame) -> frozenset[str]:
    """Accounts whose last row in the log has one of these outcomes."""
    last = log.sort("sign_off_no", "attempt").group_by("account_id", maintain_order=True).last()
    return frozenset(last.filter(pl.col("outcome").is_in(outcomes))["account_id"])
