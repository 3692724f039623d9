"""The routing rules, as Growth Strategy keeps them in a file."""

import os
import tomllib
from pathlib import Path

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.domain.routing.people import with_completed_ids
from assignment_assets.domain.routing.rules import RoutingRules, routing_rules
from assignment_assets.io.folders import PROJECT


def read_rules() -> RoutingRules:
    """The rules of ``ASSIGNMENT_ROUTING``, else ``routing.toml`` in the project's root, else the example's.

    Raises
    ------
    SourceUnavailable
        The file that the environment names is not there.
    InvalidInput
        It is no TOML, or has unknown or wrong entries; every one is listed.
    """
    named = os.environ.get("ASSIGNMENT_ROUTING")
    standing = [PROJECT / "routing.toml", PROJECT / "examples" / "routing.toml"]
    path = Path(named) if named else next((each for each in standing if each.is_file()), standing[-1])
    if not path.is_file():
        raise SourceUnavailable(
            f"routing rules: the file {path.name} is not there, expected it. Copy examples/routing.toml there."
        )
    try:
        content = tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise InvalidInput("routing rules", [Fault(path.name, str(error), "TOML", "Correct the line.")]) from error
    return with_completed_ids(routing_rules(content))
