"""What a stranger, a curious colleague and a hostile one get: nothing that is not theirs, and a line in the audit."""

from concurrent.futures import ThreadPoolExecutor

import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.identity.links import OVERLAYS, ROLES, ROUTING
from assignment_assets.domain.tables import PROPOSED_BOOKS
from assignment_assets.io.folders import engine_key
from assignment_assets.io.workbooks.review_return import read_review
from assignment_assets.review_app.app import FIRST, ROLE_OF
from assignment_assets_tests.company import DANA, LEE, PRIYA
from assignment_assets_tests.review_app.browser import Visitor, link

HOME = "/2026q4-global"


def test_without_a_link_nothing_opens(serve, proposed):
    pages = serve(proposed)
    stranger = Visitor(pages.address)
    for path in (f"{HOME}/rep", f"{HOME}/director", f"{HOME}/director/book/ana", f"{HOME}/director/map.png"):
        assert stranger.open(path).status == 403
    assert stranger.open("/").status == 200 and stranger.open("/nothing/here/at/all").status == 404


def test_every_role_has_a_first_page_and_every_page_below_it_a_role():
    assert set(FIRST) == {*ROLES, ROUTING, OVERLAYS}
    assert set(ROLE_OF.values()) <= set(ROLES)


@pytest.mark.parametrize("change", ["role", "person", "expiry", "hash", "key"])
def test_a_tampered_link_is_refused(serve, proposed, change):
    pages = serve(proposed)
    good = link(pages.address, engine_key(), "director", DANA, proposed.now.replace(year=2027))
    parts = good.partition("?k=")[2].split("~")
    if change == "key":
        bad = link(pages.address, b"another key", "director", DANA, proposed.now.replace(year=2027))
    else:
        place = {"role": 0, "person": 2, "expiry": 3, "hash": 4}[change]
        parts[place] = {"role": "gs", "person": LEE, "expiry": str(int(parts[3]) + 1), "hash": parts[4][::-1]}[change]
        bad = f"{pages.address}/in?k={'~'.join(parts)}"
    assert Visitor(pages.address).open(bad).status == 403
    assert Visitor(pages.address).open(good).status == 200


def test_a_link_and_its_cookie_expire(serve, proposed):
    pages = serve(proposed)
    dana = pages.visit("director", DANA, days=2)
    assert dana.open(f"{HOME}/director").status == 200
    proposed.pass_time(days=3)
    assert Visitor(pages.address).open(dana.landed.url).status == 403
    cookie = next(iter(dana.session.cookies))
    raw = f"{cookie.name}={cookie.value}"
    assert Visitor(pages.address).open(f"{HOME}/director", headers={"cookie": raw}).status == 403


def test_a_cookie_opens_one_role_of_one_cycle(serve, proposed):
    pages = serve(proposed)
    cookie = next(iter(pages.visit("director", DANA).session.cookies))
    assert cookie.path == f"{HOME}/director" and cookie.has_nonstandard_attr("HttpOnly")
    for path in (f"{HOME}/gs", f"{HOME}/rep", "/2026q3-global/director", f"{HOME}/nonsense"):
        raw = {"cookie": f"{cookie.name}={cookie.value}"}
        assert Visitor(pages.address).open(path, headers=raw).status == 404


def test_another_directors_books_are_not_there(serve, proposed):
    pages = serve(proposed)
    dana = pages.visit("director", DANA)
    for rep_id in ("cleo", "nobody", "..%2f..%2fetc", "%00", "a" * 500):
        assert dana.open(f"{HOME}/director/book/{rep_id}").status == 404
    assert "refused book" in {event["action"] for event in pages.audit()}


def test_another_regions_ids_in_a_form_are_refused(serve, proposed):
    pages = serve(proposed)
    dana = pages.visit("director", DANA)
    foreign = proposed.rows(PROPOSED_BOOKS, rep_id="cleo", phase="value")[0]["account_id"]
    book = dana.open(f"{HOME}/director/book/ana")
    for account_id in (foreign, "nothing", "' or 1=1 --", "../../etc/passwd"):
        answer = dana.send(book, drop=[account_id], action="save", **{f"reason__{account_id}": "morale"})
        assert answer.status == 404
    ana = pages.visit("rep", "ana", days=30)
    assert ana.open(f"{HOME}/rep").status == 200 and pages.receipts("review_edits") == []


