"""How commands print: text for people, JSON where `--json` is given, one clear error."""

import functools
import json
import sys
from collections.abc import Callable
from dataclasses import asdict
from typing import Any

import click

from assignment_assets.domain.errors import AssignmentError, InvalidInput

json_option = click.option("--json", "as_json", is_flag=True, help="Print JSON for programs instead of text.")


def show(text: str, content: object, as_json: bool) -> None:
    """Prints the text, or the content as JSON."""
    click.echo(json.dumps(content, default=str, ensure_ascii=False) if as_json else text)


def command(group: click.Group, name: str | None = None) -> Callable[[Callable[..., None]], click.Command]:
    """Decorator: a command of a group that takes `--json` and turns the engine's errors into one message.

    With `--json` every fault of an input is printed besides.
    """

    def decorate(function: Callable[..., None]) -> click.Command:
        @functools.wraps(function)
        def guarded(*args: Any, **options: Any) -> None:
            try:
                function(*args, **options)
            except AssignmentError as error:
                if isinstance(error, InvalidInput) and options.get("as_json"):
                    faults = [asdict(each) for each in error.faults]
                    show("", {"error": str(error), "faults": faults}, as_json=True)
                click.echo(f"error: {error}", err=True)
                sys.exit(2)
            except BrokenPipeError:
                raise
            except OSError as error:
                click.echo(
                    f"error: {error.filename or 'a file'}: {str(error.strerror or error).lower()}, expected a file or "
                    "folder that you may read and write. Check the path, its permissions and ASSIGNMENT_DATA.",
                    err=True,
                )
                sys.exit(2)

        return group.command(name)(json_option(guarded))

    return decorate
