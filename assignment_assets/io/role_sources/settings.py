"""How a role's system of truth is read: the TOML that `source` of a role names."""

import tomllib
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, TypeVar

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.domain.setup.run_config import model_faults

M = TypeVar("M", bound=BaseModel)


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class GainsightSetting(_Strict):
    """Where Gainsight is and which fields of which object say it; the key comes from the environment."""

    url: str = Field(pattern=r"^https://|^http://(127\.0\.0\.1|localhost)[:/]", description="The tenant's address.")
    object: str = "Company"
    account_id: str
    person: str
    changed_at: str = "ModifiedDate"
    page: int = Field(5000, ge=1, le=5000)
    timeout_seconds: float = Field(60, gt=0, le=600)


class CrmObjectSetting(_Strict):
    """Which object of the org says it, and which of its fields."""

    object: str
    account_id: str
    person: str
    where: str = ""


class FilesSetting(_Strict):
    """The columns of a file (CSV, XLSX, Parquet) that says it for every account."""

    path: str
    account_id: str
    person: str
    changed_at: str = ""


def setting_of(path: Path, model: type[M]) -> M:
    """The settings in a file.

    Raises
    ------
    SourceUnavailable
        It is not there.
    InvalidInput
        It is no TOML, or has unknown or wrong entries; every one is listed.
    """
    if not path.is_file():
        raise SourceUnavailable(
            f"overlays: {path.name} is not there, expected the file that a role names as its source."
        )
    try:
        content: dict[str, Any] = tomllib.loads(path.read_text(encoding="utf-8"))
        return model.model_validate(content)
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(path.name, [Fault(path.name, str(error), "TOML", "Correct the line.")]) from error
    except ValidationError as error:
        raise InvalidInput(path.name, model_faults(error.errors(), path.name)) from error


def as_moment(value: object) -> datetime | None:
    """A time as systems write it (ISO 8601 with or without zone, or milliseconds since 1970), UTC without zone; None
    where it is none."""
    try:
        if isinstance(value, int | float) and not isinstance(value, bool):
            return datetime.fromtimestamp(value / 1000, UTC).replace(tzinfo=None)
        moment = datetime.fromisoformat(str(value))
        return moment.astimezone(UTC).replace(tzinfo=None) if moment.tzinfo else moment
    except (ValueError, OverflowError, OSError):  # no time, or none that a calendar has
        return None
