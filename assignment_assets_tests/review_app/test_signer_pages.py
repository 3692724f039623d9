"""Growth Strategy at their pages: regions with balance and edits, held edits, conflicts, the signature."""

import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    AUDIT_LOG,
    DECISION_VERDICTS,
    EDIT_VERDICTS,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    SIGN_OFF_VERDICTS,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.published_cycle import read_status
from assignment_assets_tests.company import LEE, PRIYA, TOM

HOME = "/2026q4-global/gs"


def token(person: str) -> str:
    return signer_token(engine_key(), person)


@pytest.fixture
def held(proposed):
    """A cycle at its sign-offs with one held edit: Lee asked for an account of Dana's."""
    wanted = next(row["account_id"] for row in proposed.table(PROPOSED_BOOKS).to_dicts() if _is_wanted(row))
    proposed.edit(LEE, add=[(wanted, "cleo", "relationship")])
    proposed.look("review_edits")
    return proposed.review()


def _is_wanted(row: dict) -> bool:
    return row["rep_id"] == "ben" and row["phase"] != "lock" and row["account_id"] not in ("b05", "b10", "b12", "m03")


def test_a_signer_sees_each_region_with_balance_edits_and_moves_and_signs_it(serve, reviewed):
    pages = serve(reviewed)
    priya = pages.visit("gs", PRIYA)
    assert "North" in priya.landed.text and "South" in priya.landed.text
    page = priya.open(f"{HOME}/region/North")
    for words in ("Balance, and what people’s edits did to it", "Book by book", "Ana Ruiz", "Certificate", "Moves"):
        assert words in page.text
    sent = priya.send(page, decision="approve", token=token(PRIYA), note="seen")
    assert "North: approve" in sent.html or "approve for North" in sent.text
    for _ in range(2):
        reviewed.run("sign_off")
    told = [row["action"] for row in reviewed.rows(AUDIT_LOG, actor=PRIYA) if row["action"].startswith("page: ")]
    assert told.count("page: viewed region") == 1 and told.count("page: submitted sign_offs") == 1
    assert [(row["region"], row["signed_by"], row["verdict"]) for row in reviewed.rows(SIGN_OFF_VERDICTS)] == [
        ("North", PRIYA, "accepted")
    ]
    assert "Signed by priya@example.com" in priya.open(f"{HOME}/region/North").text.replace("  ", " ")


def test_the_page_says_how_many_accounts_are_ready_and_whether_anybody_writes_them(serve, reviewed, monkeypatch):
    pages = serve(reviewed)
    assert "ready to be" not in pages.visit("gs", PRIYA).landed.text
    reviewed.sign_off()
    count = len(reviewed.rows(APPROVED_DIFF, status="approved"))
    page = pages.visit("gs", PRIYA).landed.text
    assert f"{count} accounts are ready to be loaded by hand." in page and "A person loads them" in page
    monkeypatch.setenv("ASSIGNMENT_SOURCE", "salesforce")
    page = pages.visit("gs", PRIYA).landed.text
    assert f"{count} accounts are ready to be written." in page and "Nothing writes them by itself" in page
    assert "assignment write-back apply 2026q4-global" in page


def test_a_signer_sees_only_regions_that_they_may_sign(serve, reviewed):
    tom = serve(reviewed).visit("gs", TOM)
    assert "South" in tom.landed.text and "North" not in tom.landed.text
    assert tom.open(f"{HOME}/region/North").status == 404
    assert tom.open(f"{HOME}/region/South").status == 200
    assert tom.open(f"{HOME}/region/North/report").status == 404
    assert "Cycle 2026q4-global: South" in tom.open(f"{HOME}/region/South/report").text


def test_a_signer_sees_what_the_cycle_started_from_and_nobody_else_does(serve, reviewed):
    pages = serve(reviewed)
    priya = pages.visit("gs", PRIYA)
    assert "What this cycle started from" in priya.landed.text
    page = priya.open(f"{HOME}/started-from")
    assert page.status == 200 and "There is no earlier cycle to compare with." in page.text
    for words in ("What 2026q4-global started from", "Accounts by owner", "Max Orr", "is_active = False", "Sums"):
        assert words in page.text
    assert "http" not in page.html.replace("http-equiv", "").replace("http://www.w3.org", "")
    assert pages.audit()[-1]["action"] == "viewed sources"
    assert pages.visit("director", LEE).open("/2026q4-global/director/started-from").status == 404


