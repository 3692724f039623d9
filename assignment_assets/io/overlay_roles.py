"""The overlay roles in force: overlays.toml where there is one. Without it nothing of them happens."""

import os
import tomllib
from dataclasses import dataclass
from pathlib import Path

from assignment_assets.domain.errors import CycleClosed, Fault, InvalidInput, SourceUnavailable
from assignment_assets.domain.overlays.roles import Overlays, overlays
from assignment_assets.io.folders import PROJECT

VARIABLE = "ASSIGNMENT_OVERLAYS"


@dataclass(frozen=True)
class Configured:
    """What overlays.toml says, and the folder that its sources are relative to."""

    overlays: Overlays
    beside: Path


def configured() -> Configured | None:
    """What ``ASSIGNMENT_OVERLAYS`` names, else ``overlays.toml`` in the project's root; None where there is neither.

    Raises
    ------
    SourceUnavailable
        The file that the environment names is not there.
    InvalidInput
        It is no TOML, or has unknown or wrong entries; every one is listed.
    """
    named = os.environ.get(VARIABLE)
    path = Path(named) if named else PROJECT / "overlays.toml"
    if not path.is_file():
        if named:
            raise SourceUnavailable(
                f"overlays: the file {path.name} is not there, expected the one that {VARIABLE} names. "
                "Copy examples/overlays.toml there."
            )
        return None
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidInput(path.name, [Fault(path.name, str(error), "TOML", "Correct the line.")]) from error
    return Configured(overlays(content, path.name), path.resolve().parent)


def required() -> Configured:
    """The roles in force.

    Raises
    ------
    CycleClosed
        There are none.
    """
    found = configured()
    if found is None:
        raise CycleClosed(
            "overlays: no roles are configured, expected an overlays.toml. Copy examples/overlays.toml to the "
            f"project's root, or name your own in {VARIABLE}."
        )
    return found
