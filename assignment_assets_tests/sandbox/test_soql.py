from datetime import date, timedelta

import pytest

from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.loading import INTEGRATION_USER_ID
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import ACCOUNT
from assignment_assets.sandbox.soql import parse
from assignment_assets.sandbox.soql.dates import days_of
from assignment_assets.sandbox.state import OrgState

TODAY = date(2026, 10, 5)
ROWS = [
    {
        "Id": "0015g00000aaaa1",
        "Name": "Aspenmoor Clinic",
        "BillingStateCode": "TX",
        "TAM__c": 100.0,
        "Is_House__c": 0,
        "Last_Referral_Date__c": "2026-10-04",
        "CreatedDate": "2026-01-01T08:00:00.000+0000",
    },
    {
        "Id": "0015g00000aaaa2",
        "Name": "O'Hara 100% Care",
        "BillingStateCode": "OH",
        "TAM__c": 200.0,
        "Is_House__c": 1,
        "Last_Referral_Date__c": "2026-08-01",
        "CreatedDate": "2026-02-01T08:00:00.000+0000",
    },
    {
        "Id": "0015g00000aaaa3",
        "Name": "Larkmere Clinic",
        "BillingStateCode": None,
        "TAM__c": None,
        "Is_House__c": 0,
        "Last_Referral_Date__c": None,
        "CreatedDate": "2026-10-05T08:00:00.000+0000",
    },
    {"Id": "0015g00000aaaa4", "Name": "Deleted Clinic", "BillingStateCode": "TX", "IsDeleted": 1},
]


@pytest.fixture
def state(tmp_path):
    state = OrgState(tmp_path, OrgClock())
    rows = [{"IsDeleted": 0, **row, "Id": complete_id(row["Id"])} for row in ROWS]
    state.replace(ACCOUNT, [tuple(row.get(field.name) for field in ACCOUNT.fields.values()) for row in rows])
    yield state
    state.close()


@pytest.mark.parametrize(
    ("where", "expected"),
    [
        ("BillingStateCode = 'tx'", "1"),
        ("BillingStateCode != 'TX'", "23"),
        ("BillingStateCode = null", "3"),
        ("BillingStateCode = ''", "3"),
        ("BillingStateCode IN ('TX', 'oh')", "12"),
        ("BillingStateCode IN ('TX', null)", "13"),
        ("BillingStateCode NOT IN ('TX')", "23"),
        ("TAM__c > 100", "2"),
        ("TAM__c >= 100 AND TAM__c <= 200.0", "12"),
        ("Is_House__c = TRUE OR TAM__c = null", "23"),
        ("(Is_House__c = true OR TAM__c = 100) AND Name LIKE 'asp%'", "1"),
        ("Name LIKE '%100\\%%'", "2"),
        ("Name LIKE '_arkmere Clinic'", "3"),
        ("Name = 'O\\'Hara 100% Care'", "2"),
        ("NOT Name LIKE '%Clinic'", "2"),
        ("Last_Referral_Date__c = YESTERDAY", "1"),
        ("Last_Referral_Date__c >= LAST_N_DAYS:90", "12"),
        ("Last_Referral_Date__c < 2026-09-01", "2"),
        ("CreatedDate >= TODAY", "3"),
        ("CreatedDate = TODAY", "3"),
        ("CreatedDate > TODAY", ""),
        ("CreatedDate <= TODAY", "123"),
        ("CreatedDate < TODAY", "12"),
        ("CreatedDate != TODAY", "12"),
        ("Last_Referral_Date__c != YESTERDAY", "23"),
        ("Last_Referral_Date__c = LAST_N_DAYS:1", "1"),
        ("Last_Referral_Date__c = LAST_N_DAYS:65", "12"),
        ("Last_Referral_Date__c = LAST_QUARTER", "2"),
        ("Last_Referral_Date__c = THIS_QUARTER", "1"),
        ("Last_Referral_Date__c = THIS_FISCAL_YEAR", "12"),
        ("Last_Referral_Date__c = N_MONTHS_AGO:2", "2"),
        ("Last_Referral_Date__c < LAST_N_DAYS:64", "2"),
        ("NOT CreatedDate = LAST_N_MONTHS:9", "3"),
        ("Id IN (SELECT Id FROM Account WHERE TAM__c > 100)", "2"),
        ("Id NOT IN (SELECT Id FROM Account WHERE TAM__c > 100) AND TAM__c = null", "3"),
        ("ParentId IN (SELECT Id FROM Account)", ""),
        ("Parent.Name = null", "123"),
        ("Account.Name LIKE 'Asp%'", "1"),
        ("CreatedDate > 2026-01-01T09:00:00+02:00", "123"),
        ("CreatedDate > 2026-01-01T08:00:00Z", "23"),
        ("Id IN ('0015g00000aaaa1', '0015g00000aaaa2AAA')", "12"),
        ("id = '0015g00000aaaa4'", ""),
    ],
)
def test_conditions_select_what_salesforce_would(state, where, expected):
    query = parse(f"select Id from account where {where}", TODAY)
    assert "".join(row[0][14] for row in state.rows(query.ids_sql, query.parameters)) == expected


