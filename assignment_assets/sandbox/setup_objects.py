"""Objects that tell of the org itself: people's roles and permissions, stages, rules, flows, what is tracked.

`TOOLING` are those that only the Tooling API has, `BOTH` those that it has too.
"""

from assignment_assets.sandbox.sobject import Field, Kind, checkboxes, define, link, numbers, reference, texts

PERMISSIONS = (
    "PermissionsTransferAnyEntity",
    "PermissionsModifyAllData",
    "PermissionsViewAllData",
    "PermissionsApiEnabled",
    "PermissionsViewSetup",
)
ORGANIZATION = define(
    "Organization",
    "00D",
    *texts("Name", "InstanceName", "OrganizationType", "NamespacePrefix", "TimeZoneSidKey", "LanguageLocaleKey"),
    *checkboxes("IsSandbox"),
)
USER_LOGIN = define("UserLogin", "0Yw", reference("UserId", "User"), *checkboxes("IsFrozen", "IsPasswordLocked"))
USER_ROLE = define("UserRole", "00E", *texts("Name", "DeveloperName"), reference("ParentRoleId", "UserRole"))
PROFILE = define("Profile", "00e", *texts("Name", "UserType"), *checkboxes(*PERMISSIONS))
PERMISSION_SET = define(
    "PermissionSet",
    "0PS",
    *texts("Name", "Label"),
    reference("ProfileId", "Profile"),
    *checkboxes("IsOwnedByProfile", *PERMISSIONS),
)
PERMISSION_SET_ASSIGNMENT = define(
    "PermissionSetAssignment", "0Pa", reference("AssigneeId", "User"), reference("PermissionSetId", "PermissionSet")
)
GROUP = define("Group", "00G", *texts("Name", "DeveloperName", "Type"))
CURRENCY_TYPE = define(
    "CurrencyType",
    "01L",
    *texts("IsoCode"),
    Field("ConversionRate", Kind.NUMBER),
    *checkboxes("IsActive", "IsCorporate"),
)
DUPLICATE_RULE = define(
    "DuplicateRule", "0Bm", *texts("DeveloperName", "MasterLabel", "SobjectType", "Language"), *checkboxes("IsActive")
)
PROCESS_INSTANCE = define(
    "ProcessInstance",
    "04g",
    reference("TargetObjectId", "Account"),
    reference("SubmittedById", "User"),
    *texts("Status", "ProcessDefinitionId"),
)
FLOW_DEFINITION_VIEW = define(
    "FlowDefinitionView",
    "3dd",
    *texts("DurableId", "ApiName", "Label", "ProcessType", "TriggerType", "RecordTriggerType", "ActiveVersionId"),
    *texts("TriggerObjectOrEventLabel", "NamespacePrefix"),
    link("TriggerObjectOrEventId", "EntityDefinition"),
    *checkboxes("IsActive"),
)
ENTITY_DEFINITION = define(
    "EntityDefinition",
    "000",
    *texts("DurableId", "QualifiedApiName", "DeveloperName", "Label", "KeyPrefix"),
    key="DurableId",
)
FIELD_DEFINITION = define(
    "FieldDefinition",
    "000",
    *texts("DurableId", "QualifiedApiName", "DeveloperName", "Label", "DataType"),
    link("EntityDefinitionId", "EntityDefinition"),
    *checkboxes("IsFieldHistoryTracked", "IsNillable"),
    key="DurableId",
)
APEX_TRIGGER = define(
    "ApexTrigger",
    "01q",
    *texts("Name", "TableEnumOrId", "Status", "NamespacePrefix"),
    *checkboxes("IsValid", "UsageBeforeInsert", "UsageBeforeUpdate", "UsageAfterInsert", "UsageAfterUpdate"),
)
VALIDATION_RULE = define(
    "ValidationRule",
    "03d",
    *texts("ValidationName", "ErrorMessage", "ErrorDisplayField", "Description", "NamespacePrefix"),
    link("EntityDefinitionId", "EntityDefinition"),
    *checkboxes("Active"),
)
FLOW = define(
    "Flow",
    "301",
    *texts("MasterLabel", "DefinitionId", "Status", "ProcessType", "Description"),
    Field("VersionNumber", Kind.NUMBER),
)
OPPORTUNITY_STAGE = define(
    "OpportunityStage",
    "01J",
    *texts("ApiName", "MasterLabel"),
    *numbers("SortOrder", "DefaultProbability"),
    *checkboxes("IsActive", "IsClosed", "IsWon"),
)
TOOLING = (VALIDATION_RULE, FLOW)
BOTH = (APEX_TRIGGER, ENTITY_DEFINITION, FIELD_DEFINITION)
SETUP_OBJECTS = (
    ORGANIZATION,
    USER_ROLE,
    PROFILE,
    PERMISSION_SET,
    PERMISSION_SET_ASSIGNMENT,
    GROUP,
    CURRENCY_TYPE,
    USER_LOGIN,
    DUPLICATE_RULE,
    PROCESS_INSTANCE,
    FLOW_DEFINITION_VIEW,
    *BOTH,
    *TOOLING,
    OPPORTUNITY_STAGE,
)
