"""An org with people beside the owners: stages, history, profiles, merges, and a flow that stamps by itself."""

import sqlite3
from collections.abc import Iterator
from contextlib import closing

import polars as pl
import pytest
import requests
from simple_salesforce import Salesforce
from simple_salesforce.exceptions import SalesforceMalformedRequest

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.sample import generate
from assignment_assets.sample.opportunities import OPEN_STAGES
from assignment_assets.sandbox import OrgAddress, OverlayPeople, load, running, write_log
from assignment_assets.sandbox.automations import AUTOMATION_USER_ID
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.loading import INTEGRATION_USER_ID
from assignment_assets.sandbox.overlay_fields import ACCOUNT_CSM, OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT
from assignment_assets.sandbox.overlay_people import CS_OPERATIONS_ID
from assignment_assets.sandbox.stages import STAGES
from assignment_assets.sandbox.state import DATABASE
from assignment_assets_tests.sandbox.conftest import MORNING, log_in, session_for
from assignment_assets_tests.sandbox.test_preconditions import DATA

PEOPLE = OverlayPeople()
FLOW = {ACCOUNT_CSM: OPPORTUNITY_CSM}


@pytest.fixture(scope="module")
def small():
    return generate(4, 400, seed=2)


@pytest.fixture(scope="module")
def address(small, tmp_path_factory) -> Iterator[OrgAddress]:
    """The small company's org with six CSMs and four SAs, at nine in the morning."""
    folder, clock = tmp_path_factory.mktemp("overlays"), OrgClock(lambda: MORNING)
    load(small, folder, clock, PEOPLE)
    with running(folder, clock=clock) as address:
        yield address


@pytest.fixture(scope="module")
def people(address) -> Iterator[Salesforce]:
    with session_for(address) as session:
        yield log_in(address, session)


@pytest.fixture
def hooked(address):
    yield address.hook
    address.hook("access", "DELETE")
    address.hook("flow", fields={})


def asked(sf: Salesforce, soql: str, deleted: bool = False) -> list[dict]:
    return sf.query_all(soql, include_deleted=deleted)["records"]


@pytest.fixture
def deal(address, people) -> dict:
    """A new open opportunity of an account that has a CSM, and stamped with that one."""
    soql = f"SELECT Id, OwnerId, {ACCOUNT_CSM} FROM Account WHERE {ACCOUNT_CSM} != null ORDER BY Id LIMIT 1"
    (account,) = asked(people, soql)
    entries = {
        "AccountId": account["Id"],
        "OwnerId": account["OwnerId"],
        "StageName": "Proposal",
        "Name": "New",
        OPPORTUNITY_CSM: account[ACCOUNT_CSM],
    }
    (deal_id,) = address.hook("create", object="Opportunity", records=[entries])["ids"]
    return people.Opportunity.get(deal_id)


def another(present: str) -> str:
    return next(each for each in PEOPLE.csm_ids if each != present)


def test_stages_are_told_and_are_those_of_the_sample_company(people):
    records = asked(people, "SELECT ApiName, IsClosed, IsWon FROM OpportunityStage ORDER BY SortOrder")
    assert [(each["ApiName"], each["IsClosed"], each["IsWon"]) for each in records] == [
        (name, is_closed, is_won) for name, _, is_closed, is_won in STAGES
    ]
    assert [name for name, _, is_closed, _ in STAGES if not is_closed] == OPEN_STAGES


def test_closed_and_won_follow_from_the_stage_whoever_writes_it(people, hooked, deal):
    def flags():
        record = people.Opportunity.get(deal["Id"])
        return record["IsClosed"], record["IsWon"]

    assert flags() == (False, False)
    people.Opportunity.update(deal["Id"], {"StageName": "Closed Won"})
    assert flags() == (True, True)
    hooked("edit", object="Opportunity", id=deal["Id"], fields={"StageName": "Closed Lost"})
    assert flags() == (True, False)
    hooked("edit", object="Opportunity", id=deal["Id"], fields={"StageName": "A stage of nobody"})
    assert flags() == (True, False)
    people.Opportunity.update(deal["Id"], {"StageName": "Negotiation"})
    assert flags() == (False, False)
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_FIELD_FOR_INSERT_UPDATE"):
        people.Opportunity.update(deal["Id"], {"IsClosed": True})


