"""A director at their pages: sees books, changes them within ±5 beside the others, sends, comes back."""

import pytest

from assignment_assets.domain.tables import EDIT_VERDICTS, PROPOSED_BOOKS
from assignment_assets_tests.company import DANA, LEE

HOME = "/2026q4-global/director"


@pytest.fixture
def open_books(proposed):
    """Rep → accounts of the proposed book that are not locked."""
    rows = proposed.table(PROPOSED_BOOKS).to_dicts()
    return {
        rep: [row["account_id"] for row in rows if row["rep_id"] == rep and row["phase"] != "lock"]
        for rep in ("ana", "ben", "cleo", "nia")
    }


def test_a_director_sees_their_own_books_before_and_after_with_reasons(serve, proposed, open_books):
    dana = serve(proposed).visit("director", DANA)
    page = dana.landed
    assert "Review of North" in page.text and "Ana Ruiz" in page.text and "Cleo Park" not in page.text
    book = dana.open(f"{HOME}/book/ana")
    moves = [row for row in proposed.rows(PROPOSED_BOOKS, rep_id="ana", is_move=True)]
    assert moves and moves[0]["reason_sentence"] in book.text
    picture = dana.session.get(f"{dana.address}{HOME}/map.png", timeout=60)
    assert picture.content.startswith(b"\x89PNG") and picture.headers["content-type"] == "image/png"


def test_ticks_are_kept_until_they_are_sent_and_then_judged_like_a_workbook(serve, proposed, open_books):
    pages = serve(proposed)
    dana, account = pages.visit("director", DANA), open_books["ana"][0]
    book = dana.open(f"{HOME}/book/ana")
    saved = dana.send(book, drop=[account], action="save", **{f"reason__{account}": "morale"})
    assert "Saved, not sent" in saved.text and saved.boxes["drop", account]
    assert pages.receipts("review_edits") == []
    dana = pages.visit("director", DANA, days=30)
    assert "Not sent yet" in dana.landed.text and "accepted" in dana.landed.text
    sent = dana.send(dana.landed, action="send")
    assert "Receipt 1" in sent.text and "1 drops, 0 adds" in sent.text
    proposed.review()
    assert [
        (row["edit_kind"], row["account_id"], row["edit_reason"], row["verdict"])
        for row in proposed.rows(EDIT_VERDICTS)
    ] == [("drop", account, "morale", "accepted")]
    closed = dana.open(HOME)
    assert "This gate has closed" in closed.text and "Judged when the gate closed" in closed.text
    assert "if the gate closed now" not in closed.text and "Open a book to change it" not in closed.text


def test_a_tick_without_a_reason_or_past_the_bound_is_said_and_kept(serve, proposed, open_books):
    dana = serve(proposed).visit("director", DANA)
    six = open_books["ana"][:6]
    assert len(six) == 6
    page = dana.send(
        dana.open(f"{HOME}/book/ana"),
        drop=six,
        action="save",
        **{f"reason__{account}": "morale" for account in six[1:]},
    )
    assert page.status == 422
    assert "choose a reason" in page.text and "6 of 5 drops of Ana Ruiz's book are used: untick 1." in page.text
    assert all(page.boxes["drop", account] for account in six)


def test_what_others_used_counts_before_the_gate_closes(serve, proposed, open_books):
    pages = serve(proposed)
    wanted = next(account for account in open_books["ana"] if account in ("a03", "a08", "a09"))
    proposed.edit(LEE, drop={open_books["cleo"][0]: "morale"}, add=[(wanted, "cleo", "relationship")])
    proposed.look("review_edits")
    page = pages.visit("director", DANA).open(f"{HOME}/book/ana")
    assert "others used 1" in page.text


