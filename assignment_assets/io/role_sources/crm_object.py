"""Reads who looks after each account from another object of the org, such as one that a CS tool keeps there."""

from collections.abc import Iterator
from datetime import datetime

from assignment_assets.io.role_sources.assignment_source import Assignment
from assignment_assets.io.role_sources.settings import CrmObjectSetting
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.fields import Field
from assignment_assets.io.salesforce.record_values import moment_of


class CrmObject:
    """One object of one org."""

    def __init__(self, setting: CrmObjectSetting, org: Org):
        self._setting, self._org = setting, org

    def assignments(self, since: datetime | None) -> Iterator[Assignment]:
        """Rows that were modified from `since` on, or all; those without an account are left out.

        Raises
        ------
        SourceUnavailable
        """
        setting = self._setting
        stamp = f"SystemModstamp >= {since:%Y-%m-%dT%H:%M:%SZ}" if since else ""
        conditions = " AND ".join(filter(None, (f"({setting.where})" if setting.where else "", stamp)))
        where = f" WHERE {conditions}" if conditions else ""
        fields = ", ".join(dict.fromkeys(("Id", setting.account_id, setting.person, "SystemModstamp")))
        account, person = Field.of(setting.account_id), Field.of(setting.person)
        for record in self._org.query(f"SELECT {fields} FROM {setting.object}{where}"):
            if account_id := account.text(record):
                at = moment_of(record["SystemModstamp"], f"{setting.object}.SystemModstamp")
                yield Assignment(account_id, person.text(record), at)
