from assignment_assets.domain.routing.tables import (
    ALERTS,
    ANSWERS,
    DECISIONS,
    EXCEPTIONS,
    NEW_ACCOUNTS,
    POLLS,
    SUMMARY,
    WRITES,
)
from assignment_assets.domain.routing.views import ALL_RULES
from assignment_assets.sandbox.inspection import write_log
from assignment_assets_tests.company import DANA, org_id


def test_the_first_poll_reads_everything_and_calls_nothing_new(org):
    assert org.table(POLLS).select("poll_no", "account_count", "rep_count").rows() == [(1, 43, 9)]
    assert org.table(NEW_ACCOUNTS).height == 0


def test_a_new_account_has_an_owner_within_the_pass_and_the_log_says_why(org):
    org.allow("routing")
    account = org.enter("n01")
    org.wait(minutes=3)
    done = org.go()
    assert (done.decided, done.written) == (1, 1)
    assert org.owner(account) == org_id("nia")
    decision = org.table(DECISIONS).row(0, named=True)
    assert (decision["rule"], decision["new_owner_id"], decision["territory"]) == ("territory", org_id("nia"), "TX")
    summary = org.table(SUMMARY).filter(rule=ALL_RULES, span="day").row(0, named=True)
    assert (summary["decisions"], summary["median_minutes"]) == (1, 3.0)


def test_nothing_is_written_without_a_policy_and_everything_once_there_is_one(org):
    account = org.enter("n01")
    org.wait(minutes=1)
    assert org.go().written == 0
    assert org.owner(account) == org_id("queue")
    assert org.table(EXCEPTIONS)["why"].to_list() == ["decision 1: no standing policy for routing is in force"]
    org.allow("routing")
    org.wait(minutes=1)
    assert org.go().written == 1
    assert org.owner(account) == org_id("nia")


def test_a_policy_of_somebody_without_the_right_does_not_count(org):
    org.allow("routing", person=DANA)
    org.enter("n01")
    org.wait(minutes=1)
    assert org.go().written == 0


def test_an_expired_policy_does_not_count(org):
    org.allow("routing", valid_from="2026-09-01", expires_on="2026-09-30")
    org.enter("n01")
    org.wait(minutes=1)
    assert org.go().written == 0


def test_above_the_largest_number_of_moves_the_rest_waits_for_a_person(org):
    org.allow("routing", max_moves=2)
    for number in range(1, 5):
        org.enter(f"n{number:02}")
    org.wait(minutes=1)
    assert org.go().written == 2
    assert org.table(EXCEPTIONS).filter(kind="over_policy").height == 2
    org.wait(days=1, minutes=1)
    assert org.go().written == 2


def test_looking_again_after_a_restart_decides_and_writes_nothing_twice(org):
    org.allow("routing")
    org.enter("n01")
    org.wait(minutes=1)
    org.go()
    for _ in range(3):
        org.wait(minutes=5)
        again = org.go()
        assert (again.decided, again.written) == (0, 0)
    writes = write_log(org.address.state_dir)
    assert writes.filter(channel="api")["record_id"].to_list() == [org_id("n01")]


def test_two_new_accounts_in_one_pass_do_not_overfill_a_book(org):
    org.allow("routing")
    for short in ("ana", "ben", "cleo"):
        org.edit(short, Book_Capacity__c=1)
    org.edit("nia", Book_Capacity__c=1)
    for number in range(1, 3):
        org.enter(f"n{number:02}")
    org.wait(minutes=1)
    org.go()
    assert sorted(org.table(DECISIONS)["rule"]) == ["overflow", "territory"]


def test_what_is_not_accepted_in_time_goes_to_the_next(org):
    org.rules.write_text("accept_hours = 4\n")
    org.allow("routing")
    account = org.enter("n01")
    org.wait(minutes=1)
    org.go()
    org.wait(hours=5)
    org.go()
    assert org.table(ANSWERS).select("decision_no", "answer").rows() == [(1, "lapsed")]
    assert org.table(DECISIONS)["why"].to_list() == ["new_record", "returned"]
    assert org.owner(account) == org_id("cleo")


def test_an_account_that_was_accepted_stays_and_one_that_was_declined_moves_on(org):
    org.rules.write_text("accept_hours = 4\n")
    org.allow("routing")
    first, second = org.enter("n01"), org.enter("n02")
    org.wait(minutes=1)
    org.go()
    numbers = dict(org.table(DECISIONS).select("account_id", "decision_no").iter_rows())
    org.answer(numbers[first], first, "nia", "accepted")
    org.answer(numbers[second], second, "nia", "declined")
    org.wait(hours=1)
    org.go()
    assert org.owner(first) == org_id("nia")
    assert org.owner(second) == org_id("cleo")


def test_nobody_accepts_in_the_name_of_somebody_else(org):
    org.rules.write_text("accept_hours = 4\n")
    org.allow("routing")
    account = org.enter("n01")
    org.wait(minutes=1)
    org.go()
    org.answer(1, account, "nia", "accepted", person="ben@example.com")
    org.wait(hours=1)
    org.go()
    assert org.table(ANSWERS).height == 0


def test_an_account_without_an_owner_for_a_day_is_an_alert_that_says_how_long(org):
    account = org.enter("n01")
    org.wait(minutes=1)
    org.go()
    org.wait(hours=23)
    org.go()
    assert account not in org.table(ALERTS)["subject_id"].to_list()
    org.wait(hours=2)
    org.go()
    alert = org.table(ALERTS).filter(subject_id=account).row(0, named=True)
    assert (alert["kind"], alert["hours"]) == ("unowned", 25.02)
    told = (org.folder.root / "alerts" / "routing.txt").read_text()
    assert f"{account}: no active owner for more than 24 hours, for 25.0 hours." in told


def test_a_change_of_owner_behind_our_back_is_drift_and_stands_in_the_exceptions(org):
    account = org.enter("n01")
    org.wait(minutes=1)
    org.go()
    org.edit("n01", OwnerId=org_id("ben"))
    org.allow("routing")
    org.wait(minutes=1)
    org.go()
    assert org.owner(account) == org_id("ben")
    assert org.table(WRITES)["outcome"].to_list() == ["drift"]
    assert "not_written" in org.table(EXCEPTIONS)["kind"].to_list()


def test_a_rep_above_the_high_water_mark_is_told_to_management_with_how_long_it_has_lasted(org):
    org.rules.write_text("[workload.marks]\nhigh = 50.0\nlow = 40.0\n")
    org.wait(minutes=1)
    org.go()
    org.wait(hours=30)
    org.go()
    told = (org.folder.root / "alerts" / "routing.txt").read_text().splitlines()
    mine = [line for line in told if line.startswith(org_id("ana"))]
    assert mine[0].endswith("above the high-water mark of 50.0 (North), for 30.0 hours.")
    assert told.index(mine[0]) > max(place for place, line in enumerate(told) if "no active owner" in line)
