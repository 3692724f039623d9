"""Who changes an open cycle from the command line: their role, and the token that proves who they are.

Where the settings have no `[roles]`, names are recorded and not proven, and only what is signed takes a token.
"""

import functools
import os
import re
from collections.abc import Callable
from typing import Any

import click

from assignment_assets.domain.errors import NotEntitled
from assignment_assets.domain.identity.roles import Role, require_role
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import RUN_CONFIG
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.settings import read_settings
from assignment_assets.io.token_check import require_own_token
from assignment_assets.io.warehouse.published import read_published

PROVEN = "assignment: the person who is proven, and their token"
"""Where a command's context keeps what it has asked for already."""
ABOUT = ("cycle_id", "plan_id", "account_id", "name")
"""Parameters that say what a command is about, the first that is given."""


def operator(
    role: Role, person: str = "person", only_with: tuple[str, ...] = ()
) -> Callable[[Callable[..., None]], Callable[..., None]]:
    """Decorator: the command is for whoever has this role, proven before it does anything; for drafts anybody.

    Parameters
    ----------
    person
        The parameter that names them.
    only_with
        Parameters without which the command only reads, and needs nobody.
    """

    def decorate(function: Callable[..., None]) -> Callable[..., None]:
        @functools.wraps(function)
        def proven(**options: Any) -> None:
            if not only_with or any(options[name] for name in only_with):
                cycle = options["cycle_id"]
                if read_settings().roles is not None and not _is_draft(cycle):
                    prove(role, options[person], f"{click.get_current_context().info_name} {cycle}")
            function(**options)

        return proven

    return decorate


def prove(role: Role, person: str, doing: str) -> None:
    """Nothing where the person has the role and their token is theirs, or where the settings have no `[roles]`.

    Raises
    ------
    NotEntitled
    """
    settings = read_settings()
    if settings.roles is None:
        return
    require_role(doing, person, role, settings.roles, settings.signers)
    click.get_current_context().meta[PROVEN] = person, personal_token(person)


def personal_token(person: str = "") -> str:
    """The person's token, from ASSIGNMENT_SIGNER_TOKEN, else asked for; anything that is not one is refused here.

    Parameters
    ----------
    person
        Whose it must be; empty where it is judged later, when the file that it signs is looked at.

    Raises
    ------
    NotEntitled
        It is not 64 hexadecimal digits, or not the person's.
    """
    context = click.get_current_context()
    proven, token = context.meta.get(PROVEN, ("", ""))
    if token and person in ("", proven):
        return token
    token = (os.environ.get("ASSIGNMENT_SIGNER_TOKEN") or click.prompt("Your signing token", hide_input=True)).strip()
    if person:
        about = next((context.params[name] for name in ABOUT if context.params.get(name)), "")
        doing = f"{context.info_name} {about}".strip()
        require_own_token(DataFolder.from_environment(), engine_key(), person, token, doing, utc_now())
    if not re.fullmatch(r"[0-9a-f]{64}", token):
        raise NotEntitled("signing token: not 64 hexadecimal digits, expected what `assignment token` printed for you.")
    return token


def _is_draft(cycle: str) -> bool:
    """Whether the cycle is a draft: nobody else is concerned by it, and it is never written."""
    configs = read_published(DataFolder.from_environment(), cycle, RUN_CONFIG)
    return configs.height > 0 and RunConfig.model_validate_json(configs["config_json"][-1]).mode == "draft"
