"""Fields of the contract and the columns that they are stored in."""

from assignment_assets.domain.routing.tables import TABLES as ROUTING_TABLES
from assignment_assets.domain.sources.fields import FIELDS, IN_CENTS, as_fields, as_stored
from assignment_assets.domain.sources.supplements import SUPPLEMENTS
from assignment_assets.domain.tables import CERTIFICATE, TABLES


def test_a_mapping_names_money_without_its_unit_and_tables_with_it():
    assert "tam" in FIELDS["accounts"].columns and "tam_cents" in TABLES["accounts"].columns
    for name, fields in FIELDS.items():
        stored = TABLES[name].empty()
        assert as_fields(stored).equals(fields.empty())
        assert as_stored(fields.empty()).equals(stored)


def test_no_table_names_money_without_its_unit():
    unnamed = {
        f"{table.name}.{column}"
        for table in (*TABLES.values(), *ROUTING_TABLES.values(), *SUPPLEMENTS.values())
        for column in table.columns
        if column.rpartition("_")[2] in IN_CENTS
    }
    assert unnamed == {  # figures of several kinds, not money alone: their unit stands beside them
        f"{CERTIFICATE.name}.value",
        "routing_kpis.value",
        "source_profile.value",
    }