def test_people_have_profiles_and_edit_as_themselves(people, hooked, deal):
    soql = "SELECT Name, Profile.Name, UserRole.Name FROM User WHERE Id = '{}'"
    (csm,), (operations,) = (asked(people, soql.format(each)) for each in (PEOPLE.csm_ids[0], CS_OPERATIONS_ID))
    assert (csm["Profile"]["Name"], csm["UserRole"]["Name"]) == ("Customer Success Manager", "Customer Success")
    assert operations["Profile"]["Name"] == "Customer Success Operations"
    hooked(
        "edit",
        object="Opportunity",
        id=deal["Id"],
        fields={OPPORTUNITY_CSM: another(deal[OPPORTUNITY_CSM])},
        user_id=CS_OPERATIONS_ID,
    )
    hooked(
        "edit",
        object="Opportunity",
        id=deal["Id"],
        fields={OPPORTUNITY_CSM: None},
        user_id=deal["OwnerId"],
    )
    history = (
        "SELECT CreatedBy.Profile.Name, NewValue FROM OpportunityFieldHistory WHERE OpportunityId = '{}' ORDER BY Id"
    )
    profiles = [each["CreatedBy"]["Profile"]["Name"] for each in asked(people, history.format(deal["Id"]))]
    assert profiles == ["Customer Success Operations"] * 2 + ["Sales"] * 2


def test_the_history_of_a_lookup_stands_with_ids_and_with_names_and_of_the_rest_once(people, hooked, deal):
    before, after = deal[OPPORTUNITY_CSM], another(deal[OPPORTUNITY_CSM])
    people.Opportunity.update(deal["Id"], {OPPORTUNITY_CSM: after, "Amount": 500, "Name": "not tracked"})
    soql = (
        "SELECT Field, OldValue, NewValue, CreatedById FROM OpportunityFieldHistory "
        f"WHERE OpportunityId = '{deal['Id']}' ORDER BY Field, Id"
    )
    amount, by_id, by_name = asked(people, soql)
    assert (amount["Field"], amount["OldValue"], amount["NewValue"]) == ("Amount", None, "500.0")
    assert (by_id["OldValue"], by_id["NewValue"], by_id["CreatedById"]) == (before, after, INTEGRATION_USER_ID)
    assert by_name["NewValue"] == people.User.get(after)["Name"]
    hooked("edit", id=deal["AccountId"], fields={ACCOUNT_CSM: after})
    on_account = asked(people, f"SELECT Field FROM AccountHistory WHERE AccountId = '{deal['AccountId']}'")
    assert {each["Field"] for each in on_account} == {ACCOUNT_CSM}
    hooked("edit", id=deal["AccountId"], fields={ACCOUNT_CSM: before})


def test_an_org_may_keep_no_history_of_a_field_or_of_an_object(people, hooked, deal):
    people.Opportunity.update(deal["Id"], {"Amount": 7, OPPORTUNITY_CSM: another(deal[OPPORTUNITY_CSM])})
    soql = f"SELECT Field FROM OpportunityFieldHistory WHERE OpportunityId = '{deal['Id']}'"
    tracked = "SELECT DurableId FROM FieldDefinition WHERE IsFieldHistoryTracked = true"
    at_first = [each["DurableId"] for each in asked(people, tracked)]
    try:
        hooked("tracking", fields=["account.ownerid", "Opportunity.amount"])
        assert {each["DurableId"] for each in asked(people, tracked)} == {"Account.OwnerId", "Opportunity.Amount"}
        assert [each["Field"] for each in asked(people, soql)] == ["Amount"]
    finally:
        hooked("tracking", fields=at_first)
    assert {each["Field"] for each in asked(people, soql)} == {"Amount", OPPORTUNITY_CSM}
    with pytest.raises(SourceUnavailable, match="INVALID_FIELD"):
        hooked("tracking", fields=["Account.Colour"])
    hooked("access", off=["opportunity_history"])
    with pytest.raises(SalesforceMalformedRequest, match="INVALID_TYPE"):
        asked(people, soql)


def test_merged_opportunities_lie_in_the_bin_and_name_whom_they_became_part_of_in_chains(people, hooked, deal):
    entries = {"AccountId": deal["AccountId"], "OwnerId": deal["OwnerId"], "StageName": "Proposal"}
    first, second, marked = hooked("create", object="Opportunity", records=[entries] * 3)["ids"]
    (task,) = hooked("create", object="Task", records=[{"WhatId": first, "Subject": "Call"}])["ids"]
    hooked("edit", object="Opportunity", id=first, merged_into=second)
    hooked("edit", object="Opportunity", id=second, merged_into=deal["Id"])
    hooked("edit", object="Opportunity", id=marked, merged_into=deal["Id"], is_deleted=False)
    soql = f"SELECT Id, IsDeleted, Merged_Into__r.Merged_Into__c FROM Opportunity WHERE Id = '{first}'"
    assert asked(people, soql) == []
    (loser,) = asked(people, soql, deleted=True)
    assert (loser["IsDeleted"], loser["Merged_Into__r"]["Merged_Into__c"]) == (True, deal["Id"])
    (duplicate,) = asked(people, f"SELECT Merged_Into__c FROM Opportunity WHERE Id = '{marked}'")
    assert duplicate["Merged_Into__c"] == deal["Id"]
    assert people.Task.get(task)["WhatId"] == first
    with pytest.raises(SourceUnavailable, match="Task records are not merged here"):
        hooked("edit", object="Task", id=task, merged_into=task)


