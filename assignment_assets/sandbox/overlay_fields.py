"""The names of the org's lookups from accounts and opportunities to people beside the owner, in one place.

An account's customer success manager and an opportunity's have other names, as grown orgs have them. An org without
one of these fields hides it (`Access`); one whose integration may not set it has it read-only there.
"""

ACCOUNT_CSM = "Technical_Account_Manager_LU__c"
OPPORTUNITY_CSM = "Technical_Account_Manager__c"
SOLUTIONS_ARCHITECT = "Solutions_Architect__c"
PARTNER_MANAGER = "Partner_Manager__c"
ON_ACCOUNT = (ACCOUNT_CSM, SOLUTIONS_ARCHITECT, PARTNER_MANAGER)
ON_OPPORTUNITY = (OPPORTUNITY_CSM, SOLUTIONS_ARCHITECT, PARTNER_MANAGER)