def test_a_form_without_its_secret_or_with_another_visits_is_refused(serve, opened):
    pages = serve(opened)
    ana, ben = pages.visit("rep", "ana"), pages.visit("rep", "ben")
    stolen = ben.landed.forms[0]["form_secret"]
    for secret in ([], stolen, ["é"], [""]):
        assert ana.send(ana.landed, keep=["a06"], form_secret=secret).status == 403
    assert pages.receipts("lock_lists") == []


def test_a_replayed_form_does_not_bring_an_older_answer_back(serve, opened):
    pages = serve(opened)
    ana = pages.visit("rep", "ana")
    first = ana.landed
    ana.send(first, keep=["a06"])
    ana.send(ana.open(f"{HOME}/rep"), keep=["a07"])
    replayed = ana.send(first, keep=["a06"])
    assert replayed.status == 409 and len(pages.receipts("lock_lists")) == 2


def test_markup_and_formulas_in_notes_stay_text(serve, proposed):
    pages = serve(proposed)
    dana = pages.visit("director", DANA)
    accounts = [row["account_id"] for row in proposed.rows(PROPOSED_BOOKS, rep_id="ana") if row["phase"] != "lock"]
    notes = [
        "<script>alert(1)</script>",
        '=HYPERLINK("http://evil.example","click")',
        "+1\r\npacket,aae1:forged",
        '"><img src=x onerror=alert(1)>',
    ]
    chosen = dict(zip(accounts, notes, strict=False))
    fields = {f"reason__{each}": "morale" for each in chosen} | {f"note__{each}": note for each, note in chosen.items()}
    page = dana.send(dana.open(f"{HOME}/director/book/ana"), drop=list(chosen), action="save", **fields)
    assert page.status == 200 and "<script>alert" not in page.html and "<img src=x" not in page.html
    dana.send(dana.open(f"{HOME}/director"), action="send")
    path = proposed.folder.inbox(proposed.name, "review_edits") / DANA / "page.csv.partial"
    assert not any(cell.startswith(("=", "+")) for line in path.read_text().splitlines() for cell in line.split(","))
    answers = read_review(next(proposed.folder.root.glob("archive/*.csv")))
    assert answers.edits.height == len(chosen) and answers.code.startswith("aae1:") and "forged" not in answers.code


def test_over_long_and_odd_input_is_refused_and_the_pages_stay_up(serve, opened):
    pages = serve(opened)
    ana = pages.visit("rep", "ana")
    secret = ana.landed.forms[0]["form_secret"][0]
    path = f"{HOME}/rep"
    assert ana.post(path, {"form_secret": secret, "keep": "x" * 501}).status == 413
    assert ana.post(path, {"form_secret": secret, "keep": "x" * 500_000}).status == 413
    assert ana.post(path, {"form_secret": secret} | {f"f{number}": "x" for number in range(7000)}).status == 400
    url = f"{pages.address}{path}"
    assert ana.session.post(url, files={"file": b"x"}, timeout=20).status_code == 415
    assert ana.session.post(url, json={"form_secret": secret}, timeout=20).status_code == 415
    odd = ana.session.post(
        url, data=b"\xff\xfe=%ff%fe", timeout=20, headers={"content-type": "application/x-www-form-urlencoded"}
    )
    assert odd.status_code == 400
    assert ana.session.put(url, timeout=20).status_code == 405
    assert ana.open(path).status == 200 and pages.receipts("lock_lists") == []


def test_paths_lead_to_no_files(serve, opened):
    pages = serve(opened)
    ana = pages.visit("rep", "ana")
    for path in (
        "/static/../app.py",
        "/static/%2e%2e%2fapp.py",
        "/static/templates",
        "/static/app.css/..",
        "/..%2f..%2fetc%2fpasswd/rep",
        "/2026q4-global%00/rep",
    ):
        assert ana.open(path).status == 404
    assert ana.open("/static/app.css").status == 200


def test_every_answer_carries_headers_that_bind_the_browser(serve, opened):
    pages = serve(opened)
    ana = pages.visit("rep", "ana")
    for path, status in ((f"{HOME}/rep", 200), ("/", 200), ("/gone", 404), ("/static/app.js", 200)):
        page = ana.open(path)
        assert page.status == status
        assert "default-src 'none'" in page.headers["content-security-policy"]
        assert "unsafe" not in page.headers["content-security-policy"]
        assert page.headers["x-content-type-options"] == "nosniff" and page.headers["x-frame-options"] == "DENY"
    assert ana.open(f"{HOME}/rep").headers["cache-control"] == "no-store"
    assert not any(inline in ana.landed.html for inline in ("<script>", " style=", " onclick"))


