"""Managers of overlay roles read, their people acknowledge: who may, what is shown, what is written down."""

from datetime import timedelta

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.identity.links import BETWEEN, OVERLAYS
from assignment_assets.domain.overlays.history import overlay_history
from assignment_assets.domain.overlays.next_account import NEXT_ACCOUNTS
from assignment_assets.domain.overlays.tables import (
    HAND_OVERS,
    OVERLAY_ACCOUNTS,
    OVERLAY_DIFFERENCES,
    OVERLAY_HISTORY,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_PEOPLE,
    OVERLAY_WORKLOAD,
)
from assignment_assets.io.folders import engine_key
from assignment_assets.io.overlay_words import read_answers, read_marks
from assignment_assets.io.warehouse.overlay_copies import overlay_copies
from assignment_assets_tests.chromium import chromium
from assignment_assets_tests.company import PRIYA, TOM
from assignment_assets_tests.domain.overlays.small import CSM, PEOPLE, SA, rows
from assignment_assets_tests.domain.overlays.test_history import Story
from assignment_assets_tests.rehearsal import Cycle, settle_in
from assignment_assets_tests.review_app.accessibility import obstacles
from assignment_assets_tests.review_app.browser import link

HOME = f"/{BETWEEN}/{OVERLAYS}"
LEAD, SA_LEAD, UMA, UGO, UTE = CSM["manager_email"], SA["manager_email"], *(row["email"] for row in PEOPLE[:3])


def written(value) -> str:
    """A value as TOML has it."""
    if isinstance(value, dict):
        return "{" + ", ".join(f"{name} = {written(each)}" for name, each in value.items()) + "}"
    if isinstance(value, list):
        return "[" + ", ".join(map(written, value)) + "]"
    return f'"{value}"' if isinstance(value, str) else str(value).lower()


def toml() -> str:
    """The two roles as a file."""
    return "".join(
        f"[roles.{name}]\n" + "".join(f"{entry} = {written(value)}\n" for entry, value in role.items())
        for name, role in (("csm", CSM), ("sa", SA))
    )


@pytest.fixture
def between(tmp_path, dagster_home, monkeypatch) -> Cycle:
    """A folder with roles and nothing else."""
    folder = settle_in(tmp_path, dagster_home, monkeypatch)
    (tmp_path / "overlays.toml").write_text(toml())
    monkeypatch.setenv("ASSIGNMENT_OVERLAYS", str(tmp_path / "overlays.toml"))
    overlay_copies(folder).publish(OVERLAY_PEOPLE, rows(OVERLAY_PEOPLE, *PEOPLE))
    return Cycle(folder)


@pytest.fixture
def told(between) -> Cycle:
    """One of everything."""

    def put(table, *facts):
        overlay_copies(between.folder).publish(table, rows(table, *facts))

    load = {"role": "csm", "is_active": True, "capacity": 260.0, "accounts": 70, "open_opportunities": 90}
    load |= {"open_amount_cents": 12_345_600, "weekly_activities": 4.5}
    put(
        OVERLAY_WORKLOAD,
        load | {"person_id": "u1", "name": "Uma One", "load": 300.0, "utilisation": 300 / 260},
        load | {"person_id": "u2", "name": "Ugo Two", "load": 130.0, "utilisation": 0.5},
        load | {"role": "sa", "person_id": "op", "name": "Sam Solo", "load": 11.0, "utilisation": 0.1},
    )
    account = {"account_id": "a1", "name": "Clinic <b>X</b>", "owner_id": "u3", "person_id": "u1"}
    put(OVERLAY_ACCOUNTS, account | {"role": "csm"}, account | {"role": "sa"})
    put(OVERLAY_OPPORTUNITIES, {"opportunity_id": "o1", "account_id": "a1", "name": "Beds for X", "is_closed": True})
    difference = {"caught_at": between.now, "role": "csm", "object": "Account", "account_id": "a1", "kind": "differ"}
    difference |= {"account_name": "Clinic X", "truth_id": "u1", "crm_id": "u2", "is_on_purpose": False}
    put(
        OVERLAY_DIFFERENCES,
        difference | {"record_id": "a1", "is_repaired": False, "sentence": "the CS system says Uma"},
        difference | {"record_id": "a2", "is_repaired": True, "sentence": "set to Uma"},
        difference | {"record_id": "a3", "caught_at": between.now - timedelta(days=1), "sentence": "of yesterday"},
        difference | {"record_id": "a4", "role": "sa", "sentence": "of the architects"},
    )
    story = Story(accounts=[account | {"role": "csm"}]).told(1, "u2").closed(5)
    table = overlay_history(story.sources(), OVERLAY_HISTORY.empty())
    story.edited(7, "u1", by="op", verdict="closed_allowed")
    overlay_copies(between.folder).publish(OVERLAY_HISTORY, overlay_history(story.sources(), table))
    waits = {"role": "csm", "account_id": "a7", "account_name": "Clinic Y", "from_id": "u3", "points": 2.0}
    waits |= {"person_id": "u2", "person_name": "Ugo Two", "load_before": 130.0, "load_after": 132.0}
    put(NEXT_ACCOUNTS, waits | {"sentence": "Ugo has room."}, waits | {"role": "sa", "account_name": "Clinic Z"})
    put(
        HAND_OVERS,
        {
            **{"change_no": 1, "role": "csm", "account_id": "a1", "account_name": "Clinic X"},
            **{"from_id": "u1", "to_id": "u2", "told_at": between.now, "checklist": "Renewals\nOpen tickets"},
        },
        {"change_no": 2, "role": "sa", "account_id": "a9", "account_name": "Other", "from_id": "u2", "to_id": "op"},
    )
    return between


