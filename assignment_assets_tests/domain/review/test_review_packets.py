"""What a director is shown of the tiny company's proposal: their regions, and moves with either end there."""

from assignment_assets.domain.review import review_packets as packets
from assignment_assets_tests.company import DANA, LEE
from assignment_assets_tests.domain.test_packet_rows import proposed
from assignment_assets_tests.in_memory import CYCLE


def shown():
    """The packets of all directors."""
    return packets.review_packets(packets.ReviewPacketsInput.read(proposed(), CYCLE))


def test_a_move_between_regions_is_shown_to_both_directors():
    dana, lee = shown().of(DANA), shown().of(LEE)
    assert "b03" in dana.moves["account_id"] and "b03" in lee.moves["account_id"]
    assert (set(dana.books["region"]), set(lee.books["region"])) == ({"North"}, {"South"})
    assert set(dana.books_rows["rep_id"]) == {"ana"}


def test_candidates_lie_in_the_states_of_the_directors_receivers_and_are_not_too_many(monkeypatch):
    assert shown().of(LEE).candidates["account_id"].to_list() == ["c12"]
    monkeypatch.setattr(packets, "SHOWN_CANDIDATES", 0)
    assert shown().of(LEE).candidates.is_empty()


def test_all_directors_are_addressed_by_name():
    assert [(each.person, each.name, each.file) for each in shown().addressees] == [
        (DANA, "Dana", "review.xlsx"),
        (LEE, "Lee", "review.xlsx"),
    ]
