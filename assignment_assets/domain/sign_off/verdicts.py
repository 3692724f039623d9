"""Which sign-offs count: an entitled person, a true signature, the digest of what stands now, nothing left open."""

from collections.abc import Iterable, Mapping
from typing import Any, NewType

import polars as pl

from assignment_assets.domain.regions import NO_REGION
from assignment_assets.domain.review.facts import ReviewRepsFrame, person_key
from assignment_assets.domain.review.held_edits import ENTITLEMENTS, EntitlementsFrame
from assignment_assets.domain.tables import (
    FLAG,
    SIGN_OFF_VERDICTS,
    TEXT,
    WHOLE,
    RegionDigestsFrame,
    SignOffVerdictsFrame,
    Table,
)

SignOffsFrame = NewType("SignOffsFrame", pl.DataFrame)
SignedRegionsFrame = NewType("SignedRegionsFrame", pl.DataFrame)
SIGN_OFFS: Table[SignOffsFrame] = Table(
    "sign_offs",
    ("receipt_no", "region"),
    {
        "receipt_no": WHOLE,
        "region": TEXT,
        "signed_by": TEXT,
        "decision": TEXT,  # approve, reject
        "digest": TEXT,
        "is_signature_valid": FLAG,
        "note": TEXT,
    },
)
SIGNED_REGIONS: Table[SignedRegionsFrame] = Table(
    "signed_regions",
    ("region",),
    {
        "region": TEXT,
        "receipt_no": WHOLE,
        "signed_by": TEXT,
        "digest": TEXT,
    },
)
Verdict = tuple[str, str | None, str]
Row = dict[str, Any]


def entitlements(people: ReviewRepsFrame, signers: Mapping[str, Iterable[str]]) -> EntitlementsFrame:
    """Who may sign what.

    Parameters
    ----------
    people
        The field's regions can be signed, and the pseudo-region of moves without a field rep.
    signers
        Person → regions, `*` for all of them.
    """
    regions = sorted({*people.filter(pl.col("team") == "field")["region"].drop_nulls(), NO_REGION})
    pairs = [
        (person, region)
        for person, allowed in sorted(signers.items())
        for region in regions
        if "*" in allowed or region in allowed
    ]
    return ENTITLEMENTS.conform(pl.DataFrame(pairs, schema=ENTITLEMENTS.columns, orient="row"))


def judge_sign_offs(
    sign_offs: SignOffsFrame,
    region_digests: RegionDigestsFrame,
    entitlements: EntitlementsFrame,
    earlier: SignOffVerdictsFrame,
    *,
    opened_by: str,
    opener_may_sign_alone: bool = False,
    severe_conflicts: Mapping[str, int] | None = None,
) -> SignOffVerdictsFrame:
    """A verdict for every new sign-off: accepted, refused with the rule, or ignored.

    Rules, in this order: `bad_signature`, `unknown_region`, `not_entitled`, `digest_changed`, `held_edits_open` and
    `severe_conflicts_open` (a region can be rejected over them, not approved), `already_signed`,
    `opener_only_signer`. Who opened the cycle is judged after all others, and approves only beside another person's
    approval of what stands now.

    Parameters
    ----------
    sign_offs
        `is_signature_valid` is what the identity check found.
    region_digests
        As they stand now.
    earlier
        What was given already.
    opened_by
        Who opened the cycle.
    opener_may_sign_alone
        True switches the last rule off.
    severe_conflicts
        Region → how many severe conflicts nobody has resolved (`resolution.severe_open`).
    """
    open_conflicts = severe_conflicts or {}
    digests = {row["region"]: row for row in region_digests.to_dicts()}
    may_sign = {(person_key(person), region) for person, region in entitlements.select("person", "region").iter_rows()}
    given = SIGN_OFF_VERDICTS.conform(earlier).filter(pl.col("verdict") == "accepted").to_dicts()
    latest: dict[str, Row] = {row["region"]: row for row in given}
    opener = person_key(opened_by)
    rows = SIGN_OFFS.conform(sign_offs).to_dicts()
    verdicts = []
    for row in sorted(rows, key=lambda row: person_key(row["signed_by"]) == opener):
        digest = digests.get(row["region"])
        verdict = (
            _stranger(row, digest, sorted(digests), may_sign)
            or _stale(row, digest or {})
            or _conflicting(row, open_conflicts.get(row["region"], 0))
            or _repeated(row, latest.get(row["region"]))
        )
        is_opener = row["decision"] == "approve" and person_key(row["signed_by"]) == opener
        if verdict is None and is_opener and not opener_may_sign_alone and not _others(latest, digests, opener):
            verdict = (
                "refused",
                "opener_only_signer",
                (
                    f"{row['signed_by']} opened this cycle and would be its only signer. Have another entitled "
                    "person sign"
                    " first, then sign again."
                ),
            )
        if verdict is None:
            why = f": {row['note'].strip()}" if row["decision"] == "reject" and (row["note"] or "").strip() else ""
            verdict = "accepted", None, f"{row['region']} {_verb(row)} by {row['signed_by']}{why.rstrip('.')}."
            latest[row["region"]] = row
        verdicts.append({**row, **dict(zip(("verdict", "rule", "message"), verdict, strict=True))})
    return SIGN_OFF_VERDICTS.conform(pl.DataFrame(verdicts, schema={**SIGN_OFFS.columns, **SIGN_OFF_VERDICTS.columns}))


