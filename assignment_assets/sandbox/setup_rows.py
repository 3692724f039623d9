"""What the org tells of itself once it is loaded: who it is, one role and two profiles, its objects,
their fields and the stages of opportunities.

The integration user may transfer any record; the owner of accounts is tracked in the history. Rules, flows and
triggers there are none until somebody creates them.
"""

import polars as pl

from assignment_assets.sandbox.record_ids import completed
from assignment_assets.sandbox.schema import SOBJECTS
from assignment_assets.sandbox.setup_objects import (
    ENTITY_DEFINITION,
    FIELD_DEFINITION,
    OPPORTUNITY_STAGE,
    ORGANIZATION,
    PERMISSION_SET,
    PERMISSION_SET_ASSIGNMENT,
    PERMISSIONS,
    PROFILE,
    SETUP_OBJECTS,
    USER_ROLE,
)
from assignment_assets.sandbox.stages import stage_rows

ROLE_ID = completed("00E5g00000SALES")
STANDARD_PROFILE_ID = completed("00e5g00000STAND")
INTEGRATION_PROFILE_ID = completed("00e5g00000INTEG")
PERMISSION_SET_ID = completed("0PS5g00000TRANS")
TRACKED = ("Account.OwnerId",)


def setup_rows(organization_id: str, integration_user_id: str) -> dict[str, pl.DataFrame]:
    """The records by the name of their object; objects that begin empty have none."""
    empty = {known.name: pl.DataFrame(schema={"Id": pl.String}) for known in SETUP_OBJECTS}
    return empty | _filled(organization_id, integration_user_id)


def _filled(organization_id: str, integration_user_id: str) -> dict[str, pl.DataFrame]:
    objects = [
        {
            "Id": completed(f"000E{place:011d}"),
            "DurableId": known.name,
            "QualifiedApiName": known.name,
            "DeveloperName": known.name,
            "Label": known.name,
            "KeyPrefix": known.prefix,
        }
        for place, known in enumerate(SOBJECTS.values())
    ]
    fields = [
        {
            "DurableId": f"{known.name}.{field.name}",
            "QualifiedApiName": field.name,
            "DeveloperName": field.name.removesuffix("__c"),
            "Label": field.name,
            "DataType": field.kind.value,
            "EntityDefinitionId": known.name,
            "IsFieldHistoryTracked": f"{known.name}.{field.name}" in TRACKED,
            "IsNillable": field.is_updateable,
        }
        for known in SOBJECTS.values()
        for field in known.fields.values()
    ]
    return {
        ORGANIZATION.name: pl.DataFrame(
            {
                "Id": [organization_id],
                "Name": ["Sample Company"],
                "InstanceName": ["LOOPBACK"],
                "OrganizationType": ["Developer Edition"],
                "IsSandbox": [True],
                "TimeZoneSidKey": ["GMT"],
                "LanguageLocaleKey": ["en_US"],
            }
        ),
        USER_ROLE.name: pl.DataFrame({"Id": [ROLE_ID], "Name": ["Sales"], "DeveloperName": ["Sales"]}),
        PROFILE.name: pl.DataFrame(
            {
                "Id": [STANDARD_PROFILE_ID, INTEGRATION_PROFILE_ID],
                "Name": ["Standard User", "Minimum Access - API Only Integrations"],
                "UserType": ["Standard", "Standard"],
            }
            | {name: [False, name in ("PermissionsApiEnabled", "PermissionsViewAllData")] for name in PERMISSIONS}
        ),
        PERMISSION_SET.name: pl.DataFrame(
            {"Id": [PERMISSION_SET_ID], "Name": ["Transfer_Accounts"], "Label": ["Transfer Accounts"]}
            | {name: [name == "PermissionsTransferAnyEntity"] for name in PERMISSIONS}
        ),
        PERMISSION_SET_ASSIGNMENT.name: pl.DataFrame(
            {
                "Id": [completed("0Pa5g00000TRANS")],
                "AssigneeId": [integration_user_id],
                "PermissionSetId": [PERMISSION_SET_ID],
            }
        ),
        OPPORTUNITY_STAGE.name: stage_rows(),
        ENTITY_DEFINITION.name: pl.DataFrame(objects),
        FIELD_DEFINITION.name: pl.DataFrame(
            [{"Id": completed(f"000F{place:011d}"), **field} for place, field in enumerate(fields)]
        ),
    }
