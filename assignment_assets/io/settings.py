"""What a company sets once: who may sign, which source, where Salesforce is. Secrets come from the environment."""

import os
import tomllib
from pathlib import Path
from typing import Any, Literal
from zoneinfo import available_timezones

from pydantic import BaseModel, ConfigDict, Field, ValidationError, field_validator
from pydantic_core import PydanticCustomError

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.domain.identity.roles import Role
from assignment_assets.domain.regions import FORMER_NO_REGION, NO_REGION
from assignment_assets.domain.setup.run_config import model_faults
from assignment_assets.domain.write_window import WriteWindow
from assignment_assets.io.folders import PROJECT
from assignment_assets.io.stores.schemes import address_fault

EXAMPLE = PROJECT / "examples" / "settings.toml"
VARIABLES = {
    "source": {"kind": "ASSIGNMENT_SOURCE", "path": "ASSIGNMENT_SOURCE_PATH"},
    "supplements": {"path": "ASSIGNMENT_SUPPLEMENTS"},
    "schedule": {"path": "ASSIGNMENT_SCHEDULE"},
}
"""Section → entries that the environment may set; it goes first."""


class SourceSetting(BaseModel):
    """Where accounts, reps and opportunities come from."""

    model_config = ConfigDict(extra="forbid")

    kind: Literal["sample", "files", "salesforce"] = "sample"
    path: str = Field("", description="Sample: folder of Parquet files. Files and Salesforce: the mapping (TOML).")


class SupplementSetting(BaseModel):
    """What other systems hand over beside the CRM: billing, usage, renewals, forecasts, activities."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field("", description="The mapping (TOML); empty: there is none. Relative to the project's root.")


class ScheduleSetting(BaseModel):
    """What the quarterly schedule runs with."""

    model_config = ConfigDict(extra="forbid")

    path: str = Field("", description="The file (TOML), relative to the project's root; empty: beside the settings.")


class FilesSetting(BaseModel):
    """Where people fetch packets and return files, beside the data folder; log-ins come from the environment."""

    model_config = ConfigDict(extra="forbid")

    inbox: str = Field(
        "", description="A store to fetch returned files from, such as s3://bucket/inbox; empty: the folder alone."
    )
    outbox: str = Field("", description="A store to deliver packets and receipts to; empty: the folder alone.")


class SheetsSetting(BaseModel):
    """Packets as Google Sheets, beside the workbooks; the service account comes from the environment."""

    model_config = ConfigDict(extra="forbid")

    folder: str = Field("", description="The id of the Drive folder in which Sheets are made; empty: no Sheets.")
    notify: bool = Field(True, description="Whether Google writes to each person when a Sheet is shared with them.")


class PagesSetting(BaseModel):
    """The review pages: where people reach them, and who says who is asking."""

    model_config = ConfigDict(extra="forbid")

    url: str = Field("http://127.0.0.1:8787", description="The pages' address as people type it; links begin with it.")
    link_days: int = Field(30, ge=1, le=366, description="How long a personal link opens its page.")
    person_header: str = Field(
        "", description="Behind single sign-on: the header in which the proxy puts the person's e-mail address."
    )
    trusted_proxies: list[str] = Field(["127.0.0.1"], description="From where that header is believed.")
    requests_a_minute: int = Field(240, ge=10, description="More from one visitor are answered with 429.")


class NoticesSetting(BaseModel):
    """Letters after approval and before deadlines, and bulletins. Secrets come from ``ASSIGNMENT_SMTP_PASSWORD``,
    ``ASSIGNMENT_SLACK_WEBHOOK`` and ``ASSIGNMENT_SLACK_TOKEN``."""

    model_config = ConfigDict(extra="forbid")

    mode: Literal["preview", "smtp"] = Field("preview", description="preview writes .eml files and sends nothing.")
    host: str = "localhost"
    port: int = Field(587, ge=1, le=65535)
    security: Literal["none", "starttls", "tls"] = "starttls"
    ca_file: str = Field("", description="Certificate authority of your own that the mail server's is signed by.")
    user: str = ""
    sender: str = Field("assignment@example.com", description="From whom letters come.")
    templates: str = Field(
        "", description="Folder with receiver.txt, reminder.txt, hand_over.txt and the like in place of ours."
    )
    slack: Literal["off", "webhook", "channel"] = Field(
        "off", description="Whether and how Slack is told of closed gates, approvals, changes and routed accounts."
    )
    slack_channel: str = Field("", description='The channel\'s id, for slack = "channel".')
    reminder_hours: float = Field(48, ge=0, description="So long before a deadline who is missing is reminded; 0: not.")


class WriteBackSetting(BaseModel):
    """Who writes what is signed, whether the engine does so by itself, and when a run stops for a person: after so
    much that is new was refused, after a first batch."""

    model_config = ConfigDict(extra="forbid")

    writers: list[str] = Field([], description="E-mail addresses that are told when signed accounts wait.")
    window: str = Field("", description="Hours in which the engine writes by itself, as 06:00-09:00; empty: never.")
    timezone: str = Field("America/New_York", description="Whose clock that is, such as Europe/Berlin.")
    integrations: list[str] = Field(
        [], description="User ids of integrations: an owner that one of them changed is a stale overwrite."
    )
    stages_that_stay: list[str] = Field(
        [], description="Open deals in these stages stay with the old owner: companion files leave them out."
    )
    refused_on_end: int = Field(20, ge=1, le=50, description="Rows refused one after the other.")
    refused_share: float = Field(0.25, gt=0, le=1, description="Rows refused, as a part of the last 200.")
    refused_at_most: int = Field(200, ge=1, description="Rows refused in all.")
    denied_on_end: int = Field(20, ge=1, le=50, description="Rows without access on end, over three receivers.")
    denied_share: float = Field(0.05, gt=0, le=1, description="Rows without access, as a part of the last 200.")
    canary: Literal["ask", "go"] = Field(
        "ask",
        description="After a verified first batch: ask waits for a person's go on, go writes the rest where every "
        "owner stayed.",
    )
    canary_wait_seconds: int = Field(
        60, ge=0, le=3600, description="So long after the first batch its accounts are looked at again."
    )

    @field_validator("window")
    @classmethod
    def _hours(cls, window: str) -> str:
        if window and WriteWindow.of(window, "UTC") is None:
            raise PydanticCustomError("hours", "Two different times of day, such as 06:00-09:00")
        return window

    @field_validator("timezone")
    @classmethod
    def _known(cls, timezone: str) -> str:
        if timezone not in available_timezones():
            raise PydanticCustomError("timezone", "The name of a timezone, such as America/New_York")
        return timezone

    @property
    def hours(self) -> WriteWindow | None:
        """The window; None where the engine writes nothing by itself."""
        return WriteWindow.of(self.window, self.timezone)


class OptimizerSetting(BaseModel):
    """Who does the optimiser's independent units of work. The answer is the same, whoever does."""

    model_config = ConfigDict(extra="forbid")

    processes: int = Field(1, ge=1, le=256, description="Processes of this machine; 1: the run's own.")
    dask: str = Field("", description="The address of a Dask scheduler, such as tcp://scheduler:8786; goes first.")


