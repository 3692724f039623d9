"""The review pages from the command line: serve them, and make the personal links that open them."""

import click

from assignment_assets.commands.output import command, show
from assignment_assets.domain.gate import LOCK_GATE
from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.domain.identity.links import BETWEEN, OVERLAYS, ROLES, ROUTING
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.settings import read_settings
from assignment_assets.review_app.server import link_to, overlay_link, routing_link, serve


@click.group()
def pages() -> None:
    """Commands for the review pages."""


@command(pages, "pages")
@click.option("--port", default=8787, show_default=True, help="Port of the pages.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
def serve_pages(port: int, host: str, as_json: bool) -> None:
    """Serve the review pages until Ctrl-C: reps, directors and signers answer there instead of in workbooks."""
    serve(port, host)


@command(pages)
@click.argument("person")
@click.argument("cycle_id", default=BETWEEN)
@click.option(
    "--role",
    type=click.Choice([*ROLES, OVERLAYS]),
    help="rep, director or gs; found out where only one gate asks the person. overlays: the page of the roles beside "
    "the owner, which belongs to no cycle.",
)
def link(person: str, cycle_id: str, role: str | None, as_json: bool) -> None:
    """The personal link by which PERSON (a rep's id or an e-mail address) opens their page of a cycle.

    Without a cycle: the page of what happens between the quarters, for signers of every region; with --role overlays
    the one of the overlay roles, for their managers and people.

    Whoever has the link is taken for the person until it expires: send it to them alone.
    """
    folder = DataFolder.from_environment()
    setting = read_settings().pages
    between = role if role == OVERLAYS else ROUTING
    chosen = between if cycle_id == BETWEEN else role or _only_role(folder, cycle_id, person)
    if chosen == OVERLAYS:
        text = overlay_link(folder, engine_key(), setting, person, utc_now())
    elif chosen == ROUTING:
        text = routing_link(engine_key(), setting, person, utc_now())
    else:
        text = link_to(folder, engine_key(), setting, person, cycle_id, chosen, utc_now())
    show(text, {"person": person, "role": chosen, "link": text, "days": setting.link_days}, as_json)


def _only_role(folder: DataFolder, cycle_id: str, person: str) -> str:
    """The role of the latest gate that asks the person; where none does, rep: its error says whom that gate asks."""
    asked = [role for role, gate in ROLES.items() if _asks(read_gate(folder, cycle_id, gate), person)]
    return asked[-1] if asked else LOCK_GATE.role


def _asks(manifest: GateManifest | None, person: str) -> bool:
    name = person.casefold()
    return manifest is not None and any(
        name in (each.person.casefold(), each.email.casefold()) for each in manifest.persons
    )