def test_an_account_of_another_region_is_asked_for_by_id_and_held(serve, proposed, open_books):
    dana = serve(proposed).visit("director", DANA)
    wanted = next(each for each in open_books["cleo"] if each.startswith("c") and each not in ("c05", "c10"))
    found = dana.send(dana.open(f"{HOME}/book/ana"), action="search", q=wanted)
    assert ("add", wanted) in found.boxes and f"Clinic {wanted}" not in found.text
    dana.send(found, add=[wanted], action="save", **{f"reason__{wanted}": "relationship"})
    page = dana.open(HOME)
    assert "held" in page.text


def test_a_change_is_taken_back_and_unsent_ones_are_forgotten(serve, proposed, open_books):
    dana = serve(proposed).visit("director", DANA)
    one, two = open_books["ana"][:2]
    dana.send(
        dana.open(f"{HOME}/book/ana"),
        drop=[one, two],
        action="save",
        **{f"reason__{one}": "morale", f"reason__{two}": "morale"},
    )
    page = dana.send(dana.open(HOME), action=f"remove:drop:{one}:ana")
    assert f"remove:drop:{two}:ana" in page.html and f"remove:drop:{one}:ana" not in page.html
    assert "None so far" in dana.send(page, action="forget").text


def test_a_director_who_agrees_sends_that_too(serve, proposed):
    pages = serve(proposed)
    dana = pages.visit("director", DANA)
    dana.send(dana.landed, action="send")
    assert [each["verdict"] for each in pages.receipts("review_edits")] == ["accepted"]


def test_a_draft_gives_way_to_a_workbook_that_came_in_meanwhile(serve, proposed, open_books):
    pages = serve(proposed)
    dana = pages.visit("director", DANA)
    one, two = open_books["ana"][:2]
    book = dana.open(f"{HOME}/book/ana")
    dana.send(book, drop=[one], action="save", **{f"reason__{one}": "morale"})
    proposed.edit(DANA, drop={two: "disruption"})
    proposed.look("review_edits")
    stale = dana.send(book, drop=[one], action="save", **{f"reason__{one}": "morale"})
    assert stale.status == 409
    fresh = dana.open(f"{HOME}/book/ana")
    assert fresh.boxes["drop", two] and not fresh.boxes["drop", one]


def test_a_director_opens_the_report_of_their_own_region_and_of_no_other(serve, proposed):
    pages = serve(proposed)
    dana = pages.visit("director", DANA)
    assert f"{HOME}/report/North" in dana.landed.links
    page = dana.open(f"{HOME}/report/North")
    assert page.status == 200 and "Cycle 2026q4-global: North" in page.text and "Ana Ruiz" in page.text
    assert "Clinic c" not in page.html, "an account of the other region"
    assert "frame-ancestors 'none'" in page.headers["content-security-policy"]
    for region in ("South", "Nowhere", "no_region", "..%2FSouth"):
        assert dana.open(f"{HOME}/report/{region}").status == 404
    assert dana.open("/2026q4-global/gs/region/North/report").status in (403, 404)
    assert [(row["action"], row["subject"]) for row in pages.audit() if "report" in row["action"]][:2] == [
        ("viewed report", "North"),
        ("refused report", "South"),
    ]


def test_an_account_that_a_narrower_cycle_takes_over_cannot_be_edited_here_any_more(serve, proposed, open_books):
    pages = serve(proposed)
    dana, account = pages.visit("director", DANA), open_books["ana"][0]
    dana.send(dana.open(f"{HOME}/book/ana"), drop=[account], action="save", **{f"reason__{account}": "morale"})
    assert "accepted" in dana.open(HOME).text and "decided elsewhere" not in dana.open(HOME).text
    type(proposed)(proposed.folder, "one-rep", proposed.now).open(scope="rep", reps=["ana"])
    page = dana.open(HOME)
    assert "the narrower cycle one-rep decides its owner" in page.text and "decided elsewhere now" in page.text
    proposed.edit(DANA, drop={account: "morale"})
    proposed.look("review_edits")
    proposed.review()
    assert [row["verdict"] for row in proposed.rows(EDIT_VERDICTS)] == ["refused"], "as the page said"
