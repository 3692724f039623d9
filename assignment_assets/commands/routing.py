"""`assignment routing …` and `assignment events …`: what runs between the quarters, and who allows it."""

import json
import time
from typing import Any, Literal

import click
import polars as pl

from assignment_assets.automation.run_segment import instance, run_segment
from assignment_assets.commands.operators import personal_token, prove
from assignment_assets.commands.output import command, show
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.identity.file_names import plain_name
from assignment_assets.domain.routing.events.detect import SCOPES, owners_meet
from assignment_assets.domain.routing.tables import (
    ALERTS,
    CONFLICT_PAIRS,
    DECISIONS,
    DEPARTURE_WAYS,
    EVENT_CYCLES,
    EVENTS,
    EXCEPTIONS,
    HIERARCHY_CONFLICTS,
    MISSING_RULES,
    POLLS,
    SUMMARY,
    PollsFrame,
)
from assignment_assets.domain.segment import OPEN_CYCLE
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.sign_off.standing import (
    OVERLAYS,
    ROUTING,
    UP_TO,
    Acceptance,
    StandingPolicy,
    read_standing,
    signed_text,
)
from assignment_assets.domain.sources.supplements import SUPPLEMENTS
from assignment_assets.domain.tables import Table
from assignment_assets.io.clock import utc_now
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.settings import read_settings
from assignment_assets.io.sources.changes import ChangeReader
from assignment_assets.io.sources.supplements import read_supplements
from assignment_assets.io.warehouse.routing_copies import read_routing
from assignment_assets.resources import Source
from assignment_assets.routing.log import RoutingLog
from assignment_assets.routing.reconcile import compare_pilot, take_in
from assignment_assets.routing.reconcile import reconcile as compare_owners
from assignment_assets.routing.watch import measure, study_conflicts, study_families
from assignment_assets.routing.write import SET_ASIDE
from assignment_assets.stages.routing_pass import RoutingState, one_pass
from assignment_assets.stages.routing_refusals import refused

SHOWN = 10


@click.group()
def routing() -> None:
    """New accounts between the quarters: one pass, what it did, who may allow it, who accepts."""


@click.group()
def events() -> None:
    """What happened between two polls, and the cycles that settle it."""


@command(routing, "pass")
def route(as_json: bool) -> None:
    """Look at the source now, note events, decide, write what a policy covers, sum up."""
    source = Source()
    setting = source.setting()
    gateway = source.gateway() if setting.kind == "salesforce" else None
    with instance() as dagster:
        taken = list(dagster.get_dynamic_partitions("cycle"))
    done = one_pass(
        RoutingLog(DataFolder.from_environment()), ChangeReader(setting), gateway, taken, utc_now, time.sleep
    )
    figures = {
        "poll": done.polled.poll_no,
        "rows read": done.polled.changed_rows,
        "events": done.polled.events.height,
        "event cycles": done.event_cycles["cycle"].to_list(),
        "decided": done.decided,
        "conflicts": done.conflicts,
        "written": done.written,
        "alerts": done.alerts.height,
    }
    show("\n".join(f"{name:<14} {value}" for name, value in figures.items()), figures, as_json)