def test_a_task_is_about_an_account_or_an_opportunity_and_as_old_as_it_is_said_to_be(people, hooked, deal):
    tasks = [
        {"WhatId": deal["Id"], "OwnerId": PEOPLE.solutions_architect_ids[0], "ActivityDate": "2026-09-01"},
        {"WhatId": deal["AccountId"], "CreatedDate": "2026-09-02T10:00:00.000+0000", "CreatedById": PEOPLE.csm_ids[0]},
    ]
    about_deal, about_account = (
        people.Task.get(each) for each in hooked("create", object="Task", records=tasks)["ids"]
    )
    assert about_deal["AccountId"] == about_account["AccountId"] == deal["AccountId"]
    assert (about_account["CreatedDate"], about_account["CreatedById"]) == (
        "2026-09-02T10:00:00.000+0000",
        PEOPLE.csm_ids[0],
    )
    with pytest.raises(SourceUnavailable, match="MALFORMED_ID"):
        hooked("create", object="Task", records=[{"WhatId": PEOPLE.csm_ids[0]}])


def test_the_orgs_own_flow_stamps_open_opportunities_as_a_user_of_its_own(address, people, hooked, deal):
    fields = {"AccountId": deal["AccountId"], "OwnerId": deal["OwnerId"], "StageName": "Closed Won"}
    (closed,) = hooked("create", object="Opportunity", records=[fields])["ids"]
    by_api, by_hand = another(deal[OPPORTUNITY_CSM]), deal[OPPORTUNITY_CSM]
    hooked("flow", fields=FLOW)
    people.Account.update(deal["AccountId"], {ACCOUNT_CSM: by_api})
    stamped = people.Opportunity.get(deal["Id"])
    assert (stamped[OPPORTUNITY_CSM], stamped["LastModifiedById"]) == (by_api, AUTOMATION_USER_ID)
    assert people.Opportunity.get(closed)[OPPORTUNITY_CSM] is None
    hooked("edit", id=deal["AccountId"], fields={ACCOUNT_CSM: by_hand}, user_id=CS_OPERATIONS_ID)
    assert people.Opportunity.get(deal["Id"])[OPPORTUNITY_CSM] == by_hand
    written = write_log(address.state_dir).filter(record_id=deal["Id"], channel="flow")
    assert written.select("new_value", "user_id").rows() == [(each, AUTOMATION_USER_ID) for each in (by_api, by_hand)]
    hooked("flow", fields={})
    people.Account.update(deal["AccountId"], {ACCOUNT_CSM: by_api})
    assert people.Opportunity.get(deal["Id"])[OPPORTUNITY_CSM] == by_hand
    people.Account.update(deal["AccountId"], {ACCOUNT_CSM: by_hand})
    with pytest.raises(SourceUnavailable, match="INVALID_FIELD"):
        hooked("flow", fields={"Colour__c": OPPORTUNITY_CSM})


def test_a_flow_may_insist_on_one_person_whoever_writes_another(people, hooked, deal):
    insisted, other = PEOPLE.csm_ids[4], another(PEOPLE.csm_ids[4])
    hooked("flow", fields=FLOW, person_id=insisted)
    people.Opportunity.update(deal["Id"], {OPPORTUNITY_CSM: other})
    hooked("edit", object="Opportunity", id=deal["Id"], fields={OPPORTUNITY_CSM: other}, user_id=CS_OPERATIONS_ID)
    kept_back = people.Opportunity.get(deal["Id"])
    assert (kept_back[OPPORTUNITY_CSM], kept_back["LastModifiedById"]) == (insisted, AUTOMATION_USER_ID)
    people.Opportunity.update(deal["Id"], {OPPORTUNITY_CSM: other, "StageName": "Closed Won"})
    assert people.Opportunity.get(deal["Id"])[OPPORTUNITY_CSM] == other


