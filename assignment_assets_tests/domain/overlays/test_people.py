"""Names from a system of truth become users of the CRM."""

import polars as pl

from assignment_assets.domain.overlays.people import resolved
from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.domain.overlays.tables import OVERLAY_PEOPLE
from assignment_assets.domain.sources.ids import complete_id

ROLE = OverlayRole(label="manager", account_field="M__c", truth="files", source="m.toml", person_profiles=["Success"])
BODY = "005000000ABCdef"


def people(*rows):
    columns = ["person_id", "email", "profile", "is_active"]
    given = pl.DataFrame(rows, schema=columns, orient="row")
    return OVERLAY_PEOPLE.conform(OVERLAY_PEOPLE.widened(given))


def standings(keys, users):
    rows = resolved(keys, users, ROLE).iter_rows(named=True)
    return {row["person_key"]: (row["person_id"], row["standing"]) for row in rows}


def test_addresses_have_no_case_and_ids_of_15_characters_are_completed():
    users = people((complete_id(BODY), "Ann@X.com", "Success", True))
    found = standings(["aNN@x.com ", BODY, complete_id(BODY)], users)
    assert {found[key] for key in found if key} == {(complete_id(BODY), "known")}


def test_nobody_is_a_null_or_a_blank():
    assert standings([None, " "], people()) == {None: (None, "nobody"), " ": (None, "nobody")}


def test_an_address_of_two_users_is_that_of_the_active_one():
    users = people(("u1", "a@x.com", "Success", False), ("u2", "a@x.com", "Success", True))
    assert standings(["a@x.com"], users)["a@x.com"] == ("u2", "known")


def test_an_address_of_two_active_users_is_of_nobody_known_and_the_sentence_names_them():
    users = people(("u1", "a@x.com", "Success", True), ("u2", "a@x.com", "Success", True))
    row = resolved(["a@x.com"], users, ROLE).row(by_predicate=pl.col("person_key") == "a@x.com", named=True)
    assert (row["person_id"], row["standing"]) == (None, "unknown_person")
    assert "u1, u2" in row["sentence"]


def test_users_who_left_or_have_another_profile_are_told_apart():
    users = people(("u1", "a@x.com", "Success", False), ("u2", "b@x.com", "Sales", True))
    found = standings(["u1", "u2", "u3"], users)
    assert [found[key] for key in ("u1", "u2", "u3")] == [
        ("u1", "inactive_person"),
        (None, "unknown_person"),
        (None, "unknown_person"),
    ]
