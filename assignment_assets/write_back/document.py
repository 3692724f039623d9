"""A plan: the changes of one sign-off, or of one look at a role, sealed so that nothing of it can be edited later."""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime
from typing import Any, Literal, TypedDict, Unpack

import polars as pl

from assignment_assets.domain.digest import table_digest
from assignment_assets.domain.errors import BrokenInvariant, Tampered
from assignment_assets.domain.identity.codes import canonical_json, is_sealed, seal, sign, signer_token, verify
from assignment_assets.domain.sign_off.decisions import SignOff, is_signed
from assignment_assets.domain.sign_off.packets import packet_digest
from assignment_assets.domain.tables import TEXT
from assignment_assets.write_back.states import Event

PURPOSE = "write-back plan"
TARGET = ("object", "field")
PLAN_ROWS = {
    "place": pl.Int64,
    "account_id": TEXT,
    "old_owner_id": TEXT,
    "new_owner_id": TEXT,
    "state": TEXT,
    "carve_out": TEXT,
    "parent_id": TEXT,
    **dict.fromkeys(TARGET, TEXT),
}
"""A plan's rows: state and carve-out as they were when the change was approved.

`object` and `field` say what is changed; null is Account.OwnerId, of which all plans of owners, rollbacks and repairs
are. In other lanes' plans the account and the owners are the record that is changed and its persons.
"""
Kind = Literal["owners", "rollback", "repair", "overlays"]


@dataclass(frozen=True)
class Signature:
    """Who signed what: the digest of what was shown, and the person's keyed hash under it."""

    region: str
    digest: str
    signed_by: str
    signature: str


class PlanFacts(TypedDict):
    """What a plan says beside its rows; the names are those of `Plan`."""

    plan_id: str
    cycle: str
    revision: int
    kind: Kind
    sign_off_no: int
    org_id: str
    write_not_before: str
    first_batch: int
    made_at: str
    why: str
    signatures: tuple[Signature, ...]


@dataclass(frozen=True)
class Plan:
    """What one write-back may do, bound to its signatures and to one org.

    Attributes
    ----------
    kind
        `owners` writes a sign-off; `rollback` and `repair` are made from the journal and wait for an approval;
        `overlays` writes people of roles beside the owner, under a standing policy.
    first_batch
        So many records must be verified before the rest goes; 0 for all at once.
    write_not_before
        YYYY-MM-DD; empty for at once.
    """

    plan_id: str
    cycle: str
    revision: int
    kind: Kind
    sign_off_no: int
    org_id: str
    write_not_before: str
    first_batch: int
    made_at: str
    why: str
    signatures: tuple[Signature, ...]
    row_count: int
    rows_digest: str

    @classmethod
    def of(cls, rows: pl.DataFrame, **facts: Unpack[PlanFacts]) -> "Plan":
        """The plan over these rows (PLAN_ROWS)."""
        return cls(**facts, row_count=rows.height, rows_digest=rows_digest(rows))

    @classmethod
    def opened(cls, header: str, sha256: str, shown: str, key: bytes, rows: pl.DataFrame) -> "Plan":
        """The plan that a stored header and its rows make.

        Raises
        ------
        Tampered
            Header, digest, seal or rows do not belong together.
        """
        content = json.loads(header)
        name = content.get("plan_id", "?")
        if hashlib.sha256(header.encode()).hexdigest() != sha256 or not is_sealed(
            key, PURPOSE, {"sha256": sha256}, shown
        ):
            raise Tampered(
                f"plan {name}: its header is not what was sealed, expected no change after signing. Nothing was sent."
            )
        plan = cls(**content | {"signatures": tuple(Signature(**each) for each in content["signatures"])})
        if plan.row_count != rows.height or plan.rows_digest != rows_digest(rows):
            raise Tampered(
                f"plan {name}: its rows are not what was sealed, expected no change after signing. Nothing was sent."
            )
        return plan

    @property
    def header(self) -> str:
        """Everything but the rows, as canonical JSON."""
        return canonical_json(asdict(self))

    @property
    def sha256(self) -> str:
        """The plan's digest: over its header, which holds that of its rows."""
        return hashlib.sha256(self.header.encode()).hexdigest()

    def sealed(self, key: bytes) -> str:
        """The engine's seal over the digest."""
        return seal(key, PURPOSE, {"sha256": self.sha256})

    def first_event(self, at: datetime) -> Event:
        """The event with which the plan enters the journal."""
        return Event(self.plan_id, "", 0, "PLAN", at, code=self.kind, sentence=self.sha256)


