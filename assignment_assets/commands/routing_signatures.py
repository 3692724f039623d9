"""`assignment routing policy` and `accept`: what people sign between the quarters."""

from typing import Literal

import click
import polars as pl

from assignment_assets.commands.operators import personal_token
from assignment_assets.commands.output import command, show
from assignment_assets.commands.routing import routing
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.identity.file_names import plain_name
from assignment_assets.domain.routing.events.detect import SCOPES
from assignment_assets.domain.routing.tables import DECISIONS
from assignment_assets.domain.sign_off.standing import (
    OVERLAYS,
    ROUTING,
    UP_TO,
    Acceptance,
    StandingPolicy,
    read_standing,
    signed_text,
)
from assignment_assets.io.clock import utc_now
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.routing_copies import read_routing


@command(routing)
@click.argument("name")
@click.option(
    "--kind",
    "kinds",
    multiple=True,
    required=True,
    type=click.Choice([ROUTING, OVERLAYS, *sorted(SCOPES)]),
    help="What it covers: routing, overlays, or a kind of event. Repeat for more.",
)
@click.option(
    "--up-to",
    type=click.Choice(UP_TO),
    default="write_back",
    show_default=True,
    help="How far an event cycle runs by itself.",
)
@click.option(
    "--max-moves",
    type=click.IntRange(min=1),
    required=True,
    help="Accounts that may move: of one event cycle, of 24 hours of routing.",
)
@click.option("--from", "valid_from", default=lambda: utc_now().date().isoformat(), help="First day, YYYY-MM-DD.")
@click.option("--until", "expires_on", required=True, help="Last day, YYYY-MM-DD.")
@click.option("--as", "person", required=True, help="Your e-mail address; you must be entitled to every region.")
@click.option("--note", default="", help="Why; it is recorded.")
def policy(
    name: str,
    kinds: tuple[str, ...],
    up_to: str,
    max_moves: int,
    valid_from: str,
    expires_on: str,
    person: str,
    note: str,
    as_json: bool,
) -> None:
    """Sign a standing policy: what may run and be written without a person, how much of it, until when.

    Your personal token is read from ASSIGNMENT_SIGNER_TOKEN, else asked for. A policy of the same NAME replaces the
    one before.
    """
    given = StandingPolicy(name, kinds, up_to, max_moves, valid_from, expires_on, person, note)
    read_standing({"kind": "standing_policy", **vars(given), "kinds": list(kinds)})
    _put("policies", person, plain_name(name), given)
    show(
        f"policy {name}: {', '.join(kinds)} up to {up_to}, at most {max_moves} moves, {valid_from} to {expires_on}.",
        {"digest": given.digest()},
        as_json,
    )


@command(routing)
@click.argument("account_id")
@click.option("--decline", is_flag=True, help="Give it back instead: it is routed again, not to you.")
@click.option("--as", "person", required=True, help="Your e-mail address.")
@click.option("--note", default="", help="Why; it is recorded.")
def accept(account_id: str, decline: bool, person: str, note: str, as_json: bool) -> None:
    """Accept an account that was routed to you, before its time is over."""
    decisions = read_routing(DataFolder.from_environment(), DECISIONS).filter(pl.col("account_id") == account_id)
    if not decisions.height or decisions["accept_by"][-1] is None:
        raise CycleClosed(
            f"account {account_id}: it waits for nobody's answer, expected one that was routed and is "
            "to be accepted. `assignment routing status` shows what was decided."
        )
    last = decisions.row(-1, named=True)
    answer: Literal["accepted", "declined"] = "declined" if decline else "accepted"
    given = Acceptance(last["decision_no"], account_id, last["new_owner_id"], answer, person, note)
    _put("acceptances", person, str(last["decision_no"]), given)
    show(f"{account_id}: {answer}; it counts from the next pass on.", {"decision_no": last["decision_no"]}, as_json)


def _put(folder: str, person: str, name: str, decision: StandingPolicy | Acceptance) -> None:
    """Signs with the person's own token, which is judged here: what nobody could verify is not put there at all."""
    signed = signed_text(decision, personal_token(person))
    write_whole(DataFolder.from_environment().root / "inbox" / folder / person / f"{name}.json", signed)