def test_people_edit_opportunities_at_the_moment_of_a_write_too(people, hooked, deal):
    edit = {"object": "Opportunity", "id": deal["Id"], "fields": {"Amount": 3}, "moment": "after_write"}
    hooked("edits", edits=[edit | {"user_id": PEOPLE.csm_ids[1]}])
    people.Opportunity.update(deal["Id"], {"Amount": 2})
    record = people.Opportunity.get(deal["Id"])
    assert (record["Amount"], record["LastModifiedById"]) == (3, PEOPLE.csm_ids[1])


def test_opportunities_look_at_times_of_change_but_have_no_tags(people, hooked, deal, address):
    def patched(**headers) -> requests.Response:
        url = f"{address.url}{DATA}/sobjects/Opportunity/{deal['Id']}"
        headers = {name.replace("_", "-"): value for name, value in headers.items()}
        with session_for(address) as session:
            return session.patch(url, json={"Amount": 1}, headers={**people.headers, **headers})

    assert patched(If_Unmodified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status_code == 412
    assert patched(If_Match='"other"').status_code == 204
    hooked("access", off=["preconditions_beyond_accounts"])
    assert patched(If_Unmodified_Since="Thu, 01 Jan 1970 00:00:00 GMT").status_code == 204


def test_a_lookup_takes_people_who_are_there_active_or_not(people, hooked, deal):
    with pytest.raises(SalesforceMalformedRequest, match="invalid cross reference id"):
        people.Opportunity.update(deal["Id"], {OPPORTUNITY_CSM: "0055g00000NOBOD"})
    leaver = PEOPLE.csm_ids[-1]
    hooked("edit", object="User", id=leaver, fields={"IsActive": False})
    assert people.Opportunity.update(deal["Id"], {OPPORTUNITY_CSM: leaver}) == 204
    hooked("edit", object="User", id=leaver, fields={"IsActive": True})


def kept(folder, table: str) -> pl.DataFrame:
    with closing(sqlite3.connect(folder / DATABASE)) as database:
        return pl.read_database(f'SELECT * FROM "{table}" ORDER BY "Id"', database, infer_schema_length=None)


def test_the_same_seed_stamps_the_same_people_and_without_any_the_org_is_as_ever(small, address, tmp_path):
    for name, overlays in (("again", PEOPLE), ("other", OverlayPeople(seed=8)), ("without", None)):
        load(small, tmp_path / name, OrgClock(lambda: MORNING), overlays)
    load(small, tmp_path / "first", OrgClock(lambda: MORNING), PEOPLE)
    for table in ("Account", "Opportunity", "OpportunityTeamMember", "User", "Profile", "FieldDefinition"):
        assert kept(tmp_path / "first", table).equals(kept(tmp_path / "again", table))
    stamps = [ACCOUNT_CSM, SOLUTIONS_ARCHITECT]
    first, other, without = (kept(tmp_path / name, "Account") for name in ("first", "other", "without"))
    assert not first.select(stamps).equals(other.select(stamps))
    assert without.drop(stamps).equals(first.drop(stamps))
    assert without[ACCOUNT_CSM].null_count() == without.height
    profiles = kept(tmp_path / "without", "Profile")["Name"].to_list()
    assert sorted(profiles) == ["Minimum Access - API Only Integrations", "Standard User"]


def test_open_opportunities_start_with_the_csm_of_their_account_and_closed_ones_may_have_a_predecessors(
    small, tmp_path
):
    load(small, tmp_path, OrgClock(lambda: MORNING), PEOPLE)
    accounts = kept(tmp_path, "Account").select(AccountId="Id", of_account=ACCOUNT_CSM)
    deals = kept(tmp_path, "Opportunity").join(accounts, on="AccountId")
    same = pl.col(OPPORTUNITY_CSM).eq_missing(pl.col("of_account"))
    by_state = deals.group_by("IsClosed").agg(same=same.mean(), count=pl.len()).sort("IsClosed")
    assert by_state["same"][0] == 1 and 0.5 < by_state["same"][1] < 1
    assert deals.filter(pl.col("CreatedDate") >= pl.col("CloseDate"), IsClosed=1).height == 0
    own = deals.join(kept(tmp_path, "Account").select(AccountId="Id", sa=SOLUTIONS_ARCHITECT), on="AccountId")
    assert own.filter(pl.col("sa").is_null(), pl.col(SOLUTIONS_ARCHITECT).is_not_null(), IsClosed=0).height > 0
    roles = kept(tmp_path, "OpportunityTeamMember")["TeamMemberRole"].unique().sort().to_list()
    assert roles == ["Sales Engineer", "Solutions Architect"]
