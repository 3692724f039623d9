"""Fields as mappings name them, and what answers say of them."""

import pytest

from assignment_assets.io.salesforce.fields import Field, Missing, single

RECORD = {
    "Id": "1",
    "Carve_Out__c": "TAD",
    "Owner": {"attributes": {}, "Name": "Ana"},
    "Parent": None,
    "labelTierc": "A",
}


@pytest.mark.parametrize(
    ("source", "selected", "value"),
    [
        ("Carve_Out__c", "Carve_Out__c", "TAD"),
        ("carve_out__C", "carve_out__C", "TAD"),
        ("Owner.Name", "Owner.Name", "Ana"),
        ("owner.NAME", "owner.NAME", "Ana"),
        ("Parent.Name", "Parent.Name", None),
        ("Owner.Region__c", "Owner.Region__c", Missing.FIELD),
        ("Tier__c", "Tier__c", Missing.FIELD),
        ("toLabel(Tier__c)", "toLabel(Tier__c) labelTierc", "A"),
        ("tolabel( Tier__c )", "tolabel(Tier__c) labelTierc", "A"),
        ("convertCurrency(Tier__c)", "convertCurrency(Tier__c) convertedTierc", Missing.FIELD),
    ],
)
def test_a_field_is_selected_as_the_mapping_has_it_and_found_in_any_case(source, selected, value):
    field = Field.of(source)
    assert field.selected == selected
    assert field.value(RECORD) == value


def test_a_field_named_twice_in_different_letters_is_selected_once():
    named = [Field.of(each) for each in ("Id", "Tier__c", "tier__C", "toLabel(Tier__c)")]
    assert [field.selected for field in single(named)] == ["Id", "Tier__c", "toLabel(Tier__c) labelTierc"]


def test_only_stored_fields_of_the_object_itself_can_be_retrieved_by_id():
    plain = {each: Field.of(each).is_plain for each in ("Tier__c", "Owner.Name", "toLabel(Tier__c)")}
    assert plain == {"Tier__c": True, "Owner.Name": False, "toLabel(Tier__c)": False}
