"""Which sign-offs count: entitled person, true signature, the digest of what stands now, nothing left open."""

import polars as pl

from assignment_assets.domain.tables import FLAG, TEXT, WHOLE, Table

SIGN_OFFS = Table("sign_offs", ("receipt_no", "region"), {
    "receipt_no": WHOLE, "region": TEXT, "signed_by": TEXT,
    "decision": TEXT,  # approve, reject
    "digest": TEXT, "is_signature_valid": FLAG,
})
ENTITLEMENTS = Table("entitlements", ("person", "region"), {"person": TEXT, "region": TEXT})
SIGNED_REGIONS = Table("signed_regions", ("region",), {
    "region": TEXT, "receipt_no": WHOLE, "signed_by": TEXT, "digest": TEXT,
})


def judge_sign_offs(
    sign_offs: pl.DataFrame,
    region_digests: pl.DataFrame,
    entitlements: pl.DataFrame,
    earlier: pl.DataFrame,
    *,
    opened_by: str,
    opener_may_sign_alone: bool = False,
) -> pl.DataFrame:
    """A verdict for every new sign-off (SIGN_OFF_VERDICTS); `earlier` holds the verdicts already given."""
    raise NotImplementedError


def signed_regions(verdicts: pl.DataFrame, region_digests: pl.DataFrame) -> pl.DataFrame:
    """Regions whose packet, as it stands now, is approved (SIGNED_REGIONS)."""
    raise NotImplementedError
