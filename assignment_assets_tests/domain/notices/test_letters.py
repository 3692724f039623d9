"""Who is told what: receivers and directors, one letter a sign-off each."""

import polars as pl

from assignment_assets.domain.notices.letters import HandoffInput, handoffs
from assignment_assets.domain.tables import ACCOUNTS, APPROVED_DIFF, OPPORTUNITIES, REPS
from assignment_assets_tests.company import DANA, LEE, tiny
from assignment_assets_tests.in_memory import CYCLE, InMemory


def approved(*rows: tuple) -> pl.DataFrame:
    """APPROVED_DIFF of (sign_off_no, account, from, to, status)."""
    return APPROVED_DIFF.conform(
        pl.DataFrame(
            [
                dict.fromkeys(APPROVED_DIFF.columns)
                | {
                    "sign_off_no": number,
                    "account_id": account,
                    "old_owner_id": old,
                    "new_owner_id": new,
                    "status": status,
                    "reason_sentence": "Nearer.",
                    "region": "North",
                    "deferred_because": "North must sign again" if status == "revoked" else None,
                }
                for number, account, old, new, status in rows
            ],
            schema=APPROVED_DIFF.columns,
        )
    )


def letters(*rows: tuple) -> list:
    company = tiny()
    cycle = InMemory(
        (APPROVED_DIFF, approved(*rows)),
        (ACCOUNTS, company.accounts),
        (REPS, company.reps),
        (OPPORTUNITIES, company.opportunities),
    )
    return handoffs(CYCLE, HandoffInput.read(cycle, CYCLE))


def test_a_receiver_has_one_letter_with_what_comes_and_goes():
    found = letters((1, "a03", "ana", "cleo", "approved"), (1, "c12", "cleo", "ana", "approved"))
    cleo = next(each for each in found if each.person == "cleo")
    assert (cleo.email, cleo.name, cleo.kind) == ("cleo@example.com", "Cleo Park", "receiver")
    assert [(each.account, each.from_name, each.reason) for each in cleo.comes] == [
        ("Clinic a03", "Ana Ruiz", "Nearer.")
    ]
    assert [(each.account, each.to_name, each.open_deals, each.open_amount) for each in cleo.goes] == [
        ("Clinic c12", "Ana Ruiz", 1, 100_000)
    ]


def test_each_director_whose_reps_are_touched_has_one_letter():
    found = [
        each
        for each in letters((1, "a03", "ana", "cleo", "approved"), (1, "a04", "ana", "ben", "approved"))
        if each.kind == "director"
    ]
    told = {each.email: (len(each.comes), len(each.goes), each.regions) for each in found}
    assert told == {DANA: (1, 2, ("North",)), LEE: (1, 0, ("South",))}


def test_an_inside_sales_member_who_receives_is_told_and_a_deferred_row_is_not():
    found = letters((1, "a12", "ana", "amy", "approved"), (1, "a09", "ana", "cleo", "deferred"))
    assert {each.person for each in found} == {"amy", DANA}


def test_who_was_told_of_an_approval_is_told_that_it_is_revoked():
    first = letters((1, "a03", "ana", "cleo", "approved"), (1, "c12", "cleo", "ana", "approved"))
    then = letters(
        (1, "a03", "ana", "cleo", "approved"),
        (1, "c12", "cleo", "ana", "approved"),
        (2, "a03", "ana", "cleo", "revoked"),
    )
    taken_back = [each for each in then if each.kind == "revoked"]
    assert then[: len(first)] == first, "what was said stays what it was"
    assert {(each.person, each.sign_off_no) for each in taken_back} == {("cleo", 2), (DANA, 2), (LEE, 2)}
    (cleo,) = (each for each in taken_back if each.person == "cleo")
    assert [(each.account, each.from_name, each.reason) for each in cleo.comes] == [
        ("Clinic a03", "Ana Ruiz", "North must sign again")
    ]
    assert cleo.goes == (), "c12 still goes"
    assert len({each.digest for each in then}) == len(then)


def test_a_later_sign_off_is_a_letter_of_its_own_and_the_first_stays_what_it_was():
    first = letters((1, "a03", "ana", "cleo", "approved"))
    both = letters((1, "a03", "ana", "cleo", "approved"), (2, "a04", "ana", "cleo", "approved"))
    assert {each.digest for each in first} < {each.digest for each in both}
    assert len({(each.sign_off_no, each.person) for each in both}) == len(both)
