"""A log of tables holds what was put into it, whether it is asked at once or opened again."""

import polars as pl
import pytest

from assignment_assets.domain.overlays.tables import OPPORTUNITY_ROLES
from assignment_assets.io.folders import DataFolder
from assignment_assets.overlays.log import OverlayLog


def rows(**people):
    """Opportunity → the people on it."""
    columns = OPPORTUNITY_ROLES.columns
    found = [
        {"role": "csm", "opportunity_id": deal, "person_id": person, "part": "primary"}
        for deal, person in people.items()
    ]
    return OPPORTUNITY_ROLES.conform(
        pl.DataFrame(found, {name: columns[name] for name in ("role", "opportunity_id", "person_id", "part")}).pipe(
            OPPORTUNITY_ROLES.widened
        )
    )


@pytest.mark.parametrize(
    "then",
    [
        rows(o1="ann", o2=None, o3="bob"),
        rows(o1="ann", o2="cid", o3="bob"),
        rows(o2=None),
        rows(o1=None, o4="dan"),
        rows(),
    ],
    ids=["the same", "nobody becomes somebody", "fewer", "others", "none"],
)
def test_rows_that_are_put_are_there_and_no_others(tmp_path, then):
    log = OverlayLog(DataFolder(tmp_path))
    with log.kept():
        for wanted in (rows(o1="ann", o2=None, o3="bob"), then):
            with log.open() as transaction:
                transaction.put(OPPORTUNITY_ROLES, wanted)
                assert transaction.table(OPPORTUNITY_ROLES).equals(wanted)
    with OverlayLog(DataFolder(tmp_path)).open() as transaction:
        assert transaction.table(OPPORTUNITY_ROLES).equals(then)
