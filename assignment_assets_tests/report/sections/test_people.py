import polars as pl
import pytest

from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.people import approved, held_and_refused, refusals, sign_offs
from assignment_assets_tests.report import tiny


@pytest.fixture
def names(tables):
    return Names(tables["accounts"], tables["reps"])


def test_everything_that_did_not_count_is_gathered_from_all_gates(report):
    rows = refusals(report).select("gate", "person", "subject", "verdict").rows()

    assert rows == [
        ("review", "dora@example.com", "a06", "refused"),
        ("file", "ann", "keep.xlsx", "refused"),
    ]


def standings(section) -> dict:
    return {row[0].text: row[3].text for row in section.grids[0].rows}


def test_a_region_is_signed_when_someone_signed_the_digest_that_it_has(report, names):
    section = sign_offs(report, names)

    assert standings(section) == {"East": "signed", "West": "not signed"}
    assert section.sentences == ["1 of 2 regions signed."]


def test_a_region_whose_diff_changed_after_signing_does_not_count_as_signed(tables, names):
    tables["region_digests"] = tables["region_digests"].with_columns(digest=pl.lit("other"))
    section = sign_offs(ReportInput("2026q4-global", tables), names)

    assert standings(section)["East"] == "changed since it was signed"
    assert section.sentences == ["0 of 2 regions signed."]


def test_a_refused_signature_signs_nothing(tables, names):
    tables["sign_off_verdicts"] = tables["sign_off_verdicts"].with_columns(verdict=pl.lit("refused"))

    assert standings(sign_offs(ReportInput("2026q4-global", tables), names))["East"] == "not signed"


def test_a_long_list_is_cut_and_says_where_the_rest_is(tables, names):
    first = tables["approved_diff"].filter(status="approved").to_dicts()[0]
    many = [first | {"account_id": f"x{number:03}"} for number in range(230)]
    tables["approved_diff"] = tiny.frame("approved_diff", *many)
    moves = approved(ReportInput("2026q4-global", tables), names).grids[-1]

    assert moves.is_folded and len(moves.rows) == 200
    assert moves.note == "The first 200 of 230 rows are shown. All are in the table approved_diff."


def test_a_rejection_after_an_approval_is_the_last_word(tables, names):
    approval = tables["sign_off_verdicts"]
    rejection = approval.with_columns(receipt_no=pl.lit(2, pl.Int64), decision=pl.lit("reject"))
    tables["sign_off_verdicts"] = pl.concat([approval, rejection])

    assert standings(sign_offs(ReportInput("2026q4-global", tables), names))["East"] == "rejected"


def test_an_automatic_lock_without_a_seat_is_told_apart_from_what_people_sent(tables, names):
    automatic = {"rep_id": "ann", "row_no": 0, "account_id": "a02", "lock_kind": "l3m_referrer", "verdict": "refused"}
    picked = automatic | {"receipt_no": 1, "row_no": 7, "account_id": "a03", "lock_kind": "dormant_pick"}
    tables["lock_verdicts"] = tiny.frame("lock_verdicts", automatic, picked)
    section = held_and_refused(ReportInput("2026q4-global", tables), names)

    assert [row[2].text for row in section.grids[0].rows if row[0].text == "lock list"] == ["Clinic 3"]
    assert section.sentences[1] == "1 automatic lock found no seat in a full book; the accounts entered the pool."


def test_a_rejected_region_says_who_rejected_it_and_whether_it_changed_since(tables):
    word = {
        "receipt_no": 2,
        "region": "West",
        "signed_by": "tom@example.com",
        "decision": "reject",
        "digest": "d-west",
        "verdict": "accepted",
    }
    standing = {}
    for digest in ("d-west", "d-older"):
        tables["sign_off_verdicts"] = tiny.frame("sign_off_verdicts", word | {"digest": digest})
        section = sign_offs(ReportInput("2026q4-global", tables), Names(tables["accounts"], tables["reps"]))
        standing[digest] = {row[0].text: (row[3].text, row[4].text) for row in section.grids[0].rows}["West"]
        assert ("West is rejected by tom@example.com." in section.sentences) is (digest == "d-west")
    assert standing == {
        "d-west": ("rejected", "tom@example.com"),
        "d-older": ("changed since it was rejected", "tom@example.com"),
    }
