"""`assignment routing …`: what runs between the quarters, and what it came to."""

import time
from typing import Any

import click

from assignment_assets.automation.run_segment import instance
from assignment_assets.commands.output import command, show
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.routing.tables import (
    ALERTS,
    CONFLICT_PAIRS,
    EXCEPTIONS,
    HIERARCHY_CONFLICTS,
    MISSING_RULES,
    POLLS,
    SUMMARY,
    PollsFrame,
)
from assignment_assets.domain.sources.supplements import SUPPLEMENTS
from assignment_assets.domain.tables import Table
from assignment_assets.io.clock import utc_now
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
