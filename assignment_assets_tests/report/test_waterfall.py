import polars as pl

from assignment_assets.report.waterfall import still_deferred, waterfall


def counts(tables) -> dict:
    return dict(waterfall(tables).select("step", "accounts").rows())


def notes(tables) -> dict:
    return dict(waterfall(tables).select("step", "note").rows())


def test_every_step_counts_what_it_handed_on(tables):
    assert counts(tables) == {
        "accounts": 12,
        "pool": 11,
        "locked": 1,
        "placed": 9,
        "overflow": 1,
        "moves": 4,
        "reviewed": 3,
        "approved": 1,
        "written": 1,
    }


def test_notes_say_where_the_others_went(tables):
    told = notes(tables)

    assert told["pool"] == "0 stay with their owner, 1 are out"
    assert told["locked"] == "1 L3M referrer"
    assert told["overflow"] == "1 Growers"
    assert told["approved"] == "1 deferred"


def test_what_was_deferred_and_approved_later_is_deferred_no_more(tables):
    diff = tables["approved_diff"]
    later = diff.with_columns(sign_off_no=pl.lit(2, pl.Int64), status=pl.lit("approved")).filter(account_id="a11")

    assert still_deferred(diff)["account_id"].to_list() == ["a11"]
    assert counts({"approved_diff": pl.concat([diff, later])})["approved"] == 2
    assert notes({"approved_diff": pl.concat([diff, later])})["approved"] == ""


def test_a_step_that_has_not_run_has_no_count_and_an_empty_one_has_zero(tables):
    begun = {"accounts": tables["accounts"], "locks": tables["locks"].clear()}

    assert counts(begun)["locked"] == 0
    assert counts(begun)["pool"] is None and counts(begun)["written"] is None


def test_the_last_attempt_at_an_account_decides_whether_it_is_written(tables):
    log = tables["write_back_log"].sort("attempt", descending=True)
    first_only = log.filter(attempt=1)

    assert counts({"write_back_log": log})["written"] == 1
    assert counts({"write_back_log": first_only})["written"] == 0
    assert notes({"write_back_log": first_only})["written"] == "1 failed"