@command(routing)
def status(as_json: bool) -> None:
    """The last 24 hours and 30 days: how many, by which rule, how fast; alerts, conflicts, the missing rule, families
    with two owners, the exception queue, what the org refused."""
    folder = DataFolder.from_environment()
    polls = require_polled(folder)
    log = RoutingLog(folder)
    study_conflicts(log, RoutingState.now(log, utc_now()).rules, utc_now())
    study_families(log)
    shown: tuple[Table[Any], ...] = (SUMMARY, ALERTS, CONFLICT_PAIRS, MISSING_RULES, HIERARCHY_CONFLICTS, EXCEPTIONS)
    tables = {table.name: read_routing(folder, table) for table in shown}
    lines = [f"last poll {polls['polled_at'][-1]:%Y-%m-%d %H:%M:%S} UTC"]
    for row in tables["routing_summary"].iter_rows(named=True):
        lines.append(
            f"{row['span']:<6} {row['rule']:<22} {row['decisions']:>6}  conflicts {row['conflicts']:>4}  "
            f"minutes: median {_said(row['median_minutes'])}, worst {_said(row['worst_minutes'])}"
        )
    lines += [
        f"alert: {row['subject_id']} {row['sentence']}, {row['hours']:.1f} hours"
        for row in tables["routing_alerts"].iter_rows(named=True)
    ]
    lines += [
        f"conflict: {row['winner_rule']} before {row['loser_rule']}, {row['conflicts']} times"
        for row in tables["conflict_pairs"].sort("conflicts", descending=True).iter_rows(named=True)
    ]
    lines += [
        f"missing rule: {row['candidate']} would have prevented {row['prevented']} ({row['toml']})"
        for row in tables["missing_rules"].sort("prevented", descending=True).head(1).iter_rows(named=True)
    ]
    families = tables["hierarchy_conflicts"]
    lines += [
        f"two owners: {row['account_id']} ({row['owner_id']}) and {row['other_account_id']} "
        f"({row['other_owner_id']}), {row['evidence']}: {row['remedy']}"
        for row in families.sort("crosses_regions", descending=True).head(SHOWN).iter_rows(named=True)
    ]
    lines += [f"two owners: and {families.height - SHOWN} more pairs (--json)"] if families.height > SHOWN else []
    lines += [
        f"exception: {row['kind']} {row['subject_id']}: {row['why']}"
        for row in tables["routing_exceptions"].tail(SHOWN).iter_rows(named=True)
    ]
    aside = refused(log)
    lines += [f"set aside: {group}" for group in aside]
    lines += [f"set aside: `{SET_ASIDE}` lists the accounts and tries a group again"] if aside else []
    told: dict[str, object] = {name: frame.to_dicts() for name, frame in tables.items()}
    told["set_aside"] = {group.group: group.rows["account_id"].to_list() for group in aside}
    show("\n".join(lines), told, as_json)


def require_polled(folder: DataFolder) -> PollsFrame:
    """The polls so far.

    Raises
    ------
    CycleClosed
        There was none yet.
    """
    polls = read_routing(folder, POLLS)
    if not polls.height:
        raise CycleClosed("routing: it has not run yet, expected a pass. Run `assignment routing pass`.")
    return polls


def _said(minutes: float | None) -> str:
    return "–" if minutes is None else f"{minutes:.1f}"


def _put(folder: str, person: str, name: str, decision: StandingPolicy | Acceptance) -> None:
    """Signs with the person's own token, which is judged here: what nobody could verify is not put there at all."""
    signed = signed_text(decision, personal_token(person))
    write_whole(DataFolder.from_environment().root / "inbox" / folder / person / f"{name}.json", signed)


@command(routing)
def reconcile(as_json: bool) -> None:
    """Compare the CRM's owners with billing and product usage: customers nobody in the field works for; and the KPIs.

    Reads what `[supplements] path` in the settings maps: billing, usage, renewals, forecasts, activities.
    """
    folder = DataFolder.from_environment()
    require_polled(folder)
    log, now = RoutingLog(folder), utc_now()
    rules, given = RoutingState.now(log, now).rules, read_supplements(read_settings().supplements.path)
    take_in(log, given)
    found, figures, pilot = compare_owners(log, rules, now), measure(log, rules, now), compare_pilot(log, rules, now)
    lines = [f"{name}: {given.frames[name].height if name in given.frames else 'no source'}" for name in SUPPLEMENTS]
    lines += list(given.notes)
    lines += [
        f"shadow account: {row['customer_key']} {row['customer_name'] or ''} ({row['source']}): {row['sentence']}"
        for row in found.head(SHOWN).iter_rows(named=True)
    ]
    lines += [f"shadow account: and {found.height - SHOWN} more (--json)"] if found.height > SHOWN else []
    lines += [
        f"{row['kpi']:<24} {_said(row['value']):>12} {row['unit']:<8} {row['sentence']}"
        for row in figures.iter_rows(named=True)
    ]
    lines += [
        f"pilot: {row['kpi']:<24} {_said(row['pilot']):>10} against {_said(row['rest'])} {row['unit']}"
        for row in pilot.iter_rows(named=True)
    ]
    show(
        "\n".join(lines),
        {
            "shadow_accounts": found.to_dicts(),
            "kpis": figures.to_dicts(),
            "pilot": pilot.to_dicts(),
            "notes": list(given.notes),
        },
        as_json,
    )


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


