"""What other systems call the contract's fields: Salesforce's labels and API names, HubSpot's, Dynamics', Zoho's,
Pipedrive's."""

import re
from collections.abc import Iterable, Mapping

from assignment_assets.io.mapping.headers import plain_name
from assignment_assets.io.mapping.places import COUNTRY_HEADERS

_ACCOUNTS = {
    "account_id": (
        *("Account ID", "Account Id (18)", "Id", "Record ID", "hs_object_id", "Company ID", "(Do Not Modify) Account"),
        *("Account", "Account Number", "Customer ID", "Account 18 Digit ID", "Case Safe ID", "Facility ID", "CRM ID"),
        *("accountid", "Account.Id", "Organization ID", "Account: Account ID", "Customer Number"),
    ),
    "name": (
        *("Account Name", "Company name", "Name", "Company", "Customer Name", "Facility Name", "Organization Name"),
        *("Business Name", "Customer", "Account", "Account: Account Name", "Account.Name", "Organization"),
    ),
    "owner_id": (
        *("Owner ID", "Account Owner ID", "Account Owner: User ID", "hubspot_owner_id", "_ownerid_value", "OwnerId"),
        *("Account Owner", "Company owner", "Owner", "Owner Name", "Account Owner Name", "Owner: Full Name"),
        *("Account Owner Email", "Owner Email", "Account Owner: Email", "Account Owner Alias", "Sales Rep", "Rep"),
        *("Account Executive", "Account Manager", "Salesperson", "Assigned To", "Sales Agent", "Assigned Rep"),
        *("Owner.Name", "Owner.Email", "Account.OwnerId", "Account Owner.id", "Account Owner: Full Name"),
        *("Owner: Name", "Owner: Email", "Company owner email", "Owning User", "owneridname"),
    ),
    "parent_id": (
        *("Parent Account ID", "ParentId", "Parent ID", "_parentaccountid_value", "parentaccountid"),
        *(
            "Ultimate Parent Account ID",
            "Parent company ID",
            "hs_parent_company_id",
            "Parent Account",
            "Parent Company",
        ),
        *("Parent", "Parent.Id", "Parent Account.id", "Parent Account: Account ID", "Parent Company IDs"),
    ),
    "state": (
        *("Billing State/Province", "Billing State", "Billing State Code", "State/Region", "State"),
        *("address1_stateorprovince", "Address 1: State/Province", "Shipping State/Province", "Shipping State"),
        *("State/Province", "Billing State/Province (text only)", "State Code", "Region/State", "Province", "ST"),
        *("State or Province", "hs_state_code", "BillingAddress.state", "Mailing State/Province", "Ship To State"),
        *("Bill To State", "State/county of Address"),
    ),
    "postal_code": (
        *("Billing Zip/Postal Code", "Billing Postal Code", "BillingPostalCode", "Billing Zip", "Postal Code", "Zip"),
        *("address1_postalcode", "Address 1: ZIP/Postal Code", "Zip Code", "Zip/Postal Code", "Shipping Postal Code"),
        *("Shipping Zip/Postal Code", "Zip Postal Code", "Postcode"),
        *("Billing Code", "ZIP/Postal code of Address", "Billing Zip Code", "Mailing Zip/Postal Code", "Zipcode"),
    ),
    "latitude": (
        *("Billing Latitude", "Latitude", "Lat", "address1_latitude", "Address 1: Latitude", "Shipping Latitude"),
    ),
    "longitude": (
        *("Billing Longitude", "Longitude", "Lon", "Lng", "Long", "address1_longitude", "Address 1: Longitude"),
        "Shipping Longitude",
    ),
    "city": (
        *("Billing City", "City", "address1_city", "Address 1: City", "Shipping City", "City/town/village/locality"),
        "City/town/village/locality of Address",
    ),
    "opp_count": (
        *("Opp Count", "Opportunity Count", "Open Opportunities", "Number of Opportunities", "Opportunities"),
        *("Number of Associated Deals", "num_associated_deals", "Open deals"),
    ),
    "bps": ("BPS", "BPS Score"),
    "tam": (
        *("TAM", "Total Addressable Market", "Market Potential", "TAM ($)", "Annual Potential"),
        *("Annual Potential (converted)", "Potential"),
    ),
    "value": ("Value", "Account Value", "Potential Value", "Account Score Value", "Lifetime Value"),
    "revenue": (
        *("Annual Revenue", "annualrevenue", "Revenue", "Total Revenue", "Revenue L12M", "Revenue (USD)"),
        *("Revenue 12M", "Annual Revenue (converted)", "Sales"),
    ),
    "tier": ("Tier", "Account Tier", "Segment", "Customer Tier", "Priority"),
    "referrals_l3m": (
        *("Referrals L3M", "Referrals 3M", "Referrals Last 3 Months", "Referrals 90 Days", "Referrals Q"),
        "Referrals 3 mo",
    ),
    "referrals_l12m": (
        *("Referrals L12M", "Referrals 12M", "Referrals Last 12 Months", "Referrals 12 Months"),
        "Referrals 12 mo",
    ),
    "referrals_ever": ("Referrals Ever", "Total Referrals", "Lifetime Referrals", "Referrals", "Referrals All Time"),
    "last_referral_on": ("Last Referral", "Last Referral Date", "Last Referral On", "Most Recent Referral"),
    "carve_out": ("Carve Out", "Carve-Out", "Carved Out", "Excluded", "Do Not Assign"),
    "keep_with_owner": ("Keep With Owner", "Keep", "Locked", "Lock"),
    "is_house": ("Is House", "House Account", "House"),
    "co_owner_ids": ("Co Owners", "Co-Owners", "Co Owner IDs"),
    "held_for_new_hire": ("Held For New Hire", "New Hire Hold"),
    "created_at": ("Created Date", "CreatedDate", "Create Date", "createdate", "Created On", "createdon", "Created At"),
    "country": (*COUNTRY_HEADERS, "address1_country", "Address 1: Country/Region"),
}
_REPS = {
    "rep_id": (
        *("User ID", "Rep ID", "Id", "systemuserid", "(Do Not Modify) User", "Owner ID", "Record ID", "hs_object_id"),
        *("Employee ID", "User: User ID", "18 Digit User ID", "User Id (18)", "Sales Rep ID", "Rep Number"),
        *("User.Id",),
    ),
    "name": (
        *("Full Name", "Name", "fullname", "Rep Name", "User Name", "Rep", "User: Full Name", "Sales Rep", "User"),
        *("Employee Name", "Sales Agent", "Salesperson", "Display Name", "User.Name", "Owner Name"),
    ),
    "email": (
        *("Email", "E-mail", "Primary Email", "internalemailaddress", "Email Address", "User: Email", "Work Email"),
        *("Rep Email", "User Email", "domainname", "Owner Email"),
    ),
    "region": (
        *("Region", "Territory", "Sales Region", "Business Unit", "Regional Office", "Division", "Sales Office"),
        *("Role Name", "Main team", "Primary Team", "District", "UserRole.Name", "User Role", "businessunitidname"),
        *("_businessunitid_value", "_territoryid_value", "Teams"),
    ),
    "director_email": (
        *("Director Email", "Manager Email", "Manager: Email", "Regional Director Email", "Manager's Email"),
        *("Director", "Regional Director", "Manager", "Supervisor", "Manager Name", "Manager.Email", "Manager.Name"),
        *("Reporting To", "Reports To", "Sales Manager"),
    ),
    "team": ("Team", "Assignment Team", "Sales Team", "Team Name", "Role", "Job Function", "Segment"),
    "is_active": (
        *("Active", "IsActive", "Is Active", "Status", "User Status", "isdisabled", "Enabled", "Active User"),
        *("Employment Status", "Archived", "Deactivated"),
    ),
    "on_leave_until": ("On Leave Until", "Leave Until", "Leave End", "Return Date"),
    "started_on": ("Start Date", "Started On", "Hire Date", "Started", "Date Hired", "Employee Start Date"),
    "covered_states": (
        *(
            "Covered States",
            "States",
            "States Covered",
            "Coverage",
            "Territory States",
            "Licensed States",
            "State List",
        ),
        "Assigned States",
    ),
    "latitude": ("Latitude", "Lat", "Home Latitude"),
    "longitude": ("Longitude", "Lon", "Lng", "Home Longitude"),
    "postal_code": (
        "Zip",
        "Zip Code",
        "Postal Code",
        "Zip/Postal Code",
        "Home Zip",
        "PostalCode",
        "Home Postal Code",
        "address1_postalcode",
        "Address 1: ZIP/Postal Code",
    ),
    "performance": ("Performance", "Quota Attainment", "Attainment"),
    "capacity": ("Capacity", "Book Capacity", "Max Accounts", "Book Size", "Account Cap"),
}
_DEALS = {
    "opportunity_id": (
        *("Opportunity ID", "Deal ID", "Record ID", "Id", "hs_object_id", "(Do Not Modify) Opportunity"),
        *("opportunityid", "Opp ID", "Opportunity Number", "Opportunity Id (18)"),
        *("Opportunity: Opportunity ID", "Deal Record ID"),
    ),
    "account_id": (
        *("Account ID", "Associated Company IDs", "Associated Company IDs (Primary)", "Primary Associated Company ID"),
        *("Company ID", "_parentaccountid_value", "_customerid_value", "customerid", "Account: Account ID"),
        *("Potential Customer", "Account", "Account Name", "Associated Company", "Associated Company (Primary)"),
        *("Company", "Customer", "Company Name", "Account.Id", "Account.Name", "Account Name.id", "Organization"),
        *("Organization ID", "Account: Account Name", "parentaccountid", "customeridname", "Associated Company Name"),
    ),
    "owner_id": (
        *("Owner ID", "Opportunity Owner ID", "hubspot_owner_id", "_ownerid_value", "Opportunity Owner", "Deal owner"),
        *("Owner", "Owner Name", "Owner Email", "Opportunity Owner Email", "Sales Agent", "Sales Rep", "Rep"),
        *("Owner.Name", "Owner.Email", "Deal Owner.id", "Opportunity Owner: Full Name"),
    ),
    "stage": (
        *("Stage", "StageName", "Deal Stage", "dealstage", "Pipeline Phase", "stepname", "Opportunity Stage"),
        *("Sales Stage", "Opportunity: Stage", "Status Reason", "Status", "statuscode"),
    ),
    "amount": (
        *("Amount", "Deal Amount", "Est. Revenue", "Estimated Revenue", "estimatedvalue", "Amount in company currency"),
        *("Opportunity Amount", "Close Value", "Deal Value", "Value", "Actual Revenue", "actualvalue"),
        "Amount (converted)",
    ),
    "close_on": (
        *("Close Date", "closedate", "CloseDate", "Est. Close Date", "Estimated Close Date", "estimatedclosedate"),
        *("Expected Close Date", "Actual Close Date", "Closing Date", "actualclosedate", "Won time"),
    ),
    "is_closed": ("Closed", "IsClosed", "Is Closed", "Is Deal Closed?", "hs_is_closed", "statecode", "Status"),
    "is_won": ("Won", "IsWon", "Is Won", "Is Closed Won", "hs_is_closed_won", "statecode", "Status"),
}
_PREFIX = re.compile(r"^(organization|deal|user) - ")
"""What Pipedrive writes before every header."""
SYNONYMS: dict[str, dict[str, tuple[str, ...]]] = {"accounts": _ACCOUNTS, "reps": _REPS, "opportunities": _DEALS}
"""Table → field → headers, the surest first. The contract's own names are understood besides."""
TELLING = {
    "accounts": {"state", "postal_code", "revenue", "tam", "parent_id", "referrals_l12m", "last_referral_on"},
    "reps": {"rep_id", "email", "director_email", "covered_states", "is_active", "team", "region", "started_on"},
    "opportunities": {"opportunity_id", "stage", "close_on", "amount", "is_closed"},
}
"""Fields whose headers say which table a file is."""
FILE_WORDS = {
    "accounts": ("account", "compan", "customer", "facilit", "organi"),
    "reps": ("rep", "user", "roster", "team", "owner", "sales_people", "salespeople", "employee"),
    "opportunities": ("opp", "deal", "pipeline"),
}
"""What files of a table are often called."""
OTHER_WORDS = ("lead", "contact", "campaign", "product", "territor", "quota", "goal", "task", "activit")
"""What files are called that hold neither accounts nor a roster nor deals."""


def squeezed(name: str) -> str:
    """The letters and digits of a header, so that BillingState, billing_state and Billing State are one."""
    return "".join(filter(str.isalnum, _PREFIX.sub("", plain_name(name)).removesuffix("__c")))


def candidates(headers: Iterable[str], table: str) -> Mapping[str, list[str]]:
    """Field → the headers that are called so, the surest first."""
    there: dict[str, str] = {}
    for header in headers:
        there.setdefault(squeezed(header), header)
    found = {}
    for field, names in SYNONYMS[table].items():
        known = dict.fromkeys(map(squeezed, (field, *names)))
        found[field] = [there[name] for name in known if name in there]
    return found