def test_too_many_requests_from_one_visitor_stop_that_visitor_alone(serve, opened):
    pages = serve(opened, requests_a_minute=10)
    ana, ben = pages.visit("rep", "ana"), pages.visit("rep", "ben")
    answers = [ana.open(f"{HOME}/rep").status for _ in range(14)]
    assert answers[0] == 200 and answers[-1] == 429
    assert ben.open(f"{HOME}/rep").status == 200


def test_an_office_behind_one_address_is_let_in_and_whoever_guesses_there_is_stopped(serve, opened):
    pages = serve(opened, requests_a_minute=10)
    assert [pages.visit("rep", ("ana", "ben", "cleo")[number % 3]).landed.status for number in range(12)] == [200] * 12
    guesses = [Visitor(pages.address).open(f"/in?k=rep~guess~{number}").status for number in range(14)]
    assert guesses[0] == 403 and guesses[-1] == 429
    assert pages.visit("rep", "ana").landed.status == 200


def test_behind_a_proxy_the_header_says_who_is_asking(serve, proposed):
    pages = serve(proposed, person_header="X-Forwarded-Email")
    dana = Visitor(pages.address)
    dana.session.headers["X-Forwarded-Email"] = DANA.upper()
    page = dana.open(f"{HOME}/director")
    assert page.status == 200 and "Review of North" in page.text
    assert dana.send(page, action="send").status == 200
    assert dana.open(f"{HOME}/gs").status == 404
    assert Visitor(pages.address).open(f"{HOME}/director").status == 403
    linked = Visitor(pages.address)
    linked.open(link(pages.address, engine_key(), "director", DANA, proposed.now.replace(year=2027)))
    assert linked.open(f"{HOME}/director").status == 403


def test_a_header_from_elsewhere_than_the_proxy_is_not_believed(serve, proposed):
    pages = serve(proposed, person_header="X-Forwarded-Email", trusted_proxies=["10.0.0.1"])
    dana = Visitor(pages.address)
    dana.session.headers["X-Forwarded-Email"] = DANA
    assert dana.open(f"{HOME}/director").status == 403


def test_every_view_of_a_book_and_every_submission_is_an_audit_row(serve, proposed):
    pages = serve(proposed)
    dana = pages.visit("director", DANA)
    dana.open(f"{HOME}/director/book/ana")
    dana.send(dana.landed, action="send")
    rows = [(event["actor"], event["action"], event["subject"]) for event in pages.audit()]
    assert rows[:2] == [(DANA, "viewed review", "North"), (DANA, "viewed book", "ana")]
    submitted = next(event for event in pages.audit() if event["action"] == "submitted review_edits")
    assert submitted["what"] == "receipt 1" and submitted["digest"] == pages.receipts("review_edits")[0]["digest"]


def test_many_who_submit_at_once_lose_nothing_and_get_nothing_twice(serve, opened):
    pages = serve(opened)
    people = {"ana": "a06", "ben": "b06", "cleo": "c06"}

    def send(turn: int) -> int:
        rep_id = sorted(people)[turn % 3]
        visitor = pages.visit("rep", rep_id)
        return visitor.send(visitor.landed, keep=[people[rep_id]]).status

    with ThreadPoolExecutor(12) as pool:
        statuses = list(pool.map(send, range(24)))
    assert set(statuses) <= {200, 409}
    receipts = pages.receipts("lock_lists")
    assert [each["receipt_no"] for each in receipts] == list(range(1, len(receipts) + 1))
    assert {each["person"] for each in receipts if each["verdict"] == "accepted"} == set(people)


def test_a_signing_token_never_reaches_a_page_or_the_audit(serve, reviewed):
    pages = serve(reviewed)
    priya, secret = pages.visit("gs", PRIYA), signer_token(engine_key(), PRIYA)
    page = priya.send(priya.open(f"{HOME}/gs/region/North"), token=secret, decision="nonsense")
    assert page.status == 422 and secret not in page.html
    priya.send(priya.open(f"{HOME}/gs/region/North"), token=secret, decision="approve")
    assert not any(secret in str(event) for event in pages.audit())