@pytest.mark.parametrize(
    ("tail", "expected"),
    [
        ("ORDER BY TAM__c DESC NULLS LAST", "213"),
        ("ORDER BY TAM__c", "312"),
        ("ORDER BY BillingStateCode, Name ASC", "321"),
        ("ORDER BY Name LIMIT 2", "13"),
        ("ORDER BY Id LIMIT 1 OFFSET 1", "2"),
        ("", "123"),
    ],
)
def test_order_limit_and_offset_hold(state, tail, expected):
    query = parse(f"SELECT Id FROM Account {tail}", TODAY)
    assert "".join(row[0][14] for row in state.rows(query.ids_sql, query.parameters)) == expected


def test_the_bin_is_read_only_when_asked_for(state):
    query = parse("SELECT Id FROM Account WHERE IsDeleted = true", TODAY, includes_deleted=True)
    assert len(state.rows(query.ids_sql, query.parameters)) == 1


@pytest.mark.parametrize(
    ("soql", "code"),
    [
        ("SELECT Foo FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Foo = 1", "INVALID_FIELD"),
        ("SELECT Id, id FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Lead", "INVALID_TYPE"),
        ("SELECT Id FROM User WHERE IsActive = 'true'", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE TAM__c = '1'", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Name = 5", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE Id = 'nonsense'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Account WHERE Name = 'a' AND Tier__c = 'b' OR Tier__c = 'c'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name = 'open", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name ( 'a'", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account LIMIT few", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account nonsense", "MALFORMED_QUERY"),
        ("SELECT FROM Account", "MALFORMED_QUERY"),
        ("DELETE FROM Account", "MALFORMED_QUERY"),
        ("", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE CreatedDate = LAST_N_DAYS", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE CreatedDate = SOMEDAY:3", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE CreatedDate IN (TODAY)", "INVALID_FIELD"),
        ("SELECT Id, (SELECT Id FROM Contacts) FROM Account", "MALFORMED_QUERY"),
        ("SELECT FORMAT(TAM__c) FROM Account", "MALFORMED_QUERY"),
        (
            "SELECT CALENDAR_YEAR(CreatedDate), COUNT(Id) FROM Account GROUP BY CALENDAR_YEAR(CreatedDate)",
            "MALFORMED_QUERY",
        ),
        ("SELECT convertCurrency(TAM__c) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Name, COUNT(Id) FROM Account", "MALFORMED_QUERY"),
        ("SELECT Name FROM Account GROUP BY Tier__c", "MALFORMED_QUERY"),
        ("SELECT COUNT() FROM Account GROUP BY Tier__c", "MALFORMED_QUERY"),
        ("SELECT SUM(Name) FROM Account", "MALFORMED_QUERY"),
        ("SELECT COUNT(Foo) FROM Account", "INVALID_FIELD"),
        ("SELECT Id FROM Account WHERE COUNT(Id) > 1", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Name IN (SELECT Id FROM User)", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Id IN (SELECT Name FROM User)", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE Id IN (SELECT Id FROM User LIMIT 1)", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WHERE OwnerId LIKE '005%'", "INVALID_QUERY_FILTER_OPERATOR"),
        ("SELECT Id FROM Account WHERE Tier__c INCLUDES ('A')", "MALFORMED_QUERY"),
        ("SELECT Boss.Name FROM Account", "INVALID_FIELD"),
        ("SELECT Owner.Boss FROM Account", "INVALID_FIELD"),
        ("SELECT FIELDS(ALL) FROM Account", "MALFORMED_QUERY"),
        ("SELECT FIELDS(SOME) FROM Account LIMIT 1", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account WITH SECURITY_ENFORCED", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account FOR UPDATE", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account a", "MALFORMED_QUERY"),
        ("SELECT Id FROM Account OFFSET 2001", "NUMBER_OUTSIDE_VALID_RANGE"),
        ("SELECT Id FROM ValidationRule", "INVALID_TYPE"),
    ],
)
def test_what_is_no_soql_is_refused_with_salesforces_code(soql, code):
    with pytest.raises(Refusal) as refusal:
        parse(soql, TODAY)
    assert refusal.value.code == code
    assert refusal.value.status == 400


@pytest.mark.parametrize(
    ("literal", "first", "last"),
    [
        ("TODAY", "2026-10-05", "2026-10-05"),
        ("YESTERDAY", "2026-10-04", "2026-10-04"),
        ("TOMORROW", "2026-10-06", "2026-10-06"),
        ("THIS_WEEK", "2026-10-04", "2026-10-10"),
        ("LAST_WEEK", "2026-09-27", "2026-10-03"),
        ("NEXT_WEEK", "2026-10-11", "2026-10-17"),
        ("LAST_MONTH", "2026-09-01", "2026-09-30"),
        ("THIS_MONTH", "2026-10-01", "2026-10-31"),
        ("NEXT_MONTH", "2026-11-01", "2026-11-30"),
        ("LAST_QUARTER", "2026-07-01", "2026-09-30"),
        ("THIS_QUARTER", "2026-10-01", "2026-12-31"),
        ("NEXT_FISCAL_QUARTER", "2027-01-01", "2027-03-31"),
        ("THIS_YEAR", "2026-01-01", "2026-12-31"),
        ("LAST_FISCAL_YEAR", "2025-01-01", "2025-12-31"),
        ("LAST_90_DAYS", "2026-07-07", "2026-10-05"),
        ("NEXT_90_DAYS", "2026-10-06", "2027-01-03"),
        ("last_n_days:30", "2026-09-05", "2026-10-05"),
        ("NEXT_N_DAYS:2", "2026-10-06", "2026-10-07"),
        ("LAST_N_WEEKS:2", "2026-09-20", "2026-10-03"),
        ("NEXT_N_WEEKS:1", "2026-10-11", "2026-10-17"),
        ("LAST_N_MONTHS:3", "2026-07-01", "2026-09-30"),
        ("NEXT_N_QUARTERS:1", "2027-01-01", "2027-03-31"),
        ("LAST_N_YEARS:1", "2025-01-01", "2025-12-31"),
        ("N_DAYS_AGO:3", "2026-10-02", "2026-10-02"),
        ("N_QUARTERS_AGO:1", "2026-07-01", "2026-09-30"),
    ],
)
def test_a_date_literal_means_all_its_days(literal, first, last):
    start, after = days_of(literal, TODAY)
    assert (start.isoformat(), (after - timedelta(days=1)).isoformat()) == (first, last)


def test_what_is_wrong_is_shown_where_it_stands_in_the_words_of_salesforce():
    with pytest.raises(Refusal) as refusal:
        parse("SELECT Id,\n  Colour FROM Account", TODAY)
    lines = refusal.value.message.split("\n")
    assert lines[:4] == ["", "  Colour FROM Account", "  ^", "ERROR at Row:2:Column:3"]
    assert lines[4].startswith(
        "No such column 'Colour' on entity 'Account'. If you are attempting to use a custom field"
    )
    with pytest.raises(Refusal) as refusal:
        parse(f"SELECT {'Id, ' * 30}Id FROM Lead", TODAY)
    lines = refusal.value.message.split("\n")
    assert lines[2].index("^") == lines[1].index("Lead")
    assert lines[4].startswith("sObject type 'Lead' is not supported.")


def test_count_needs_no_fields_and_injections_are_only_text(state):
    assert parse("SELECT COUNT() FROM User", TODAY).is_count
    query = parse("SELECT Id FROM Account WHERE Name = '\\'; DROP TABLE Account; --'", TODAY)
    assert state.rows(query.ids_sql, query.parameters) == []
    assert parse(f"SELECT Id FROM User WHERE Id = '{INTEGRATION_USER_ID}'", TODAY).parameters == (INTEGRATION_USER_ID,)
