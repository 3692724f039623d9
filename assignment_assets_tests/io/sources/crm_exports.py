"""The small company of `exports` as CRM systems write it: their headers, ids, names, words and forms of days."""

from collections.abc import Callable
from pathlib import Path

import xlsxwriter

from assignment_assets_tests.io.sources.exports import PLACES, Row, written

NUM_ACCOUNTS, NUM_DEALS = 60, 12
CITIES = ("New York", "Hoboken", "Boston", "San Diego", "Austin", "Spokane")
STATES = ("New York", "New Jersey", "Massachusetts", "California", "Texas", "Washington")
COVERED = ("NY, NJ", "NY, NJ", "NY, MA", "CA, TX", "CA, TX", "TX, WA")


def people() -> list[tuple[str, str, str]]:
    """(first name, last name, e-mail) of each rep."""
    names = (("Ana", "Ruiz"), ("Ben", "Ode"), ("Cleo", "Park"), ("Dan", "Fox"), ("Eva", "Lind"), ("Finn", "Hale"))
    return [(first, last, f"{first}.{last}@example.com".lower()) for first, last in names]


def full(number: int) -> str:
    """The name of whoever owns the account of that number."""
    first, last, _ = people()[number % len(PLACES)]
    return f"{first} {last}"


def hubspot(folder: Path) -> None:
    """Companies, deals and users as HubSpot's Export writes them."""
    companies = [
        {
            "Record ID": str(9_100_000_001 + number),
            "Company name": f"Clinic {number}",
            "Company owner": full(number),
            "Create Date": "2024-03-11 14:05",
            "Phone Number": f"555-01{number:02}",
            "City": CITIES[number % 6],
            "State/Region": STATES[number % 6],
            "Postal Code": PLACES[number % 6][1],
            "Country/Region": "United States",
            "Industry": "HOSPITAL_HEALTH_CARE",
            "Annual Revenue": str(1000 * (number + 1)),
            "Number of Associated Deals": "1",
        }
        for number in range(NUM_ACCOUNTS)
    ]
    deals = [
        {
            "Record ID": str(5_300_000_001 + number),
            "Deal Name": f"Clinic {number} - New Deal",
            "Deal Stage": ("Closed Won (Sales Pipeline)", "Contract Sent (Sales Pipeline)")[number % 2],
            "Close Date": "2026-10-15 14:05",
            "Deal owner": full(number),
            "Amount": "1500.5",
            "Pipeline": "Sales Pipeline",
            "Associated Company": f"Clinic {number}",
            "Associated Company IDs": f"{9_100_000_001 + number};{9_100_000_002 + number}",
        }
        for number in range(NUM_DEALS)
    ]
    users = [
        {
            "First Name": first,
            "Last Name": last,
            "Email": email,
            "Status": "Active",
            "Main team": "East" if n < 3 else "West",
        }
        for n, (first, last, email) in enumerate(people())
    ]
    for name, rows in (("companies", companies), ("deals", deals), ("users", users)):
        written(folder / f"hubspot-crm-exports-{name}.csv", rows)


def dynamics_excel(folder: Path) -> None:
    """Accounts, opportunities and users as Dynamics' Export to Excel writes them, with its hidden first columns."""

    def guid(kind: int, number: int) -> str:
        return f"{kind:08x}-0000-4000-8000-{number:012x}"

    def head(what: str, kind: int, number: int) -> Row:
        return {
            f"(Do Not Modify) {what}": guid(kind, number),
            "(Do Not Modify) Row Checksum": f"c{number}==",
            "(Do Not Modify) Modified On": "9/1/2026 7:42",
        }

    accounts = [
        head("Account", 1, number)
        | {
            "Account Name": f"Clinic {number}",
            "Main Phone": f"555-01{number:02}",
            "Address 1: City": CITIES[number % 6],
            "Address 1: State/Province": STATES[number % 6],
            "Address 1: ZIP/Postal Code": PLACES[number % 6][1],
            "Primary Contact": f"Contact {number}",
            "Annual Revenue": f"{1000 * (number + 1)}",
            "Owner": full(number),
            "Status": "Active",
        }
        for number in range(NUM_ACCOUNTS)
    ]
    opportunities = [
        head("Opportunity", 2, number)
        | {
            "Topic": "Renewal",
            "Potential Customer": f"Clinic {number}",
            "Est. close date": "10/15/2026",
            "Est. revenue": "1500",
            "Status": ("Won", "Open", "Lost")[number % 3],
            "Status Reason": ("Won", "In Progress", "Canceled")[number % 3],
            "Owner": full(number),
        }
        for number in range(NUM_DEALS)
    ]
    users = [
        head("User", 3, number)
        | {
            "Full Name": f"{first} {last}",
            "Business Unit": "East" if number < 3 else "West",
            "Title": "Sales Representative",
            "Manager": full(0 if number < 3 else 3),
            "Primary Email": email,
            "Status": "Enabled",
        }
        for number, (first, last, email) in enumerate(people())
    ]
    for name, rows in (("Accounts", accounts), ("Opportunities", opportunities), ("Users", users)):
        with xlsxwriter.Workbook(folder / f"All {name} 9-1-2026.xlsx") as book:
            sheet = book.add_worksheet(name)
            sheet.set_column(0, 2, None, None, {"hidden": True})
            for place, row in enumerate([list(rows[0]), *(list(row.values()) for row in rows)]):
                sheet.write_row(place, 0, row)


