import polars as pl

from assignment_assets.report.grid import Column, grid, number
from assignment_assets.report.wording import dollars


def test_a_bar_is_as_long_as_its_number_is_of_the_largest():
    shown = grid(
        pl.DataFrame({"tam_cents": [100_00, 400_00, None]}), "TAM", [number("tam_cents", "TAM", dollars, has_bar=True)]
    )

    assert [(row[0].text, row[0].bar) for row in shown.rows] == [("$100", 25.0), ("$400", 100.0), ("–", None)]


def test_a_column_of_zeros_has_no_bars():
    shown = grid(pl.DataFrame({"count": [0, 0]}), "Counts", [number("count", "Count", has_bar=True)])

    assert [row[0].bar for row in shown.rows] == [None, None]


def test_rows_beyond_the_most_are_told_with_the_table_that_has_them():
    names = pl.DataFrame({"name": list("abc")})
    shown = grid(names, "Names", [Column("name", "Name")], most=2, kept_in="approved_diff")

    assert len(shown.rows) == 2
    assert shown.note == "The first 2 of 3 rows are shown. All are in the table approved_diff."


def test_verdicts_carry_their_tone_and_other_words_none():
    verdicts = pl.DataFrame({"verdict": ["accepted", "held", "refused", "west"]})
    shown = grid(verdicts, "Verdicts", [Column("verdict", "Verdict")])

    assert [row[0].tone for row in shown.rows] == ["good", "warn", "bad", ""]


def test_an_id_stands_below_its_name_unless_it_is_the_name():
    column = Column("account_id", "Account", {"a1": "Clinic"}.get, shows_id=True)
    unnamed = Column("account_id", "Account", shows_id=True)
    frame = pl.DataFrame({"account_id": ["a1"]})

    assert grid(frame, "A", [column]).rows[0][0].detail == "a1"
    assert grid(frame, "A", [unnamed]).rows[0][0].detail == ""