def test_another_persons_token_or_none_signs_nothing(serve, reviewed):
    pages = serve(reviewed)
    priya = pages.visit("gs", PRIYA)
    page = priya.open(f"{HOME}/region/North")
    for wrong in (token(TOM), "", "x" * 64, "ab"):
        assert priya.send(page, decision="approve", token=wrong).status == 422
    assert pages.receipts("sign_offs") == []
    assert "wrong token" in {event["action"] for event in pages.audit()}


def test_after_five_wrong_tokens_not_even_the_right_one_is_looked_at(serve, reviewed):
    priya = serve(reviewed).visit("gs", PRIYA)
    page = priya.open(f"{HOME}/region/North")
    told = [priya.send(page, decision="approve", token=token(TOM)).text for _ in range(5)]
    assert ["This is not your signing token" in each for each in told] == [True, True, True, True, False]
    assert "No token of yours is looked at before" in told[-1]
    answer = priya.send(page, decision="approve", token=token(PRIYA))
    assert answer.status == 422 and "No token of yours is looked at before" in answer.text


def test_a_region_that_changed_since_it_was_shown_is_not_signed(serve, reviewed):
    pages = serve(reviewed)
    priya = pages.visit("gs", PRIYA)
    page = priya.open(f"{HOME}/region/North")
    answer = priya.send(page, decision="approve", token=token(PRIYA), digest="0" * 64)
    assert answer.status == 409 and pages.receipts("sign_offs") == []


def test_a_held_edit_is_decided_before_its_regions_can_sign(serve, held):
    pages = serve(held)
    priya = pages.visit("gs", PRIYA)
    assert "Held edits to decide" in priya.landed.text and held.rows(EDIT_VERDICTS)[0]["verdict"] == "held"
    north = priya.send(priya.open(f"{HOME}/region/North"), decision="approve", token=token(PRIYA))
    assert north.status == 422 and "held edits wait for a decision" in north.text
    done = priya.send(priya.open(HOME), decision="refuse", token=token(PRIYA), note="by phone")
    assert "Receipt 1" in done.text
    held.run("sign_off")
    assert [row["verdict"] for row in held.rows(DECISION_VERDICTS)] == ["accepted"]
    assert held.table(REGION_DIGESTS)["held_count"].sum() == 0
    assert "Nothing waits for a decision" in priya.open(HOME).text


def test_a_decision_on_what_is_not_held_is_no_page(serve, held):
    priya = serve(held).visit("gs", PRIYA)
    page = priya.open(HOME)
    assert priya.send(page, decision="accept", token=token(PRIYA), account_id="c03").status == 404
    assert priya.send(page, token=token(PRIYA), conflict="closing_deal d9", note="x").status == 404


def test_a_rejected_region_says_who_rejected_it_and_why(serve, reviewed):
    pages = serve(reviewed)
    tom = pages.visit("gs", TOM)
    tom.send(tom.open(f"{HOME}/region/South"), decision="reject", token=token(TOM), note="Cleo leaves in May")
    for _ in range(2):
        reviewed.run("sign_off")
    priya = pages.visit("gs", PRIYA)
    assert "rejected by tom@example.com: Cleo leaves in May." in priya.landed.text
    page = priya.open(f"{HOME}/region/South")
    assert "Rejected by tom@example.com" in page.text.replace("  ", " ") and "Cleo leaves in May" in page.text
    status = read_status(reviewed.folder, reviewed.name, reviewed.now)
    assert {region["region"]: region["rejected_by"] for region in status.regions}["South"] == TOM
    assert "rejected by tom@example.com" in "\n".join(status.lines())
    assert "rejected: South (by tom@example.com)" in status.next_step
