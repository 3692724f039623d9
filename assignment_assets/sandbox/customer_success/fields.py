"""The fields of the Company object that can be asked for, by name in any case; moments are milliseconds since 1970.

Beside the standard names stand two that grown tenants have as fields of their own (`…__gc`): the CRM's account id and
the moment of change. Fields of the user whom `Csm` leads to are reached by `Csm__gr.`.
"""

from collections.abc import Callable
from datetime import UTC, datetime

from assignment_assets.sandbox.customer_success.companies import Company
from assignment_assets.sandbox.customer_success.refused import Refused, invalid_field

Value = str | int | None
FIELDS: dict[str, Callable[[Company], Value]] = {
    "gsid": lambda company: company.gsid,
    "name": lambda company: company.entry.name or None,
    "sfdcaccountid": lambda company: company.entry.account_id,
    "sfdc_account_id__gc": lambda company: company.entry.account_id,
    "csm": lambda company: company.csm_gsid or None,
    "csm__gr.email": lambda company: company.entry.csm_email or None,
    "csm__gr.name": lambda company: company.csm_name or None,
    "createddate": lambda company: milliseconds(company.created_at),
    "modifieddate": lambda company: milliseconds(company.modified_at),
    "modified_date__gc": lambda company: milliseconds(company.modified_at),
}
MOMENTS = frozenset({"createddate", "modifieddate", "modified_date__gc"})


def field_value(name: str) -> Callable[[Company], Value]:
    """What gives a company's value of this field.

    Raises
    ------
    Refused
        400 where there is no such field.
    """
    found = FIELDS.get(name.lower()) if isinstance(name, str) else None
    if found is None:
        raise invalid_field(str(name))
    return found


def read_value(name: str, value: object) -> Value:
    """A value of a condition as the field's own compare with: text in small letters, moments in milliseconds.

    Which zone a moment without one is in is not documented; here it is UTC.

    Raises
    ------
    Refused
        400 for a moment of no known form.
    """
    if name.lower() not in MOMENTS:
        return comparable(str(value))
    if isinstance(value, int) and not isinstance(value, bool):
        return value
    try:
        moment = datetime.fromisoformat(str(value))
    except ValueError as error:
        raise Refused(400, "GSOBJ_1005", f"Invalid dateTime format ({name} = {value})") from error
    return milliseconds(moment if moment.tzinfo else moment.replace(tzinfo=UTC))


def comparable(value: Value) -> Value:
    """The value as it is compared: text without regard to case."""
    return value.lower() if isinstance(value, str) else value


def milliseconds(moment: datetime) -> int:
    """The moment as whole milliseconds since 1970."""
    return int(moment.timestamp()) * 1000 + moment.microsecond // 1000