class ExportSetting(BaseModel):
    """The columns of the files that people load by hand (`assignment write-back export`)."""

    model_config = ConfigDict(extra="forbid")

    preset: Literal["data-loader", "hubspot", "dynamics"] = Field("data-loader", description="Whose import reads them.")
    columns: dict[str, str | dict[str, str]] = Field(
        {}, description='Columns of your own, in order: header → field, or {constant = "…"}; they go first.'
    )
    id_form: Literal["as_imported", "15", "18"] = Field("as_imported", description="How ids are spelled.")


class Settings(BaseModel):
    """The settings file: ``ASSIGNMENT_SETTINGS``, else ``settings.toml`` in the project's root, else the example."""

    model_config = ConfigDict(extra="forbid")

    source: SourceSetting = SourceSetting()
    supplements: SupplementSetting = SupplementSetting()
    schedule: ScheduleSetting = ScheduleSetting()
    files: FilesSetting = FilesSetting()
    sheets: SheetsSetting = SheetsSetting()
    pages: PagesSetting = PagesSetting()
    notices: NoticesSetting = NoticesSetting()
    optimizer: OptimizerSetting = OptimizerSetting()
    export: ExportSetting = ExportSetting()
    write_back: WriteBackSetting = WriteBackSetting()
    signers: dict[str, list[str]] = Field(
        {},
        description="Who may sign: e-mail address → regions, `*` for all, `no_region` for moves without a field rep.",
    )

    roles: dict[str, list[Role]] | None = Field(
        None,
        description="Who may change open cycles: e-mail address → opener, signer, writer, administrator. Where the "
        "section stands, each proves who they are with their token; without it names are recorded alone.",
    )

    @field_validator("signers")
    @classmethod
    def _named_as_before(cls, signers: dict[str, list[str]]) -> dict[str, list[str]]:
        """A file that calls the pseudo-region by its former name means it still."""
        return {
            person: [*regions, NO_REGION] if FORMER_NO_REGION in regions else regions
            for person, regions in signers.items()
        }


def settings_path() -> Path:
    """The settings file in force, whether it is there or not."""
    named = os.environ.get("ASSIGNMENT_SETTINGS")
    standing = [PROJECT / "settings.toml", EXAMPLE]
    return Path(named) if named else next(path for path in standing if path.is_file() or path == EXAMPLE)


def read_settings() -> Settings:
    """The settings in force; what the environment sets (`VARIABLES`) goes first.

    Raises
    ------
    SourceUnavailable
        The file that ``ASSIGNMENT_SETTINGS`` names is not there.
    InvalidInput
        The file has unknown or wrong entries; every one is listed.
    """
    named, path = os.environ.get("ASSIGNMENT_SETTINGS"), settings_path()
    if named and not path.is_file():
        raise SourceUnavailable(
            f"settings: the file {path} is not there, expected the file that ASSIGNMENT_SETTINGS names. "
            "Copy examples/settings.toml there."
        )
    content = _read_toml(path) if path.is_file() else {}
    for section, variables in VARIABLES.items():
        written = content.get(section, {})
        if isinstance(written, dict):
            written |= {name: os.environ[variable] for name, variable in variables.items() if os.environ.get(variable)}
            if isinstance(written.get("path"), str) and written["path"]:
                written["path"] = str(PROJECT / written["path"])
            content[section] = written
    try:
        settings = Settings.model_validate(content)
    except ValidationError as error:
        raise InvalidInput(f"settings {path.name}", model_faults(error.errors(), "settings")) from error
    faults = [
        Fault(f"settings, files.{name}", fault, "an address such as s3://bucket/inbox", "Correct the value.")
        for name, url in settings.files
        if (fault := address_fault(url))
    ]
    if faults:
        raise InvalidInput(f"settings {path.name}", faults)
    return settings


def _read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        found = f"not readable as TOML ({error})"
        fault = Fault(path.name, found, "a settings file", "Start from examples/settings.toml.")
        raise InvalidInput(f"settings {path.name}", [fault]) from error
