"""What the assets need from outside: the source and the clock of file intake."""

from datetime import datetime
from pathlib import Path
from typing import Literal

import dagster as dg

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.io.clock import utc_now
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.owners import OwnerGateway
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.settings import SourceSetting, read_settings


class Source(dg.ConfigurableResource):
    """Where accounts, reps and opportunities come from; empty fields are filled from the settings file."""

    kind: Literal["", "sample", "files", "salesforce"] = ""
    path: str = ""

    def setting(self) -> SourceSetting:
        """The source in force."""
        settings = read_settings().source
        return SourceSetting(kind=self.kind or settings.kind, path=self.path or settings.path)

    @property
    def is_org(self) -> bool:
        """Whether the engine writes owners back itself; from anything else people load them by hand."""
        return self.setting().kind == "salesforce"

    def gateway(self) -> OwnerGateway:
        """Where owners are read and written: the org that the accounts came from.

        Raises
        ------
        CycleClosed
            The source is not an org.
        """
        setting = self.setting()
        if not self.is_org:
            raise CycleClosed(
                f"write-back: the source is {setting.kind}, expected an org to connect to. Owners are loaded by hand: "
                "`assignment write-back export CYCLE` gives the file, its result files or `assignment write-back "
                "confirm CYCLE --as YOU` end the cycle."
            )
        mapping = read_mapping(Path(setting.path))
        return OwnerGateway(Org(SalesforceSettings.from_environment(mapping.connection)), mapping.accounts)


class Clock(dg.ConfigurableResource):
    """The time of day, for the intake of files and for logs only; no rule reads it."""

    fixed_at: str = ""

    def now(self) -> datetime:
        """UTC without zone; `fixed_at` (ISO 8601) where it is given, for rehearsals."""
        return datetime.fromisoformat(self.fixed_at) if self.fixed_at else utc_now()
