"""What is read from a system of customer success that answers as such systems do: late, in parts, not at all."""

import pytest

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.io.role_sources import gainsight
from assignment_assets.io.role_sources.gainsight import Gainsight
from assignment_assets.io.role_sources.settings import GainsightSetting
from assignment_assets.sandbox.customer_success import Entry, running

ACCOUNTS = [f"0015g00000AAA{number:02d}" for number in range(12)]
READS = {"account_id": "SFDC_Account_Id__gc", "person": "Csm__gr.Email", "changed_at": "Modified_Date__gc"}


@pytest.fixture(scope="module")
def served():
    with running(companies=[Entry(account, "Company", "ann@x.com", "Ann") for account in ACCOUNTS]) as system:
        yield system


@pytest.fixture
def system(served):
    served.hook("behaviour", "DELETE")
    return served


def reader(system, **more):
    return Gainsight(GainsightSetting(url=system.url, **READS, **more), system.access_key)


def accounts(source, since=None):
    return sorted(each.account_id for each in source.assignments(since))


@pytest.mark.parametrize(
    "behaviour",
    [
        {"too_many": 2, "retry_after": 0},
        {"too_many": 2, "retry_after": None},
        {"unavailable": 2},
        {"page_cap": 1, "calls_a_minute": 0},
        {"refuses_empty": True},
        {"shape": "list", "page_cap": 5},
    ],
)
def test_everything_is_read_however_the_system_answers(system, behaviour):
    source = reader(system)
    system.hook("behaviour", **behaviour)
    assert accounts(source) == ACCOUNTS


@pytest.mark.parametrize("garbage", ["html", "truncated", "empty", "null", "list", "no_data", "texts"])
def test_what_is_no_answer_is_told_and_asked_for_again(system, garbage):
    source = reader(system)
    system.hook("behaviour", garbage=[garbage])
    with pytest.raises(SourceUnavailable, match="Gainsight: "):
        accounts(source)
    assert accounts(source) == ACCOUNTS


def test_a_long_wait_does_not_hold_up_the_look_and_is_kept(system, monkeypatch):
    seconds = [1_000.0]
    monkeypatch.setattr(gainsight.time, "monotonic", lambda: seconds[0])
    source = reader(system)
    system.hook("behaviour", too_many=1, retry_after=600)
    with pytest.raises(SourceUnavailable, match="429"):
        accounts(source)
    asked = len(system.hook("requests", "GET")["requests"])
    with pytest.raises(SourceUnavailable, match="no calls for another 600 seconds"):
        accounts(source)
    assert len(system.hook("requests", "GET")["requests"]) == asked
    seconds[0] += 601
    assert accounts(source) == ACCOUNTS


def test_a_wrong_key_is_told_in_words(system):
    with pytest.raises(SourceUnavailable, match=r"401 .*Check ASSIGNMENT_GAINSIGHT_KEY"):
        accounts(Gainsight(GainsightSetting(url=system.url, **READS), "another"))


def test_a_company_that_changes_while_pages_are_read_hides_none(system):
    source = reader(system, page=3)
    (first, *_) = list(source.assignments(None))
    read = source.assignments(first.changed_at)
    seen = [next(read) for _ in range(4)]
    system.hook("company", account_id=ACCOUNTS[0], csm_email="bob@x.com")
    seen += read
    assert {each.account_id for each in seen} == set(ACCOUNTS)
    assert [each.person_key for each in seen if each.account_id == ACCOUNTS[0]][-1] == "bob@x.com"
    system.hook("company", account_id=ACCOUNTS[0], csm_email="ann@x.com")