def signed_regions(verdicts: SignOffVerdictsFrame, region_digests: RegionDigestsFrame) -> SignedRegionsFrame:
    """Regions whose packet as it stands now is approved, and by nobody rejected since."""
    accepted = verdicts.filter(pl.col("verdict") == "accepted").sort("receipt_no")
    latest = accepted.unique("region", keep="last", maintain_order=True).filter(pl.col("decision") == "approve")
    return SIGNED_REGIONS.conform(latest.join(region_digests, on=["region", "digest"], how="semi"))


def _stranger(row: Row, digest: Row | None, regions: list[str], may_sign: set[tuple[str, str]]) -> Verdict | None:
    if not row["is_signature_valid"]:
        return (
            "refused",
            "bad_signature",
            (f"The signature does not belong to {row['signed_by']} and what was shown. Sign again with your own key."),
        )
    if digest is None:
        return (
            "refused",
            "unknown_region",
            (f"'{row['region']}' has nothing to sign in this cycle. Regions to sign: {', '.join(regions) or 'none'}."),
        )
    if (person_key(row["signed_by"]), row["region"]) not in may_sign:
        return (
            "refused",
            "not_entitled",
            (f"{row['signed_by']} may not sign for {row['region']}. Ask a person who is entitled to it."),
        )
    return None


def _stale(row: Row, digest: Row) -> Verdict | None:
    if row["digest"] != digest["digest"]:
        return (
            "refused",
            "digest_changed",
            (
                f"{row['region']} has changed since: signed for {(row['digest'] or 'nothing')[:8]}, what stands"
                f" now is {digest['digest'][:8]}. Look at the packet again, then sign."
            ),
        )
    if digest["held_count"] > 0 and row["decision"] == "approve":
        count = digest["held_count"]
        return (
            "refused",
            "held_edits_open",
            (
                f"{row['region']} has {count} held edit{'' if count == 1 else 's'} that Growth Strategy has not "
                "decided."
                " Decide them, look at the packet again, then sign."
            ),
        )
    return None


def _conflicting(row: Row, count: int) -> Verdict | None:
    if not count or row["decision"] != "approve":
        return None
    return (
        "refused",
        "severe_conflicts_open",
        (
            f"{row['region']} has {count} severe conflict{'' if count == 1 else 's'} that nobody has resolved. Resolve"
            " them with a reason, then sign again."
        ),
    )


def _repeated(row: Row, latest: Row | None) -> Verdict | None:
    if latest is None or latest["digest"] != row["digest"]:
        return None
    said = f"{row['region']} as shown was {_verb(latest)} by {latest['signed_by']} (receipt {latest['receipt_no']})"
    if latest["decision"] == row["decision"]:
        return "ignored", "already_signed", f"{said} already; nothing changes."
    if latest["decision"] == "approve":
        return (
            "refused",
            "already_signed",
            (f"{said} and may be written already. To take it back, roll the write back."),
        )
    return None


def _others(latest: dict[str, Row], digests: dict[str, Row], opener: str) -> bool:
    return any(
        row["decision"] == "approve" and person_key(row["signed_by"]) != opener
        for region, row in latest.items()
        if region in digests and row["digest"] == digests[region]["digest"]
    )


def _verb(row: Row) -> str:
    return {"approve": "approved", "reject": "rejected"}[row["decision"]]
