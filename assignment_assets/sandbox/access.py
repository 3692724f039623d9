"""What this org offers and what the integration user may see in it: every org and every user differ.

All is on and visible at first, but several currencies. What is off answers as Salesforce does: an object INVALID_TYPE,
a hidden field INVALID_FIELD to queries and INVALID_FIELD_FOR_INSERT_UPDATE to updates, a hidden record as if it
were not there. People's edits through the hooks know no such bounds.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from enum import StrEnum

from assignment_assets.sandbox.record_ids import completed
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import SOBJECTS, no_such_object, sobject
from assignment_assets.sandbox.setup_objects import BOTH, TOOLING
from assignment_assets.sandbox.sobject import SObject


class Feature(StrEnum):
    """What an org or a user may be without."""

    ACCOUNT_TEAMS = "account_teams"
    ACCOUNT_SHARES = "account_shares"
    OPPORTUNITY_TEAMS = "opportunity_teams"
    ACCOUNT_HISTORY = "account_history"
    OPPORTUNITY_HISTORY = "opportunity_history"
    ORGANIZATION = "organization"
    DUPLICATE_RULES = "duplicate_rules"
    APPROVALS = "approvals"
    FLOWS = "flows"
    LIMITS = "limits"
    TOOLING = "tooling"
    API = "api"
    COLLECTIONS_IN_COMPOSITE = "collections_in_composite"
    CLIENT_CREDENTIALS = "client_credentials"
    PRECONDITIONS = "preconditions"  # off: conditional headers are ignored
    PRECONDITIONS_BEYOND_ACCOUNTS = "preconditions_beyond_accounts"  # off: other objects' are ignored
    PRECONDITIONS_FIRST = "preconditions_first"  # off: the body is judged before the conditional headers
    SEVERAL_CURRENCIES = "several_currencies"


OFF_AT_FIRST = frozenset({Feature.SEVERAL_CURRENCIES})
OBJECTS_OF = {
    "accountteammember": Feature.ACCOUNT_TEAMS,
    "accountshare": Feature.ACCOUNT_SHARES,
    "opportunityteammember": Feature.OPPORTUNITY_TEAMS,
    "accounthistory": Feature.ACCOUNT_HISTORY,
    "opportunityfieldhistory": Feature.OPPORTUNITY_HISTORY,
    "organization": Feature.ORGANIZATION,
    "duplicaterule": Feature.DUPLICATE_RULES,
    "processinstance": Feature.APPROVALS,
    "flowdefinitionview": Feature.FLOWS,
    "currencytype": Feature.SEVERAL_CURRENCIES,
}
"""The objects that are there only with a feature."""
CURRENCY = "currencyisocode"
ALWAYS_VISIBLE = frozenset(
    {"id", "createddate", "createdbyid", "lastmodifieddate", "lastmodifiedbyid", "systemmodstamp", "isdeleted"}
)
TOOLING_ONLY = frozenset(known.name.lower() for known in TOOLING)
IN_TOOLING = TOOLING_ONLY | frozenset(known.name.lower() for known in BOTH)


@dataclass
class Access:
    """What is off, hidden or not to be written; fields as (object, field) in lower case."""

    off: set[Feature] = field(default_factory=lambda: set(OFF_AT_FIRST))
    hidden_fields: set[tuple[str, str]] = field(default_factory=set)
    read_only_fields: set[tuple[str, str]] = field(default_factory=set)
    invisible_ids: set[str] = field(default_factory=set)
    _known: dict[tuple[str, bool], SObject] = field(default_factory=dict)

    @classmethod
    def of(cls, without: Iterable[str] = (), hidden: Iterable[str] = (), read_only: Iterable[str] = ()) -> "Access":
        """Everything but the named features and fields.

        Raises
        ------
        Refusal
            400 INVALID_ACCESS or INVALID_FIELD for what there is not.
        """
        access = cls()
        off = [*OFF_AT_FIRST, *without]
        access.change({"off": off, "hidden_fields": list(hidden), "read_only_fields": list(read_only)})
        return access

    def has(self, feature: Feature) -> bool:
        """Whether the feature is on."""
        return feature not in self.off

    def sees(self, record_id: str) -> bool:
        """Whether the record is visible, if there is one."""
        return record_id not in self.invisible_ids

    def sobject(self, name: str, in_tooling: bool = False) -> SObject:
        """The object with the fields that the user sees, by its name in any case.

        Raises
        ------
        Refusal
            INVALID_TYPE where there is none for this user or in this API.
        """
        key = name.lower()
        if (key, in_tooling) not in self._known:
            self._known[key, in_tooling] = self._as_seen(name, in_tooling)
        return self._known[key, in_tooling]

    def _as_seen(self, name: str, in_tooling: bool) -> SObject:
        known, key = sobject(name), name.lower()
        is_elsewhere = key not in IN_TOOLING if in_tooling else key in TOOLING_ONLY
        if is_elsewhere or (key in OBJECTS_OF and not self.has(OBJECTS_OF[key])):
            raise no_such_object(name)
        if not (self.hidden_fields or self.read_only_fields or CURRENCY in known.fields):
            return known
        fields = {
            name: replace(each, is_updateable=False) if (key, name) in self.read_only_fields else each
            for name, each in known.fields.items()
            if (key, name) not in self.hidden_fields and (name != CURRENCY or self.has(Feature.SEVERAL_CURRENCIES))
        }
        return replace(known, fields=fields)

    def objects(self) -> list[SObject]:
        """Every object that the user sees outside the Tooling API."""
        return [
            self.sobject(name)
            for name in SOBJECTS
            if name not in TOOLING_ONLY and (name not in OBJECTS_OF or self.has(OBJECTS_OF[name]))
        ]

    def change(self, entries: dict) -> None:
        """Puts each list that is given in place of the one before: off, hidden_fields, read_only_fields (as
        Object.Field) and invisible_ids.

        Raises
        ------
        Refusal
            400 INVALID_ACCESS for an unknown list, feature, object or field.
        """
        readers = {
            "off": lambda names: {_feature(name) for name in names},
            "hidden_fields": lambda names: {_field(name) for name in names},
            "read_only_fields": lambda names: {_field(name) for name in names},
            "invisible_ids": lambda ids: {completed(record_id) for record_id in ids},
        }
        if unknown := set(entries) - set(readers):
            raise Refusal(
                400, "INVALID_ACCESS", f"no list {', '.join(sorted(unknown))}; there are {', '.join(readers)}"
            )
        for name, read in [(name, readers[name](values)) for name, values in entries.items()]:
            setattr(self, name, read)
        self._known.clear()

    def reset(self) -> None:
        """Everything as at first."""
        self.change({"off": OFF_AT_FIRST, "hidden_fields": (), "read_only_fields": (), "invisible_ids": ()})

    def told(self) -> dict:
        """The four lists."""
        return {
            "off": sorted(self.off),
            "hidden_fields": sorted(".".join(pair) for pair in self.hidden_fields),
            "read_only_fields": sorted(".".join(pair) for pair in self.read_only_fields),
            "invisible_ids": sorted(self.invisible_ids),
        }


def _feature(name: str) -> Feature:
    try:
        return Feature(name)
    except ValueError as error:
        raise Refusal(400, "INVALID_ACCESS", f"{error}; features: {', '.join(Feature)}") from error


def _field(text: str) -> tuple[str, str]:
    name, _, field_name = text.partition(".")
    found = sobject(name).field(field_name)
    if found.name.lower() in ALWAYS_VISIBLE:
        raise Refusal(400, "INVALID_ACCESS", f"{text} is a system field, which everybody sees and nobody sets")
    return name.lower(), found.name.lower()