def test_a_manager_sees_workload_and_differences_of_their_role_alone(serve, told):
    pages = serve(told)
    page = pages.visit(OVERLAYS, LEAD).landed
    assert page.status == 200
    for words in (
        "Customer-success managers",
        "300.0 of 260",
        "115 %",
        "Uma One",
        "the CS system says",
        "set to Uma",
    ):
        assert words in page.text, words
    assert "Average load" in page.text and "215.0" in page.text and page.text.count("waits") >= 1
    for words in ("Sam Solo", "of the architects", "of yesterday", "Other"):
        assert words not in page.text, words
    assert pages.visit(OVERLAYS, SA_LEAD).landed.text.count("Sam Solo") == 1
    assert ("viewed overlay roles", LEAD) in {(event["action"], event["actor"]) for event in pages.audit()}


def test_who_was_on_what_is_found_by_name_and_corrections_are_marked(serve, told):
    lead = serve(told).visit(OVERLAYS, LEAD)
    found = lead.open(f"{HOME}?find=BEDS")
    assert f"{HOME}?record=o1#history" in found.links
    page = lead.open(f"{HOME}?record=o1")
    for words in (
        "Uma One",
        "Ugo Two",
        "corrected",
        "correction",
        "at close",
        "override after close",
        "Olga Ops",
        "100.0%",
    ):
        assert words in page.text, words
    account = lead.open(f"{HOME}?record=a1")
    assert "On it now: Ute Three (owner, accountable), Uma One (customer-success manager)." in account.text
    assert "the beginning" in account.text
    assert "<b>X</b>" not in lead.open(f"{HOME}?find=clinic").html
    assert "Nothing of that name" in lead.open(f"{HOME}?find=zzz").text
    assert lead.open(f"{HOME}?record=nothing").status == 404


def test_people_acknowledge_their_hand_overs_and_see_nothing_else(serve, told):
    pages = serve(told)
    uma, ugo, lead = (pages.visit(OVERLAYS, each) for each in (UMA, UGO, LEAD))
    assert "Workload" not in uma.landed.text and "Uma One" in uma.landed.text and "Other" not in uma.landed.text
    assert "I have handed it over" in uma.landed.text and "I have taken it over" not in uma.landed.text
    assert uma.open(f"{HOME}?record=o1").status == 404 and uma.open(f"{HOME}?find=beds").links == ["#main"]
    assert "I have" not in lead.landed.text and "Clinic Y" not in uma.landed.text
    noted = uma.send(uma.landed)
    assert "Noted." in noted.text and "Handed over: 1 Oct 2026 09:00 UTC" in noted.text and noted.forms == []
    assert uma.send(uma.landed).status == 404  # once is enough
    assert uma.post(HOME, uma.landed.forms[0] | {"part": "taken"}).status == 404
    assert uma.post(HOME, uma.landed.forms[0] | {"form_secret": "x"}).status == 403
    mine = next(number for number, form in enumerate(ugo.landed.forms) if form["change_no"] == ["1"])
    ugo.send(ugo.landed, mine)
    assert "Taken over: 1 Oct 2026" in lead.open(HOME).text
    marks = read_marks(told.folder).select("change_no", "part", "marked_by").rows()
    assert marks == [(1, "given", UMA), (1, "taken", UGO)]
    assert ("hand-over given", UMA) in {(event["action"], event["actor"]) for event in pages.audit()}


