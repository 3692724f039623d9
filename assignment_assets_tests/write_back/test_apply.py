"""Owners written to a running org: nothing but what was approved, never blindly, never twice."""

from collections import Counter

import polars as pl
import pytest

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.sample.company import generate
from assignment_assets.write_back.apply import apply
from assignment_assets.write_back.plan import ROWS
from assignment_assets_tests.servers.org import local_org

COMPANY = generate(num_reps=6, num_accounts=900, seed=5)
ACTIVE = COMPANY.reps.filter(pl.col("is_active"))["rep_id"].to_list()
FIELD = COMPANY.reps.filter(pl.col("is_active"), pl.col("team") == "field")["rep_id"].to_list()


@pytest.fixture
def org(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as local:
        yield local


def accounts_of(owner):
    return COMPANY.accounts.filter(pl.col("owner_id") == owner, pl.col("carve_out").is_null())["account_id"].to_list()


def rows(*moves):
    """Approved rows for (account, new owner), as the sources saw the account."""
    named = pl.DataFrame(moves, ["account_id", "new_owner_id"], orient="row")
    return named.join(COMPANY.accounts, on="account_id").select(
        pl.lit(1).alias("sign_off_no"),
        pl.col("owner_id").alias("old_owner_id"),
        *(name for name in ROWS if name not in ("sign_off_no", "old_owner_id")),
    )


def moves_from(giver, receiver, count, start=0):
    return [(account, receiver) for account in accounts_of(giver)[start : start + count]]


def written(org, approved, log=None, gateway=None, seats=None):
    """The log after a run over `approved`; waiting only moves the org's clock."""
    log = WRITE_BACK_LOG.empty() if log is None else log
    return pl.concat(
        [log, *apply(approved, log, gateway or org.gateway(), seats or {}, org.utc_now, org.clock.advance)]
    )


def outcomes(log):
    return dict(log.sort("attempt").select("account_id", "outcome").iter_rows())


class Interrupted(OwnerGateway):
    """A gateway at which something happens between reading and the first sending."""

    def __init__(self, org, *happenings):
        super().__init__(Org(org.settings()), org.mapping().accounts)
        self._happenings = list(happenings)

    def write(self, changes):
        while self._happenings:
            self._happenings.pop()()
        return super().write(changes)


def test_approved_owners_are_written_and_every_row_is_read_back(org):
    approved = rows(*moves_from(FIELD[0], FIELD[1], 30), *moves_from(FIELD[2], ACTIVE[-1], 30))
    log = written(org, approved)
    assert Counter(log["outcome"]) == {"verified": 60}
    assert log["found_owner_id"].to_list() == log["new_owner_id"].to_list()
    assert log["verified_at"].null_count() == log["written_at"].null_count() == 0
    assert {account: org.owner(account) for account in approved["account_id"].head(3)} == dict(
        approved.head(3).select("account_id", "new_owner_id").iter_rows()
    )


def test_a_body_holds_the_owner_alone_and_every_write_has_its_precondition(org):
    written(org, rows(*moves_from(FIELD[0], FIELD[1], 30)))
    sent = org.sent()
    assert len(sent) == 30
    assert {tuple(part["body"]) for part in sent} == {("OwnerId",)}
    assert {part["method"] for part in sent} == {"PATCH"}
    assert all(part["httpHeaders"]["If-Unmodified-Since"].endswith("GMT") for part in sent)
    assert {part["httpHeaders"]["Sforce-Auto-Assign"] for part in sent} == {"FALSE"}


def test_a_second_run_sends_nothing(org):
    approved = rows(*moves_from(FIELD[0], FIELD[1], 10))
    log = written(org, approved)
    calls = len(org.requests())
    assert written(org, approved, log).equals(log)
    assert len(org.requests()) == calls


def test_a_run_without_the_first_ones_log_writes_nothing_and_says_so(org):
    approved = rows(*moves_from(FIELD[0], FIELD[1], 10))
    written(org, approved)
    sent = len(org.sent())
    assert Counter(written(org, approved)["outcome"]) == {"skipped_already": 10}
    assert len(org.sent()) == sent


def test_accounts_that_changed_since_approval_are_left_alone_each_with_its_reason(org):
    owner, state, carve_out, deleted, merged, sound = [account for account, _ in moves_from(FIELD[0], FIELD[1], 6)]
    org.edit(owner, {"OwnerId": FIELD[2]})
    org.edit(state, {"BillingStateCode": "GU"})
    org.edit(carve_out, {"Carve_Out__c": "TAD"})
    org.edit(deleted, is_deleted=True)
    org.edit(merged, merged_into=sound)
    org.clock.advance(5)
    log = written(org, rows(*moves_from(FIELD[0], FIELD[1], 6)))
    assert outcomes(log) == {
        owner: "drift",
        state: "drift_rule",
        carve_out: "drift_rule",
        deleted: "gone",
        merged: "gone",
        sound: "verified",
    }
    assert org.owner(owner) == FIELD[2]
    assert [part["url"][-18:] for part in org.sent()] == [sound]
    sentences = dict(log.select("account_id", "error").iter_rows())
    assert sentences[carve_out] == "The carve-out is TAD, when approved it was none. Nothing was written."
    assert sentences[owner].startswith(f"The owner is {FIELD[2]}, approved was a change from {FIELD[0]}.")


def test_an_inactive_receiver_holds_their_gains_and_a_later_run_writes_them(org):
    approved = rows(*moves_from(FIELD[0], FIELD[1], 3))
    org.edit(FIELD[1], {"IsActive": False}, object="User")
    held = written(org, approved)
    assert Counter(held["outcome"]) == {"held": 3}
    org.edit(FIELD[1], {"IsActive": True}, object="User")
    assert Counter(written(org, approved, held).filter(pl.col("attempt") == 2)["outcome"]) == {"verified": 3}


def test_an_edit_between_reading_and_writing_is_noticed_and_the_change_judged_again(org):
    harmless, owner, carve_out = [account for account, _ in moves_from(FIELD[0], FIELD[1], 3)]
    gateway = Interrupted(
        org,
        lambda: org.edit(harmless, {"Name": "Renamed"}),
        lambda: org.edit(owner, {"OwnerId": FIELD[2]}),
        lambda: org.edit(carve_out, {"Carve_Out__c": "SUD"}),
    )
    log = written(org, rows(*moves_from(FIELD[0], FIELD[1], 3)), gateway=gateway)
    assert outcomes(log) == {harmless: "verified", owner: "drift", carve_out: "drift_rule"}
    assert org.owner(owner) == FIELD[2]
    assert org.owner(carve_out) == FIELD[0]


def test_a_precondition_is_armed_only_two_seconds_after_the_last_modification(org):
    ((account, receiver),) = moves_from(FIELD[0], FIELD[1], 1)
    org.edit(account, {"Name": "Just renamed"})
    edited_at = org.utc_now()
    log = written(org, rows((account, receiver)))
    assert outcomes(log) == {account: "verified"}
    assert (log["written_at"][0] - edited_at.replace(microsecond=0)).total_seconds() >= 2


def test_a_lost_answer_is_read_back_and_the_change_not_sent_again(org):
    org.fault("lost_response", path_contains="/composite", method="POST", skip=1)
    log = written(org, rows(*moves_from(FIELD[0], FIELD[1], 3)))
    assert Counter(log["outcome"]) == {"verified": 3}
    assert len(org.sent()) == 3


def test_a_request_that_never_arrived_is_sent_again_after_reading_back(org):
    org.fault("lost_request", path_contains="/composite", method="POST", skip=1)
    assert Counter(written(org, rows(*moves_from(FIELD[0], FIELD[1], 3)))["outcome"]) == {"verified": 3}
    assert len(org.sent()) == 6


def test_a_token_that_expires_before_a_write_costs_no_write(org):
    org.fault("expired_session", path_contains="/composite", method="POST", skip=1)
    assert Counter(written(org, rows(*moves_from(FIELD[0], FIELD[1], 3)))["outcome"]) == {"verified": 3}


@pytest.mark.parametrize(
    ("code", "times", "outcome", "sendings"),
    [
        ("UNABLE_TO_LOCK_ROW", 2, "verified", 3),
        ("UNABLE_TO_LOCK_ROW", 99, "failed", 6),
        ("INACTIVE_OWNER_OR_USER", 99, "failed", 1),
        ("OP_WITH_INVALID_USER_TYPE_EXCEPTION", 99, "held", 1),
        ("FIELD_CUSTOM_VALIDATION_EXCEPTION", 99, "failed", 1),
        ("UNKNOWN_EXCEPTION", 99, "failed", 4),
        ("INSUFFICIENT_ACCESS_OR_READONLY", 99, "failed", 1),
    ],
)
def test_a_refused_row_ends_by_its_code_and_leaves_the_others_alone(org, code, times, outcome, sendings):
    refused, sound = accounts_of(FIELD[0])[:2]
    org.fault("row_error", record_id=refused, error_code=code, times=times)
    log = written(org, rows((refused, FIELD[1]), (sound, FIELD[2])))
    assert outcomes(log) == {refused: outcome, sound: "verified"}
    assert sum(part["url"].endswith(refused) for part in org.sent()) == sendings
    if outcome != "verified":
        assert log.filter(pl.col("account_id") == refused)["error_code"].to_list() == [code]


def test_the_call_limit_stops_the_run_and_the_next_one_goes_on(org):
    approved = rows(*moves_from(FIELD[0], FIELD[1], 40))
    org.fault("request_limit", path_contains="/composite", method="POST", skip=2)
    stopped = written(org, approved)
    assert Counter(stopped["outcome"]) == {"verified": 25, "deferred": 15}
    assert set(stopped.filter(pl.col("outcome") == "deferred")["error_code"]) == {"REQUEST_LIMIT_EXCEEDED"}
    assert Counter(written(org, approved, stopped).filter(pl.col("attempt") == 2)["outcome"]) == {"verified": 15}


def test_what_was_not_tried_when_the_run_stopped_is_deferred_with_the_reason(org):
    org.fault("request_limit", path_contains="/composite", method="POST", skip=1)
    log = written(org, rows(*moves_from(FIELD[0], FIELD[1], 40)))
    assert Counter(log["outcome"]) == {"deferred": 40}
    assert all("The run was stopped" in text for text in log.filter(pl.col("outcome") == "deferred")["error"])


def test_an_org_that_goes_away_after_a_write_leaves_unknown_rows_that_the_next_run_resolves_by_reading(org):
    approved = rows(*moves_from(FIELD[0], FIELD[1], 3))
    log = []
    org.fault("lost_request", path_contains="/composite/sobjects", times=99)
    with pytest.raises(SourceUnavailable, match="no usable answer"):
        for chunk in apply(approved, WRITE_BACK_LOG.empty(), org.gateway(), {}, org.utc_now, org.clock.advance):
            log.append(chunk)
    assert Counter(log[0]["outcome"]) == {"unknown": 3}
    org.clear_faults()
    resolved = written(org, approved, log[0])
    assert Counter(resolved.filter(pl.col("attempt") == 2)["outcome"]) == {"verified": 3}
    assert len(org.sent()) == 3


def test_a_gain_waits_until_a_loss_of_its_receiver_is_verified(org):
    gain = moves_from(FIELD[0], FIELD[1], 1)
    loss = moves_from(FIELD[1], FIELD[2], 1)
    log = written(org, rows(*gain, *loss), seats={FIELD[1]: 0, FIELD[2]: 5})
    assert Counter(log["outcome"]) == {"verified": 2}
    assert [part["url"][-18:] for part in org.sent()] == [loss[0][0], gain[0][0]]
    calls = org.requests("/composite")
    first, second = (calls.index(call) for call in org.write_calls())
    assert any(call["path"].endswith("/Account") for call in calls[first:second])


def test_a_gain_whose_receiver_stays_full_is_deferred_and_one_seat_serves_one_gain(org):
    gains = moves_from(FIELD[0], FIELD[1], 3)
    log = written(org, rows(*gains), seats={FIELD[1]: 1})
    assert Counter(log["outcome"]) == {"verified": 1, "deferred": 2}
    deferred = log.filter(pl.col("outcome") == "deferred")
    assert set(deferred["error_code"]) == {"RECEIVER_FULL"}
    assert written(org, rows(*gains), log, seats={FIELD[1]: 2}).height == 5


def test_a_loss_that_drifted_frees_no_seat(org):
    gain, loss = moves_from(FIELD[0], FIELD[1], 1), moves_from(FIELD[1], FIELD[2], 1)
    org.edit(loss[0][0], {"BillingStateCode": "GU"})
    org.clock.advance(5)
    log = written(org, rows(*gain, *loss), seats={FIELD[1]: 0})
    assert outcomes(log) == {loss[0][0]: "drift_rule", gain[0][0]: "deferred"}


def test_two_full_books_swap_in_one_call(org):
    there, back = moves_from(FIELD[0], FIELD[1], 1), moves_from(FIELD[1], FIELD[0], 1)
    log = written(org, rows(*there, *back), seats={FIELD[0]: 0, FIELD[1]: 0})
    assert Counter(log["outcome"]) == {"verified": 2}
    assert [len(call["body"]["compositeRequest"]) for call in org.write_calls()] == [2]


def test_a_swap_of_which_one_half_drifted_is_not_half_done(org):
    there, back = moves_from(FIELD[0], FIELD[1], 1), moves_from(FIELD[1], FIELD[0], 1)
    org.edit(back[0][0], {"OwnerId": FIELD[2]})
    org.clock.advance(5)
    log = written(org, rows(*there, *back), seats={FIELD[0]: 0, FIELD[1]: 0})
    assert outcomes(log) == {there[0][0]: "deferred", back[0][0]: "drift"}
    assert org.sent() == []


def test_a_run_that_ends_between_two_chunks_is_taken_up_by_the_next(org):
    first, second = moves_from(FIELD[0], FIELD[1], 30), moves_from(FIELD[1], FIELD[2], 30)
    approved = rows(*first, *second)
    chunks = apply(approved, WRITE_BACK_LOG.empty(), org.gateway(), {FIELD[1]: 0}, org.utc_now, org.clock.advance)
    done = next(chunks)
    chunks.close()
    assert done.height == len(org.sent()) == 30
    log = written(org, approved, done, seats={FIELD[1]: 30})
    assert Counter(log["outcome"]) == {"verified": 60}
    assert len(org.sent()) == 60


def test_a_hundred_and_twenty_four_changes_take_seven_calls(org):
    written(org, rows(*[(account, FIELD[0]) for owner in ACTIVE[1:] for account in accounts_of(owner)][:124]))
    assert len([call for call in org.requests() if "/oauth2/" not in call["path"]]) == 7