def rows_digest(rows: pl.DataFrame) -> str:
    """The digest of a plan's rows (PLAN_ROWS); where all are of Account.OwnerId, what they change is left unsaid."""
    is_of_owners = all(rows[name].is_null().all() for name in TARGET)
    return table_digest(rows.select(name for name in PLAN_ROWS if not (is_of_owners and name in TARGET)))


def drafted(rows: pl.DataFrame) -> pl.DataFrame:
    """PLAN_ROWS, numbered in their order; families (records of one parent) lie side by side."""
    missing = [pl.lit(None, TEXT).alias(name) for name in PLAN_ROWS if name not in rows.columns and name != "place"]
    ordered = rows.with_columns(*missing).sort(pl.coalesce("parent_id", "account_id"), "account_id")
    return ordered.with_row_index("place").select(pl.col(name).cast(dtype) for name, dtype in PLAN_ROWS.items())


def require_single(rows: pl.DataFrame, open_elsewhere: pl.DataFrame) -> None:
    """Nothing where every record is in one plan at most.

    Raises
    ------
    BrokenInvariant
        Naming records that another open plan holds, or that the plan itself holds twice.
    """
    doubled = rows.filter(pl.col("account_id").is_duplicated())["account_id"].unique().sort()
    if doubled.len():
        raise BrokenInvariant(
            f"plan: {doubled.len()} accounts with two new owners, such as "
            f"{', '.join(doubled.head(5))}, expected one each. Withdraw one of the sign-offs."
        )
    taken = open_elsewhere.join(rows.select("account_id"), on="account_id", how="semi")
    if taken.height:
        plan_id, account_id = taken.row(0)
        raise BrokenInvariant(
            f"plan: {taken.height} accounts are in another open plan already, such as {account_id} in {plan_id}, "
            "expected none. Let that plan end, or take its approval back."
        )


def signatures_for(
    rows: pl.DataFrame,
    packets: pl.DataFrame,
    files: Iterable[tuple[dict[str, Any], SignOff]],
    key: bytes,
    *,
    cycle: str,
    revision: int,
) -> tuple[Signature, ...]:
    """The signatures that approve every row, once each has been checked against what was signed.

    Parameters
    ----------
    rows
        account_id, old_owner_id, new_owner_id: what is to be written.
    packets
        SIGN_OFF_PACKETS as they stand.
    files
        Content and decision of the signed files that count, oldest first; a region's last one decides.

    Raises
    ------
    Tampered
        A region's moves are not those that were signed, a signature does not hold, or a row was never shown.
    """
    moves = packets.filter(~pl.col("is_held")).select("region", "account_id", "old_owner_id", "new_owner_id")
    shown = rows.join(moves, on=["account_id", "old_owner_id", "new_owner_id"], how="left", nulls_equal=True)
    unknown = shown.filter(pl.col("region").is_null())["account_id"]
    if unknown.len():
        raise Tampered(
            f"approved_diff: {unknown.len()} changes were never shown to anybody, such as "
            f"{unknown[0]}, expected only what was signed. Nothing was sent."
        )
    latest = {decision.region: (content, decision) for content, decision in files}
    found = []
    for region in shown["region"].unique().sort():
        digest = packet_digest(packets.filter(pl.col("region") == region), cycle, revision)
        content, decision = latest.get(region, ({}, None))
        if (
            decision is None
            or decision.decision != "approve"
            or decision.digest != digest
            or not is_signed(content, signer_token(key, decision.signed_by))
        ):
            raise Tampered(
                f"{region}: no signature holds for its moves as they stand ({digest[:12]}), expected the signed ones. "
                "Nothing was sent. The region must be signed again; find out what was changed after signing."
            )
        found.append(Signature(region, digest, decision.signed_by, content["signature"]))
    return tuple(found)


def approval(plan: Plan, person: str, token: str, at: datetime) -> Event:
    """The event by which a person approves a rollback or a repair: their signature over the plan's digest."""
    return Event(plan.plan_id, "", 0, "APPROVED", at, code=person, sentence=sign(token, _approved(plan, person)))


def is_approved(plan: Plan, event: dict[str, Any] | None, key: bytes, signers: Sequence[str]) -> bool:
    """Whether the plan may be written: a plan of `owners` or `overlays` carries its signatures, others
    need a person's approval."""
    if plan.kind in ("owners", "overlays"):
        return bool(plan.signatures)
    return (
        event is not None
        and event["code"] in signers
        and verify(signer_token(key, event["code"]), _approved(plan, event["code"]), event["sentence"])
    )


def _approved(plan: Plan, person: str) -> dict[str, str]:
    return {"plan": plan.plan_id, "sha256": plan.sha256, "signed_by": person}
