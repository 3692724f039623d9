"""What a person decided before a mapping is proposed."""

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Answers:
    """Decisions that go before what headers and cells say.

    Attributes
    ----------
    columns, constants
        `table.field` → header, or the value of every row.
    dates, decimal
        The format of days, the decimal sign of money; empty to decide by the cells.
    fill_down
        Whether owners hold for the empty cells below them; null to ask.
    inside_sales
        Who takes accounts for which no field rep has a seat; empty for nobody.
    states_from_zip
        Whether an account's state is that of its ZIP code.
    owners_from_deals
        Whether accounts without an owner belong to whoever has most of their deals.
    excludes
        `table.header` → values whose rows are left out.
    roster_from_owners
        Whether what the roster lacks, or all of it, is taken from the accounts that people own.
    """

    columns: Mapping[str, str] = field(default_factory=dict)
    constants: Mapping[str, str] = field(default_factory=dict)
    dates: str = ""
    decimal: str = ""
    fill_down: bool | None = None
    inside_sales: str = ""
    states_from_zip: bool = False
    roster_from_owners: bool = False
    owners_from_deals: bool = False
    excludes: Mapping[str, list[str]] = field(default_factory=dict)
