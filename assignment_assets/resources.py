"""What the assets need from outside: the source and the clock of file intake."""

from datetime import UTC, datetime
from typing import Literal

import dagster as dg

from assignment_assets.io.settings import SourceSetting, read_settings


class Source(dg.ConfigurableResource):
    """Where accounts, reps and opportunities come from; empty fields are filled from the settings file."""

    kind: Literal["", "sample", "files", "salesforce"] = ""
    path: str = ""

    def setting(self) -> SourceSetting:
        """The source in force."""
        settings = read_settings().source
        return SourceSetting(kind=self.kind or settings.kind, path=self.path or settings.path)


class Clock(dg.ConfigurableResource):
    """The time of day, for the intake of files and for logs only; no rule reads it."""

    fixed_at: str = ""

    def now(self) -> datetime:
        """UTC without zone; `fixed_at` (ISO 8601) where it is given, for rehearsals."""
        return datetime.fromisoformat(self.fixed_at) if self.fixed_at else datetime.now(UTC).replace(tzinfo=None)
