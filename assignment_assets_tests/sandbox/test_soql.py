from datetime import date

import pytest

from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.sandbox.clock import OrgClock
from assignment_assets.sandbox.loading import INTEGRATION_USER_ID
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import ACCOUNT
from assignment_assets.sandbox.soql import parse
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
    ],
)
def test_what_is_no_soql_is_refused_with_salesforces_code(soql, code):
    with pytest.raises(Refusal) as refusal:
        parse(soql, TODAY)
    assert refusal.value.code == code
    assert refusal.value.status == 400


def test_count_needs_no_fields_and_injections_are_only_text(state):
    assert parse("SELECT COUNT() FROM User", TODAY).is_count
    query = parse("SELECT Id FROM Account WHERE Name = '\\'; DROP TABLE Account; --'", TODAY)
    assert state.rows(query.ids_sql, query.parameters) == []
    assert parse(f"SELECT Id FROM User WHERE Id = '{INTEGRATION_USER_ID}'", TODAY).parameters == (INTEGRATION_USER_ID,)