def dynamics_api(folder: Path) -> None:
    """The same from Dynamics' web service: logical names, numbers for states, `isdisabled`."""
    accounts = [
        {
            "accountid": f"a-{number}",
            "name": f"Clinic {number}",
            "_ownerid_value": f"s-{number % 6}",
            "address1_stateorprovince": PLACES[number % 6][0],
            "address1_postalcode": PLACES[number % 6][1],
            "revenue": f"{1000 * (number + 1)}.0000",
            "statecode": "0",
        }
        for number in range(NUM_ACCOUNTS)
    ]
    opportunities = [
        {
            "opportunityid": f"o-{number}",
            "_customerid_value": f"a-{number}",
            "statecode": str(number % 3),
            "estimatedvalue": "1500.0000",
            "estimatedclosedate": "2026-10-15T00:00:00Z",
        }
        for number in range(NUM_DEALS)
    ]
    users = [
        {
            "systemuserid": f"s-{number}",
            "fullname": f"{first} {last}",
            "internalemailaddress": email,
            "isdisabled": "False",
            "_businessunitid_value": "east" if number < 3 else "west",
        }
        for number, (first, last, email) in enumerate(people())
    ]
    for name, rows in (("accounts", accounts), ("opportunities", opportunities), ("systemusers", users)):
        written(folder / f"{name}.csv", rows)


def salesforce_api(folder: Path) -> None:
    """Account, User and Opportunity as Data Loader or a query writes them: API names, fields of parents."""
    accounts = [
        {
            "Id": f"A{number:04}",
            "Name": f"Clinic {number}",
            "OwnerId": f"U{number % 6}",
            "Owner.Name": full(number),
            "ParentId": "",
            "BillingCity": CITIES[number % 6],
            "BillingState": PLACES[number % 6][0],
            "BillingPostalCode": PLACES[number % 6][1],
            "BillingCountry": "USA",
            "AnnualRevenue": f"{1000 * (number + 1)}.0",
        }
        for number in range(NUM_ACCOUNTS)
    ]
    opportunities = [
        {
            "Id": f"O{number:04}",
            "AccountId": f"A{number:04}",
            "Account.Name": f"Clinic {number}",
            "Account.OwnerId": f"U{number % 6}",
            "OwnerId": f"U{number % 6}",
            "StageName": ("Closed Won", "Prospecting", "Closed Lost")[number % 3],
            "Amount": "1500.0",
            "CloseDate": "2026-10-15T00:00:00.000Z",
            "IsClosed": ("true", "false", "true")[number % 3],
            "IsWon": ("true", "false", "false")[number % 3],
        }
        for number in range(NUM_DEALS)
    ]
    users = [
        {
            "Id": f"U{number}",
            "Name": f"{first} {last}",
            "Email": email,
            "IsActive": "true",
            "UserRole.Name": "East" if number < 3 else "West",
            "Manager.Email": people()[0 if number < 3 else 3][2],
        }
        for number, (first, last, email) in enumerate(people())
    ]
    for name, rows in (("Account", accounts), ("Opportunity", opportunities), ("User", users)):
        written(folder / f"{name}.csv", rows)


