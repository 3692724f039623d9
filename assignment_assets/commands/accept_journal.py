"""`assignment write-back accept-journal`: a person takes a restored journal as it is."""

import click

from assignment_assets.commands.operators import personal_token, prove
from assignment_assets.commands.output import command, show
from assignment_assets.commands.precondition import require_signer
from assignment_assets.commands.write_back import person_option
from assignment_assets.io.folders import DataFolder
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.write_back_tools import tools
from assignment_assets.write_back.accepting import accept_journal as accepted


@click.group()
def journals() -> None:
    """What belongs to `assignment write-back` and is about its journal."""


@command(journals, "accept-journal")
@person_option
def accept_journal(person: str, as_json: bool) -> None:
    """Take the journal as it is although more of it was known: what was written since is unknown to it from now on.

    For a restored backup whose newest journal is lost. Your personal token signs; the journal says who did.
    """
    prove("administrator", person, "accept-journal")
    given = tools(Source(), Clock())
    require_signer("journal", person, given)
    seq = accepted(DataFolder.from_environment(), person, personal_token(person), given)
    text = f"the journal with its {seq:,} events counts from now on, accepted by {person}. Before the next write: " + (
        "`assignment write-back dry-run CYCLE` says which accounts have their new owner already"
    )
    show(text, {"events": seq, "accepted_by": person}, as_json)
