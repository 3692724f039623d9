"""What the assets need from outside: the source, the org, the settings, the clock of file intake."""

from datetime import UTC, datetime
from pathlib import Path
from typing import Literal

import dagster as dg

from assignment_assets.io.folders import DataFolder
from assignment_assets.io.settings import Settings, read_settings
from assignment_assets.io.warehouse import Warehouse


class Source(dg.ConfigurableResource):
    """Where accounts, reps and opportunities come from."""

    kind: Literal["sample", "files", "salesforce"] = "salesforce"
    path: str = ""


class Clock(dg.ConfigurableResource):
    """The time of day, for the intake of files and for logs only; no rule reads it."""

    fixed_at: str = ""

    def now(self) -> datetime:
        """UTC without zone."""
        return datetime.fromisoformat(self.fixed_at) if self.fixed_at else datetime.now(UTC).replace(tzinfo=None)