def salesforce_reports(folder: Path) -> None:
    """Reports with labels in place of API names, and no ids but the accounts'."""
    accounts = [
        {
            "Account Owner": full(number),
            "Account Name": f"Clinic {number}",
            "Billing State/Province": PLACES[number % 6][0],
            "Billing Zip/Postal Code": PLACES[number % 6][1],
            "Annual Revenue": f"USD {1000 * (number + 1):,}.00",
            "Account ID": f"A{number:04}",
            "Created By": full(number + 1),
        }
        for number in range(NUM_ACCOUNTS)
    ]
    opportunities = [
        {
            "Opportunity ID": f"O{number:04}",
            "Opportunity Owner": full(number),
            "Account Name": f"Clinic {number}",
            "Stage": ("Closed Won", "Prospecting", "Closed Lost")[number % 3],
            "Amount": "USD 1,500.00",
            "Close Date": "10/15/2026",
            "Closed": ("TRUE", "FALSE", "TRUE")[number % 3],
            "Won": ("TRUE", "FALSE", "FALSE")[number % 3],
        }
        for number in range(NUM_DEALS)
    ]
    users = [
        {
            "Full Name": f"{first} {last}",
            "Email": email,
            "Active": "TRUE",
            "Role Name": "East" if number < 3 else "West",
        }
        for number, (first, last, email) in enumerate(people())
    ]
    for name, rows in (("accounts report", accounts), ("opportunities report", opportunities), ("users report", users)):
        written(folder / f"{name}.csv", rows)


def pipedrive(folder: Path) -> None:
    """Organizations, deals and users of Pipedrive, every header with its kind before it."""
    organizations = [
        {
            "Organization - ID": str(number + 1),
            "Organization - Name": f"Clinic {number}",
            "Organization - Owner": full(number),
            "Organization - State/county of Address": STATES[number % 6],
            "Organization - ZIP/Postal code of Address": PLACES[number % 6][1],
            "Organization - Open deals": "1",
        }
        for number in range(NUM_ACCOUNTS)
    ]
    deals = [
        {
            "Deal - ID": str(number + 1),
            "Deal - Title": f"Clinic {number} deal",
            "Deal - Organization": f"Clinic {number}",
            "Deal - Owner": full(number),
            "Deal - Value": "1500",
            "Deal - Status": ("Won", "Open", "Lost")[number % 3],
            "Deal - Stage": "Proposal Made",
            "Deal - Expected close date": "2026-10-15",
        }
        for number in range(NUM_DEALS)
    ]
    users = [{"User - Name": f"{first} {last}", "User - Email": email} for first, last, email in people()]
    for name, rows in (("organizations", organizations), ("deals", deals), ("users", users)):
        written(folder / f"{name}.csv", rows)


def zoho(folder: Path) -> None:
    """Accounts, Deals and Users of Zoho CRM: record ids with a prefix, ids of lookups behind a dot."""
    accounts = [
        {
            "Record Id": f"zcrm_{4_000 + number}",
            "Account Owner.id": f"zcrm_{100 + number % 6}",
            "Account Owner": full(number),
            "Account Name": f"Clinic {number}",
            "Annual Revenue": str(1000 * (number + 1)),
            "Billing City": CITIES[number % 6],
            "Billing State": STATES[number % 6],
            "Billing Code": PLACES[number % 6][1],
            "Created Time": "2024-03-11 14:05:00",
        }
        for number in range(NUM_ACCOUNTS)
    ]
    deals = [
        {
            "Record Id": f"zcrm_{9_000 + number}",
            "Deal Owner": full(number),
            "Amount": "1500",
            "Deal Name": f"Clinic {number} deal",
            "Closing Date": "2026-10-15",
            "Account Name.id": f"zcrm_{4_000 + number}",
            "Account Name": f"Clinic {number}",
            "Stage": ("Closed Won", "Qualification", "Closed Lost")[number % 3],
        }
        for number in range(NUM_DEALS)
    ]
    users = [
        {"First Name": first, "Last Name": last, "Email": email, "Role": "Sales", "Status": "active"}
        for first, last, email in people()
    ]
    for name, rows in (("Accounts_2026_09_01", accounts), ("Deals_2026_09_01", deals), ("Users_2026_09_01", users)):
        written(folder / f"{name}.csv", rows)


SYSTEMS: dict[str, Callable[[Path], None]] = {
    "HubSpot": hubspot,
    "Dynamics, Excel": dynamics_excel,
    "Dynamics, web service": dynamics_api,
    "Salesforce, API names": salesforce_api,
    "Salesforce, reports": salesforce_reports,
    "Pipedrive": pipedrive,
    "Zoho": zoho,
}