def test_the_manager_answers_the_proposal_and_the_last_answer_stands(serve, told):
    pages = serve(told)
    lead = pages.visit(OVERLAYS, LEAD)
    assert "Clinic Y" in lead.landed.text and "Ugo has room." in lead.landed.text and "Clinic Z" not in lead.landed.text
    row = next(form for form in lead.landed.forms if "account_id" in form)
    refused = lead.post(HOME, row | {"answer": "refused"})
    assert f"refused{LEAD}, 1 Oct 2026 09:00 UTC" in refused.text and "Noted." in refused.text
    lead.post(HOME, row | {"answer": "accepted"})
    answers = read_answers(told.folder).select("role", "account_id", "person_id", "answer", "answered_by").rows()
    assert answers == [("csm", "a7", "u2", each, LEAD) for each in ("refused", "accepted")]
    assert f"accepted{LEAD}" in lead.open(HOME).text
    for wrong in ({"person_id": "u1"}, {"role": "sa"}, {"answer": "perhaps"}, {"account_id": "a1"}):
        assert lead.post(HOME, row | {"answer": "accepted"} | wrong).status == 404, wrong
    assert pages.visit(OVERLAYS, UMA).post(HOME, row | {"answer": "accepted"}).status == 403
    assert ("proposal accepted", LEAD) in {(event["action"], event["actor"]) for event in pages.audit()}


def test_a_signer_of_every_region_sees_all_roles_and_a_stranger_nothing(serve, told):
    pages = serve(told)
    text = pages.visit(OVERLAYS, PRIYA).landed.text
    assert "Sam Solo" in text and "Uma One" in text and "Customer success and the other roles" in text
    for person in (TOM, UTE, "nobody@example.com"):
        assert pages.visit(OVERLAYS, person).landed.status == 403
    assert pages.visit("routing", PRIYA).open(HOME).status in (403, 404)


def test_without_roles_there_is_no_page_and_with_nothing_written_one_that_says_so(serve, between, monkeypatch):
    pages = serve(between)
    page = pages.visit(OVERLAYS, LEAD).landed
    for words in ("No workload was measured yet", "Nothing was compared yet", "No account has changed its person"):
        assert words in page.text, words
    monkeypatch.delenv("ASSIGNMENT_OVERLAYS")
    assert pages.visit(OVERLAYS, LEAD).landed.status == 403


def test_behind_a_proxy_the_header_says_who_it_is(serve, told):
    pages = serve(told, person_header="x-person", trusted_proxies=["127.0.0.1"])
    visitor = pages.visit(OVERLAYS, LEAD)
    assert "Uma One" in visitor.open(HOME, headers={"x-person": LEAD}).text
    assert visitor.open(HOME, headers={"x-person": TOM}).status == 404


def test_a_link_is_made_for_managers_and_people_only(told):
    run = CliRunner().invoke(main, ["link", LEAD, "--role", "overlays"])
    assert run.exit_code == 0 and f"/in?k=overlays~{BETWEEN}~{LEAD}~" in run.output
    refused = CliRunner().invoke(main, ["link", TOM, "--role", "overlays"])
    assert refused.exit_code == 2 and "no role's manager_email" in refused.output


def test_nobody_stumbles_on_the_page_at_the_desk_or_on_the_phone(serve, told):
    address = serve(told).address
    with chromium() as browser:
        for width, height in ((1280, 900), (390, 844)):
            window = browser.window(width, height)
            for person, path in ((LEAD, f"{HOME}?record=o1"), (UMA, HOME)):
                window.open(link(address, engine_key(), OVERLAYS, person, told.now.replace(year=2027), BETWEEN))
                window.open(f"{address}{path}")
                assert obstacles(window) == []
            window.click("form[method=post] button", leads_on=True) if width > 400 else None
            assert obstacles(window) == []
            window.close()
