"""What other systems hand over: mapped as people name it, optional, and never half understood."""

from datetime import date
from pathlib import Path

import pytest

from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.domain.sources.ids import complete_id
from assignment_assets.io.folders import PROJECT
from assignment_assets.io.mapping.mapping import SupplementMapping, mapping_of
from assignment_assets.io.sources.supplements import read_supplements

MAPPING = """
[billing]
path = "billing.csv"
dates = ["%m/%d/%Y"]
[billing.columns]
customer_key = "Customer No"
account_id = "CRM Id"
name = "Customer"
amount = "Invoiced"
last_invoice_on = "Last Invoice"
"""
ROWS = """Customer No,CRM Id,Customer,Invoiced,Last Invoice
K1,0015g00000AAAAA,Clinic A,"1,234.50",09/30/2026
K2,,Clinic B,,soon
K1,,Clinic A again,7,09/30/2026
,,No key,7,09/30/2026
"""


@pytest.fixture
def mapping(tmp_path) -> Path:
    (tmp_path / "billing.csv").write_text(ROWS)
    path = tmp_path / "supplements.toml"
    path.write_text(MAPPING)
    return path


def test_billing_is_read_by_its_own_names_and_what_says_nothing_is_left_out_and_counted(mapping):
    given = read_supplements(str(mapping))
    assert list(given.frames) == ["billing"]
    assert given.frames["billing"].rows() == [
        ("K1", complete_id("0015g00000AAAAA"), "Clinic A", 123_450, date(2026, 9, 30)),
        ("K2", None, "Clinic B", None, None),
    ]
    assert given.notes == (
        "billing: 2 rows of billing.csv left out, without customer_key or met twice",
        "billing: 1 cells of billing.csv could not be read",
    )


def test_without_a_mapping_nothing_is_handed_over():
    assert read_supplements("").frames == {}


def test_a_column_that_is_not_there_and_one_that_is_unknown_are_named(mapping):
    mapping.write_text(MAPPING.replace('"Last Invoice"', '"Invoice date"'))
    with pytest.raises(InvalidInput, match="column Invoice date: missing"):
        read_supplements(str(mapping))
    mapping.write_text(MAPPING.replace("customer_key", "customer_no"))
    with pytest.raises(InvalidInput, match="Did you mean customer_key"):
        read_supplements(str(mapping))


def test_an_object_of_salesforce_is_refused(mapping):
    mapping.write_text(MAPPING.replace('path = "billing.csv"', 'object = "Invoice__c"'))
    with pytest.raises(InvalidInput, match="Give a path instead"):
        read_supplements(str(mapping))


def test_a_file_that_is_not_there_is_said(mapping, tmp_path):
    (tmp_path / "billing.csv").unlink()
    with pytest.raises(SourceUnavailable, match=r"billing\.csv: no such file"):
        read_supplements(str(mapping))


def test_the_example_is_a_mapping_of_all_tables():
    example = mapping_of(PROJECT / "examples" / "supplements.toml", SupplementMapping)
    assert list(example.tables()) == ["billing", "usage", "renewals", "forecasts", "activities"]
