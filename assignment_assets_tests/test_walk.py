"""A rep, a director and Growth Strategy go through a whole cycle at their pages, under the real daemon.

Chromium opens each person's own link; the pages are a process, the daemon starts every run. Nothing else moves the
cycle on.
"""

import json

import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    AUDIT_LOG,
    EDIT_VERDICTS,
    LOCKS,
    PROPOSED_BOOKS,
    REGION_DIGESTS,
    SIGN_OFF_VERDICTS,
)
from assignment_assets.io.intake.look import read_receipts
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.warehouse.published import read_published
from assignment_assets_tests.chromium import chromium
from assignment_assets_tests.company import DANA, LEE, PRIYA, tiny
from assignment_assets_tests.office import CYCLE, KEY, Office
from assignment_assets_tests.review_app.accessibility import obstacles

SETTINGS = f'[signers]\n"{PRIYA}" = ["*"]\n'


@pytest.fixture
def office(tmp_path):
    office = Office(tmp_path, tiny(), SETTINGS)
    yield office
    office.stop()


def asked(office, gate) -> list[str]:
    """Who is asked, once the gate's packets are out."""
    manifest = office.until(f"the packets of {gate}", lambda: read_gate(office.folder, CYCLE, gate))
    return sorted({each.person for each in manifest.persons})


def table(office, which):
    return read_published(office.folder, CYCLE, which)


def test_people_at_their_pages_take_a_cycle_from_its_packets_to_what_is_approved(office):
    office.open_cycle("--book-size", "12")
    office.start_daemon()
    office.start_pages()
    with chromium() as browser:
        # Every rep opens their link; Ana keeps two accounts, at her phone.
        for rep in asked(office, "lock_lists"):
            page = browser.window(*((390, 844) if rep == "ana" else (1280, 900))).open(office.link(rep, "rep"))
            for account in ("a06", "a09") if rep == "ana" else ():
                page.click(f'input[value="{account}"]')
            page.click("button[type=submit]", leads_on=True)
            assert "Sent." in page.text and "accepted" in page.text, page.text
            assert obstacles(page) == []

        # The daemon settles the locks and proposes; the directors review. Dana drops an account.
        assert asked(office, "review_edits") == [DANA, LEE]
        kept = {row["account_id"]: row["lock_kind"] for row in table(office, LOCKS).filter(rep_id="ana").to_dicts()}
        assert (kept["a06"], kept["a09"]) == ("dormant_pick", "never_referred_pick")
        books = table(office, PROPOSED_BOOKS)
        dropped = books.filter((books["rep_id"] == "ana") & (books["phase"] != "lock"))["account_id"].sort()[0]
        dana = browser.window().open(office.link(DANA, "director"))
        dana.click('table.books a[href$="/book/ana"]', leads_on=True)
        dana.click(f'input[name=drop][value="{dropped}"]')
        dana.choose(f'select[name="reason.{dropped}"]', "morale")
        dana.click(".bar button", leads_on=True)
        assert "Saved, not sent." in dana.text
        dana.click('a[href$="#changes"]', leads_on=True)
        dana.click('button[value="send"]', leads_on=True)
        assert "1 drops, 0 adds" in dana.text
        lee = browser.window().open(office.link(LEE, "director"))
        lee.click('button[value="send"]', leads_on=True)
        assert "0 drops, 0 adds" in lee.text

        # Growth Strategy looks at each region and signs it with the personal token.
        assert asked(office, "sign_offs") == [PRIYA]
        [edit] = table(office, EDIT_VERDICTS).to_dicts()
        assert (edit["account_id"], edit["verdict"], edit["edit_reason"]) == (dropped, "accepted", "morale")
        regions = office.until("the regions to sign", lambda: table(office, REGION_DIGESTS)["region"].sort().to_list())
        priya = browser.window().open(office.link(PRIYA, "gs"))
        for region in regions:
            priya.open(f"{office.address}/{CYCLE}/gs/region/{region}")
            assert f"Approve {region}" in priya.text
            priya.fill("#sign input[name=note]", "seen with both directors")
            priya.fill("#sign input[name=token]", signer_token(KEY.encode(), PRIYA))
            priya.click('#sign button[value="approve"]', leads_on=True)

        # The daemon judges the signatures: what is approved is what the pages showed.
        def judged():
            verdicts = table(office, SIGN_OFF_VERDICTS)
            return set(verdicts["region"]) == set(regions) and verdicts.to_dicts()

        verdicts = office.until("every region's verdict", judged)
        assert {(each["verdict"], each["signed_by"]) for each in verdicts} == {("accepted", PRIYA)}
        approved = office.until("what is approved", lambda: table(office, APPROVED_DIFF).to_dicts())
        assert {each["signed_by"] for each in approved} == {PRIYA}
        assert "ana" not in [each["new_owner_id"] for each in approved if each["account_id"] == dropped]
        assert "signed" in priya.open(f"{office.address}/{CYCLE}/gs").text

    # Every submission left a file, a receipt and a line of who did it.
    pages = [
        json.loads(line)
        for path in (office.folder.root / "audit" / "review_app").glob("*.jsonl")
        for line in path.read_text().splitlines()
    ]
    submitted = [each for each in pages if each["action"].startswith("submitted")]
    receipts = [
        each
        for gate in ("lock_lists", "review_edits", "sign_offs")
        for each in read_receipts(office.folder, CYCLE, gate)
    ]
    assert {each.verdict for each in receipts} == {"accepted"}
    assert sorted(each["digest"] for each in submitted) == sorted(each.digest for each in receipts)
    assert {each.person for each in receipts} <= set(table(office, AUDIT_LOG)["actor"])