@command(events, "list")
def list_events(as_json: bool) -> None:
    """Every event cycle with its scope and how far it runs by itself, and the events that still wait."""
    folder = DataFolder.from_environment()
    cycles, found = read_routing(folder, EVENT_CYCLES), read_routing(folder, EVENTS)
    with instance() as dagster:
        opened = set(dagster.get_dynamic_partitions("cycle"))
    lines = [
        f"{row['cycle']:<48} {'opened' if row['cycle'] in opened else 'planned':<8} {row['scope']:<18} "
        f"up to {row['up_to']:<13} {row['why']}"
        for row in cycles.iter_rows(named=True)
    ]
    meets = set(owners_meet(found)["event_id"])
    waiting = found.filter(pl.col("cycle").is_null())
    families = found.filter(pl.col("scope") == "family")
    lines += [
        f"{row['kind']} of {row['subject_id']}: waits for the quiet window"
        for row in waiting.filter(pl.col("scope") != "family").iter_rows(named=True)
    ]
    lines += [
        f"{row['kind']} of {row['subject_id']}: "
        + (
            row["cycle"]
            or ("two owners meet, in the exception queue" if row["event_id"] in meets else "noted, one owner")
        )
        for row in families.iter_rows(named=True)
    ]
    ways = read_routing(folder, DEPARTURE_WAYS)
    lines += [
        f"departure of {row['rep_id']}: {row['accounts']} accounts, {row['optimiser']} by territory and "
        f"optimiser, {row['director']} listed for {row['director_email']}, {row['territory_pool']} to the pool "
        f"for new hires; {row['still_theirs']} still theirs"
        for row in ways.iter_rows(named=True)
    ]
    show(
        "\n".join(lines) or "no event yet",
        {"cycles": cycles.to_dicts(), "waiting": waiting.to_dicts(), "departures": ways.to_dicts()},
        as_json,
    )


@command(events, "open")
@click.argument("cycle_ids", nargs=-1, required=True)
@click.option("--as", "person", required=True, help="Your e-mail address; it is recorded as who opens the cycle.")
def open_cycles(cycle_ids: tuple[str, ...], person: str, as_json: bool) -> None:
    """Open the cycles of events that no standing policy covers: they then wait at every gate as usual."""
    prove("opener", person, f"open {', '.join(cycle_ids)}")
    planned = {row["cycle"]: row for row in read_routing(DataFolder.from_environment(), EVENT_CYCLES).to_dicts()}
    unknown = [cycle for cycle in cycle_ids if cycle not in planned]
    if unknown:
        raise CycleClosed(
            f"event cycles {', '.join(unknown)}: not planned, expected one of "
            f"{', '.join(planned) or 'none yet'}. `assignment events list` shows them."
        )
    runs = {}
    for cycle in cycle_ids:
        config = RunConfig.model_validate(json.loads(planned[cycle]["config_json"]) | {"opened_by": person})
        runs[cycle] = run_segment(OPEN_CYCLE.name, cycle, config).run_id
    show("\n".join(f"{cycle}: opened" for cycle in runs), runs, as_json)
