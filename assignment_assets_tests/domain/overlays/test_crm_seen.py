"""What is known of the CRM, and the newer over it."""

import polars as pl

from assignment_assets.domain.overlays.crm_seen import CrmSeen, people_on, with_closes
from assignment_assets.domain.overlays.roles import Supporting
from assignment_assets.domain.overlays.tables import OVERLAY_ACCOUNTS, OVERLAY_OPPORTUNITIES
from assignment_assets_tests.domain.overlays.toy import SA, frame, minute

ROLE = SA.model_copy(update={"supporting": Supporting(primary_share=0.6)})


def seen(primary, *supporting):
    primaries = pl.DataFrame({"opportunity_id": ["o1"], "person_id": [primary], "seen_at": [minute(0)]})
    team = pl.DataFrame([("o1", each) for each in supporting], schema=["opportunity_id", "person_id"], orient="row")
    roles = people_on("sa", ROLE, primaries, team)
    return CrmSeen(OVERLAY_ACCOUNTS.empty(), OVERLAY_OPPORTUNITIES.empty(), roles)


def parts(crm):
    return crm.roles.select("person_id", "part", "credit_share").rows()


def test_supporting_people_have_rows_of_their_own_and_the_shares_sum_to_1():
    assert parts(seen("c1", "c3", "c2", "c1")) == [
        *[("c1", "primary", 0.6), ("c2", "supporting", 0.2), ("c3", "supporting", 0.2)]
    ]


def test_an_opportunity_s_people_are_replaced_together_and_only_others_are_told():
    before = seen("c1", "c2")
    after = before.with_newer(seen("c1"))
    assert parts(after) == [("c1", "primary", 1.0)]
    assert after.roles_other_than(before).equals(after.roles)
    assert after.roles_other_than(after).is_empty()


def test_a_close_is_when_it_was_seen_first_until_the_opportunity_opens_again():
    def read(is_closed, at):
        rows = [{"opportunity_id": "o1", "is_closed": is_closed, "modified_at": minute(at)}]
        return frame(OVERLAY_OPPORTUNITIES, rows)

    first = with_closes(OVERLAY_OPPORTUNITIES.empty(), read(True, 3))
    assert with_closes(first, read(True, 5))["closed_at"].to_list() == [minute(3)]
    assert with_closes(first, read(False, 5))["closed_at"].to_list() == [None]
