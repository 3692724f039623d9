"""A rep at their page: picks within quotas, sends, comes back."""

from assignment_assets.domain.tables import LOCK_VERDICTS, LOCKS

HOME = "/2026q4-global/rep"


def test_a_rep_sees_what_may_be_kept_and_what_stays_in_any_case(serve, opened):
    page = serve(opened).visit("rep", "ana").landed
    assert page.status == 200
    names = {value for (name, value) in page.boxes if name == "keep"}
    assert names == {"a06", "a07", "a08", "a03", "a04", "a05", "a09", "a10", "a12"}
    assert "3 accounts of your 12 in this cycle stay with you" in page.text


def test_a_sent_list_gets_a_receipt_at_once_and_settles_the_locks(serve, opened):
    pages = serve(opened)
    ana = pages.visit("rep", "ana")
    page = ana.send(ana.landed, keep=["a06", "a09"])
    assert page.status == 200 and "Receipt 1" in page.text and "2 keep, 7 release, 0 blank" in page.text
    assert [(each["person"], each["verdict"]) for each in pages.receipts("lock_lists")] == [("ana", "accepted")]
    opened.propose()
    kept = {row["account_id"]: row["lock_kind"] for row in opened.rows(LOCKS, rep_id="ana")}
    assert {kept.get("a06"), kept.get("a09")} == {"dormant_pick", "never_referred_pick"}
    assert opened.rows(LOCK_VERDICTS, rep_id="ana", verdict="refused") == []


def test_ticks_past_a_quota_are_refused_with_the_ticks_kept_and_nothing_sent(serve, opened):
    pages = serve(opened)
    ana = pages.visit("rep", "ana")
    six = ["a03", "a04", "a05", "a06", "a07", "a08"]
    page = ana.send(ana.landed, keep=six)
    assert page.status == 422 and "6 of 5 dormant accounts are ticked: untick 1." in page.text
    assert {value for (_, value), is_ticked in page.boxes.items() if is_ticked} == set(six)
    assert pages.receipts("lock_lists") == []


def test_a_rep_comes_back_to_what_was_sent_even_in_a_workbook(serve, opened):
    pages = serve(opened)
    opened.keep("ana", {"a06": "keep", "a07": "release"})
    opened.look("lock_lists")
    page = pages.visit("rep", "ana").landed
    assert [value for (_, value), is_ticked in page.boxes.items() if is_ticked] == ["a06"]
    assert "Send again" in page.html


def test_the_last_list_counts_and_the_same_list_twice_is_one_answer(serve, opened):
    pages = serve(opened)
    ana = pages.visit("rep", "ana")
    page = ana.send(ana.landed, keep=["a06"])
    page = ana.send(page, keep=["a06"])
    page = ana.send(page, keep=["a07"])
    page = ana.send(page, keep=["a06"])
    counts = [each for each in pages.receipts("lock_lists") if each["verdict"] == "accepted"]
    assert len(counts) == 3 and counts[0]["digest"] == counts[-1]["digest"]


def test_after_the_deadline_and_after_the_gate_the_page_shows_but_takes_nothing(serve, opened):
    pages = serve(opened)
    ana = pages.visit("rep", "ana", days=30)
    page = ana.landed
    opened.pass_time(days=8)
    late = ana.open(HOME)
    assert "The deadline passed" in late.text and late.boxes == {}
    assert ana.send(page, keep=["a06"]).status == 403
    opened.run("propose")
    assert "This gate has closed" in ana.open(HOME).text


def test_a_draft_and_a_cycle_without_packets_have_no_page(serve, cycle):
    cycle.open(mode="draft")
    assert serve(cycle).visit("rep", "ana").landed.status == 404
