"""CSV is not handed out, but what people make of it is read."""

import pytest

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.workbooks.lock_return import read_lock_list
from assignment_assets.io.workbooks.review_return import read_review
from assignment_assets_tests.io.workbooks.conftest import ANN, BO, CODE, DORMANT, KEPT, MOVED, NEVER, REVIEW_CODE

TEXT = f"packet,{CODE}\naccount_id,decision,note\n{DORMANT[0]},keep,ämter\n{NEVER[0]},release,\nTOTAL,2,\n"


def returned(tmp_path, content, known=None):
    path = tmp_path / "back.csv"
    path.write_bytes(content if isinstance(content, bytes) else content.encode())
    return read_lock_list(path, known)


def answers(back):
    return back.rows.filter(back.rows["rule"].is_null()).select("account_id", "answer", "note").rows()


EXPECTED = [(DORMANT[0], "keep", "ämter"), (NEVER[0], "release", "")]


@pytest.mark.parametrize(
    "content",
    [
        TEXT.encode(),
        TEXT.encode("utf-8-sig"),
        TEXT.encode("utf-16"),
        TEXT.encode("utf-16-le"),
        TEXT.encode("cp1252"),
        TEXT.replace(",", ";").encode("utf-8-sig"),
        ("sep=;\n" + TEXT.replace(",", ";")).encode(),
        TEXT.replace(",", "\t").encode(),
        TEXT.replace("\n", "\r\n").encode(),
        ("\n\n" + TEXT).encode(),
        TEXT.replace("account_id,decision", "Account ID,DECISION").encode(),
    ],
)
def test_every_usual_encoding_and_delimiter_is_read(tmp_path, content):
    back = returned(tmp_path, content, [*DORMANT, *NEVER])
    assert (back.code, back.is_finished, back.faults) == (CODE, True, ())
    assert answers(back) == EXPECTED


def test_a_cell_without_end_is_refused_in_words(tmp_path):
    with pytest.raises(SourceUnavailable, match="not readable as CSV"):
        returned(tmp_path, TEXT + f'"{"x" * 200_000}",keep,\n')


def test_a_csv_may_say_that_it_is_unfinished(tmp_path):
    assert not returned(tmp_path, TEXT.replace("account_id", "finished,no\naccount_id", 1)).is_finished


def test_a_csv_without_its_first_line_has_no_code(tmp_path):
    assert returned(tmp_path, TEXT.split("\n", 1)[1]).code is None


def test_an_unknown_account_in_a_csv_is_named_where_the_accounts_are_known(tmp_path):
    back = returned(tmp_path, TEXT, NEVER)
    assert back.rows.row(0, named=True)["message"].startswith(f"row 3: {DORMANT[0]!r} is not an account of your list")


def test_contradictions_and_repetitions_are_named(tmp_path):
    lines = [f"{NEVER[0]},keep", f"{NEVER[0]},release", f"{NEVER[1]},keep", f"{NEVER[1]},keep", ",keep"]
    back = returned(tmp_path, f"packet,{CODE}\naccount_id,decision\n" + "\n".join(lines))
    assert back.rows.select("row_no", "rule").rows() == [
        (3, "contradiction"),
        (4, "contradiction"),
        (5, None),
        (6, "repeated"),
        (7, "unknown_account"),
    ]


def test_an_empty_csv_has_no_header(tmp_path):
    fault = str(returned(tmp_path, "").faults[0])
    assert "no header row with 'Account id'" in fault and "below the packet's" in fault


def test_a_binary_file_called_csv_is_not_text(tmp_path):
    with pytest.raises(SourceUnavailable, match="not text"):
        returned(tmp_path, b"PK\x03\x04abc\x00\x01" + b"z" * 300)


def test_a_review_in_csv_gives_edits_in_row_order(tmp_path):
    path = tmp_path / "review.csv"
    path.write_text(
        f"packet,{REVIEW_CODE}\nedit,account_id,rep_id,reason,note\n"
        f"drop,{MOVED},{BO[0][:15]},Edge case,why not\nadd,{KEPT},{BO[0]},morale,\n"
        f"swap,{KEPT},{ANN[0]},morale,\nadd,{KEPT},,morale,\nadd,{KEPT},{ANN[0]},because,\n"
    )
    back = read_review(path)
    assert back.code == REVIEW_CODE
    assert back.edits.select("row_no", "edit_kind", "rep_id", "account_id", "edit_reason", "rule").rows() == [
        (1, "drop", BO[0], MOVED, "edge_case", None),
        (2, "add", BO[0], KEPT, "morale", None),
        (3, "swap", ANN[0], KEPT, "morale", "unknown_answer"),
        (4, "add", "", KEPT, "morale", "unknown_rep"),
        (5, "add", ANN[0], KEPT, "because", "no_reason"),
    ]
    assert back.edits["message"][2] == "row 5: 'swap' is not an edit; write add or drop"


DAMAGED = [
    ("1.00E+14", "a spreadsheet seems to have turned it into a number"),
    ("12345678901234500", "a spreadsheet has kept 15 digits of it"),
    ("#N/A", "a spreadsheet's formula failed there"),
    ("https://org.my.salesforce.com/001A000001abcde", "it is a link, not the id itself"),
    (complete_id(KEPT[:15])[:17], "its end is cut off"),
]


@pytest.mark.parametrize(("text", "said"), DAMAGED)
def test_an_id_that_a_spreadsheet_damaged_is_refused_with_its_row_and_cell(tmp_path, text, said):
    back = returned(tmp_path, f"packet,{CODE}\naccount_id,decision,note\n{text},keep,\n")
    assert answers(back) == []
    (message,) = back.rows["message"]
    assert message.startswith("row 3: ") and repr(text) in message and said in message


@pytest.mark.parametrize(("text", "said"), DAMAGED)
def test_a_directors_damaged_id_is_refused_too(tmp_path, text, said):
    path = tmp_path / "review.csv"
    path.write_text(f"packet,{REVIEW_CODE}\nedit,account_id,rep_id,reason\nadd,{text},{ANN},relationship\n")
    (message,) = read_review(path).edits["message"]
    assert repr(text) in message and said in message


def test_fifteen_small_letters_are_no_account_of_the_list(tmp_path):
    small, known = "0015e00000001ab", complete_id("0015e00000001aB")
    back = returned(tmp_path, f"packet,{CODE}\naccount_id,decision,note\n{small},keep,\n", [known])
    assert answers(back) == [] and f"{small!r} is not an account of your list" in back.rows["message"][0]
