from assignment_assets.report.sections.choice import marked_points


def test_points_that_stand_out_are_listed_once_with_all_their_marks(tables):
    rows = marked_points(tables["referring_front"]).select("point", "marks").rows()

    assert rows == [(1, "chosen, knee"), (0, "most even"), (2, "shortest drive, fewest owner changes")]
