"""`assignment routing set-aside`: accounts whose routed owner the org refused, by reason; try a group again."""

import click

from assignment_assets.commands.operators import prove
from assignment_assets.commands.output import command, show
from assignment_assets.commands.routing import routing
from assignment_assets.commands.set_aside import content
from assignment_assets.domain.routing.tables import SEEN_REPS
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.routing.log import RoutingLog
from assignment_assets.stages.routing_refusals import refused, retry
from assignment_assets.write_back.refusal_groups import shown


@command(routing, "set-aside")
@click.option("--retry", "retried", multiple=True, help="A group that the next pass tries again. Repeat for more.")
@click.option(
    "--as", "person", default="", help="Your e-mail address; --retry needs it where the settings have [roles]."
)
def set_aside(retried: tuple[str, ...], person: str, as_json: bool) -> None:
    """Routed accounts that wait for a person, grouped by what the org said, with their owners.

    Nothing of them is sent again unless you ask for it; the others are written without them.
    """
    if retried:
        prove("writer", person, "routing set-aside")
    folder = DataFolder.from_environment()
    log = RoutingLog(folder)
    done = [
        f"{group.group}: {group.rows.height} accounts are tried again by the next pass"
        for group in retry(log, retried, person)
    ]
    found = refused(log)
    names = dict(read_routing(folder, SEEN_REPS).select("rep_id", "name").iter_rows()) if found else {}
    text = "\n".join([*done, shown(found, names)] if found else done) or "routing: no account waits for a person"
    show(text, {"done": done, "groups": [content(group) for group in found]}, as_json)
