"""Where the roles of overlays.toml stand in the CRM: what may be written, and what was looked at before."""

import polars as pl

from assignment_assets.domain.overlays.roles import Overlays
from assignment_assets.domain.overlays.tables import OVERLAY_FIELDS, OverlayFieldsFrame


def fields_of(overlays: Overlays) -> OverlayFieldsFrame:
    """Each role's truth and fields; a role whose row is another than at the last look begins anew."""
    rows = [
        (name, role.truth, role.account_field, role.opportunity_field or None) for name, role in overlays.roles.items()
    ]
    return OVERLAY_FIELDS.conform(pl.DataFrame(rows, OVERLAY_FIELDS.columns, orient="row"))


def same_as_before(known: OverlayFieldsFrame, now: OverlayFieldsFrame) -> frozenset[str]:
    """The roles that stand where they stood at the last look."""
    return frozenset(now.join(known, on=now.columns, nulls_equal=True)["role"])


def written_fields(overlays: Overlays) -> pl.DataFrame:
    """role, object, field of everything that may be written."""
    fields = fields_of(overlays)
    kinds = {"Account": "account_field", "Opportunity": "opportunity_field"}
    rows = [fields.select("role", object=pl.lit(kind), field=column) for kind, column in kinds.items()]
    return pl.concat(rows).drop_nulls()
