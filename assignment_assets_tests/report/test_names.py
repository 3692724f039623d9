from assignment_assets.report.names import Names


def test_an_id_without_a_name_stands_for_itself_and_nobody_is_a_dash(tables):
    names = Names(tables["accounts"], tables["reps"])

    assert (names.account("a01"), names.person("ann")) == ("Clinic 1", "Ann")
    assert (names.account("a99"), names.person("zoe")) == ("a99", "zoe")
    assert names.person(None) == "–"
