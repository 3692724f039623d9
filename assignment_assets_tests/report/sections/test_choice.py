from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.choice import certificate, marked_points
from assignment_assets_tests.report import tiny


def test_points_that_stand_out_are_listed_once_with_all_their_marks(tables):
    rows = marked_points(tables["referring_front"]).select("point", "marks").rows()

    assert rows == [(1, "chosen, knee"), (0, "most even"), (2, "shortest drive, fewest owner changes")]


def test_the_certificate_keeps_what_is_proven_apart_from_the_states_without_seats(tables):
    total = {"line_no": 1, "phase": "seats", "metric": "placed", "value": 9.0, "bound": 9.0, "gap_pct": 0.0}
    states = [
        {"line_no": 2, "state": "NY", "value": 1.0, "sentence": "NY: one has no seat."},
        {"line_no": 3, "state": "CA", "value": 4.0, "sentence": "CA: four have no seat."},
    ]
    tables["certificate"] = tiny.frame("certificate", total, *states)
    section = certificate(ReportInput("2026q4-global", tables), Names(tables["accounts"], tables["reps"]))
    proven, by_state = section.grids

    assert [cell.text for cell in proven.rows[0]][:5] == ["seats", "placed", "9", "9", "0.00%"]
    assert [row[0].text for row in by_state.rows] == ["CA", "NY"] and by_state.is_folded


def test_a_measure_of_money_is_called_as_people_call_it(tables):
    spread = {"line_no": 1, "phase": "referring", "metric": "tam_cv", "value": 9.5}
    tables["certificate"] = tiny.frame("certificate", spread, spread | {"line_no": 2, "metric": "value_max_min"})
    section = certificate(ReportInput("2026q4-global", tables), Names(tables["accounts"], tables["reps"]))
    assert [row[1].text for row in section.grids[0].rows] == ["TAM, variation", "value, most − least"]
