"""What judges the quarter of overlay roles, on stories drawn by hand; the quarter itself is `make bench-overlays`."""

from datetime import datetime, timedelta

import polars as pl
import pytest

from assignment_assets.bench import overlays_child, overlays_table
from assignment_assets.bench.overlays_company import SHORT, company_of
from assignment_assets.bench.overlays_oracle import at_close, began, closed_changed, overrides_lost
from assignment_assets.bench.overlays_play import Change, Creation
from assignment_assets.bench.overlays_script import APART, quarter
from assignment_assets.sandbox.loading import HUMAN_USER_ID, INTEGRATION_USER_ID
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM, OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT
from assignment_assets.sandbox.overlay_people import CS_OPERATIONS_ID

NINE = datetime(2026, 10, 1, 9)


@pytest.fixture
def org():
    """Account a with ann and the architect sid; deal d is open, e was closed under bob."""
    accounts = pl.DataFrame([{"Id": "a", ACCOUNT_CSM: "ann", SOLUTIONS_ARCHITECT: "sid"}])
    deals = [
        {"Id": "d", "AccountId": "a", "IsClosed": False, SOLUTIONS_ARCHITECT: None},
        {"Id": "e", "AccountId": "a", "IsClosed": True, SOLUTIONS_ARCHITECT: "sid"},
    ]
    return began(accounts, pl.DataFrame(deals))


class Written:
    """A log of writes as the org keeps it."""

    def __init__(self):
        self.rows = []

    def __call__(self, minute, record_id, field, new, by=HUMAN_USER_ID, kind="Opportunity"):
        at = f"{NINE + timedelta(minutes=minute):%Y-%m-%dT%H:%M:%S}.000+0000"
        channel = "api" if by == INTEGRATION_USER_ID else "human"
        row = {"write_no": len(self.rows), "at": at, "object": kind, "record_id": record_id, "field": field}
        self.rows.append(row | {"old_value": None, "new_value": new, "user_id": by, "channel": channel})


def change(minute, person):
    return Change("a", person, NINE + timedelta(minutes=minute), f"evt-{minute}", 202)


def test_an_override_of_a_listed_profile_is_wanted_until_the_next_change_and_anybody_elses_never(org):
    log = Written()
    log(1, "d", OPPORTUNITY_CSM, "cid", CS_OPERATIONS_ID)
    log(2, "d", OPPORTUNITY_CSM, "dan")
    org.follow(log.rows, [], [])
    assert org.wanted() == {"d": ("cid", None)}
    org.follow([], [change(3, "eve")], [])
    assert org.wanted() == {"d": ("eve", None)}


def test_a_new_one_has_its_accounts_people_and_a_reopened_one_follows_again(org):
    log = Written()
    log(1, "e", "IsClosed", "0")
    org.follow(log.rows, [change(0, "eve")], [Creation("n", "a", "dan", NINE)])
    assert org.wanted() == {"d": ("eve", None), "e": ("eve", "sid"), "n": ("eve", "sid")}


def test_an_override_of_the_account_is_its_person_until_the_next_word(org):
    log = Written()
    log(1, "a", ACCOUNT_CSM, "cid", CS_OPERATIONS_ID, "Account")
    log(2, "a", ACCOUNT_CSM, "dan", HUMAN_USER_ID, "Account")
    org.follow(log.rows, [], [])
    assert (org.csm, org.wanted()) == ({"a": "cid"}, {"d": ("cid", None)})


def test_what_the_engine_wrote_on_a_closed_one_is_counted():
    log = Written()
    log(1, "d", OPPORTUNITY_CSM, "ann", INTEGRATION_USER_ID)
    log(2, "d", "IsClosed", "1")
    log(3, "d", OPPORTUNITY_CSM, "bob", INTEGRATION_USER_ID)
    log(4, "e", OPPORTUNITY_CSM, "bob", INTEGRATION_USER_ID)
    log(5, "e", OPPORTUNITY_CSM, "cid")
    assert closed_changed(log.rows, {"e"}) == 2


def test_an_override_that_the_engine_wrote_over_is_lost_unless_the_person_had_changed():
    log = Written()
    log(1, "d", OPPORTUNITY_CSM, "cid", CS_OPERATIONS_ID)
    log(3, "d", OPPORTUNITY_CSM, "ann", INTEGRATION_USER_ID)
    assert overrides_lost(log.rows, [], {"d": "a"}) == (1, 1)
    assert overrides_lost(log.rows, [change(2, "ann")], {"d": "a"}) == (1, 0)
    assert overrides_lost(log.rows, [change(0, "ann")], {"d": "a"}) == (1, 1)


def test_at_a_close_counts_who_stood_there_when_its_second_was_over():
    log = Written()
    log(1, "d", OPPORTUNITY_CSM, "cid")
    log(2, "d", "IsClosed", "1")
    log(2, "d", OPPORTUNITY_CSM, "dan")
    log(3, "d", OPPORTUNITY_CSM, "eve")
    found = at_close(log.rows, {"d": {SOLUTIONS_ARCHITECT: "sid"}})
    assert found == {("d", NINE + timedelta(minutes=2)): {OPPORTUNITY_CSM: "dan", SOLUTIONS_ARCHITECT: "sid"}}


def test_the_script_has_all_that_is_asked_for_and_touches_an_account_seldom():
    company = company_of(SHORT, 5)
    open_deals = company.opportunities.filter(~pl.col("is_closed")).select("opportunity_id", "account_id")
    csm = dict.fromkeys(company.accounts["account_id"])
    story = quarter(SHORT, 5, csm, dict(open_deals.iter_rows()))
    assert company.opportunities.height == SHORT.opportunities
    assert sum(each.kind == "change" for each in story) == SHORT.changes
    assert sum(each.kind == "close" for each in story) == SHORT.closings
    last: dict[str, int] = {}
    for place, happening in enumerate(story):
        for account in happening.accounts:
            assert place - last.get(account, -APART) >= APART // 2
            last[account] = place


def test_the_table_says_what_was_missed():
    text = overlays_table.as_text(
        [("lost", "0", 0, True), ("late", "<= 10", [11.5], False), ("people", "shown", 7, None)]
    )
    assert text.splitlines()[-2:] == ["-- people  shown  7", "1 of 2 met"]
    assert "NO late" in text


def test_the_processes_that_it_starts_are_there():
    assert set(overlays_child.RUNS) == {"writer", "webhook", "write-back"}
