"""`assignment write-back …`: look before writing, write, watch, put right, take back."""

import os
from collections.abc import Sequence
from pathlib import Path

import click
import polars as pl

from assignment_assets.automation.run_segment import run_segment
from assignment_assets.commands.going_on import sign_to_go_on
from assignment_assets.commands.journal import FOLDER, open_journal, publish_cycle, require_org_source
from assignment_assets.commands.operators import operator, prove
from assignment_assets.commands.output import command, show
from assignment_assets.commands.precondition import sign_for
from assignment_assets.domain.errors import Tampered
from assignment_assets.domain.placed import Placed
from assignment_assets.domain.routing.owners_since import OwnersSinceFrame, sentences
from assignment_assets.domain.routing.owners_since import changed as changed_owners
from assignment_assets.domain.segment import WRITE_BACK
from assignment_assets.domain.tables import WRITE_BACK_LOG
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.published_cycle import read_status
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.write_back_tools import tools
from assignment_assets.stages.written_owners import look_at_cycle, look_at_written
from assignment_assets.write_back.by_hand import by_hand as ended_by_hand
from assignment_assets.write_back.confirmation import confirmations
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.precondition import Permission
from assignment_assets.write_back.publishing import plan_states, read_state, second_looks, waiting_groups
from assignment_assets.write_back.teams import restore_files, snapshot
from assignment_assets.write_back.undoing import (
    owners_written,
    propose,
    reconciled,
    repair_rows,
)
from assignment_assets.write_back.writer import Lane

LANES = list(Lane.__args__)
writer_option = click.option("--as", "person", default="", help="Your e-mail address, where the settings have [roles].")
person_option = click.option("--as", "person", required=True, help="Your e-mail address; it is recorded.")


@click.group("write-back")
def write_back() -> None:
    """Write approved owners to Salesforce, or as files that people load, and take care of them afterwards."""


@command(write_back, "apply")
@click.argument("cycle_id")
@click.option(
    "--lane",
    type=click.Choice(LANES),
    default="composite",
    show_default=True,
    help="Bulk has no preconditions and refuses where drift matters, unless asked for by its long name.",
)
@click.option(
    "--second-probe",
    "permission",
    flag_value="second-probe",
    help="Where the proof of the precondition failed: ask once more, with the owner that an account has.",
)
@click.option(
    "--without-precondition",
    "permission",
    flag_value="without-precondition",
    help="Where it failed: read, compare and write 25 at a time; what people change in between is lost.",
)
@click.option("--as", "person", default="", help="Your e-mail address: your token signs either, and proves who writes.")
def apply(cycle_id: str, lane: str, permission: Permission | None, person: str, as_json: bool) -> None:
    """Write what is signed, or go on where a run paused or died. A finished cycle is not written again."""
    prove("signer" if permission else "writer", person, f"apply {cycle_id}")
    os.environ["ASSIGNMENT_WRITE_BACK_LANE"] = lane
    if permission:
        sign_for(cycle_id, permission, person)
    run_segment(WRITE_BACK.name, cycle_id)
    _tell_standing(cycle_id, as_json)


@command(write_back, "resume")
@click.argument("cycle_id")
@writer_option
@operator("writer")
def resume(cycle_id: str, person: str, as_json: bool) -> None:
    """Go on where a run paused or died; the same as apply."""
    run_segment(WRITE_BACK.name, cycle_id)
    _tell_standing(cycle_id, as_json)


@command(write_back, "go-on")
@click.argument("cycle_id")
@person_option
def go_on(cycle_id: str, person: str, as_json: bool) -> None:
    """Let the rest go after a first batch, and write it. `status` shows what was found of the first batch.

    Your personal token (ASSIGNMENT_SIGNER_TOKEN, else asked for) signs. The rest goes in the lane of the first batch.
    """
    os.environ["ASSIGNMENT_WRITE_BACK_LANE"] = sign_to_go_on(cycle_id, person)
    run_segment(WRITE_BACK.name, cycle_id)
    _tell_standing(cycle_id, as_json)


@command(write_back, "status")
@click.argument("cycle_id")
def status(cycle_id: str, as_json: bool) -> None:
    """Where the write-back stands: each plan's accounts by state, and why it paused. Opens no database."""
    _tell_standing(cycle_id, as_json)


@command(write_back, "verify")
@click.argument("cycle_id")
def verify(cycle_id: str, as_json: bool) -> None:
    """Follow the journal's chain from its first event to its sealed head, and read every written account again.

    Where owners are loaded by hand nothing can be read: every signature "loaded by hand" is held against its rows.
    """
    if not Source().is_org:
        _verify_signatures(cycle_id, as_json)
        return
    with open_journal() as journal:
        events, written = journal.seq, owners_written(journal, cycle_id)
        changed = reconciled(written, Source().gateway())
    unchanged = written.join(changed, on="account_id", how="anti")
    back = unchanged.filter(pl.col("kind") == "rollback").height
    placed = Placed(unchanged.height - back, back)
    text = (
        f"{events:,} events, unbroken and sealed; {written.height - changed.height:,} of {written.height:,} "
        f"accounts have the owner that we wrote: {placed}"
    )
    show(text, {"events": events, "written": written.height, "changed": changed.to_dicts(), **vars(placed)}, as_json)


@command(write_back, "reconcile")
@click.argument("cycle_id", required=False, default="")
@click.option("--integration", "integrations", multiple=True, help="User id of an integration. Repeat for more.")
@click.option("--repair", is_flag=True, help="Propose a plan that sets right what automations changed.")
@click.option("--include-people", is_flag=True, help="With --repair: people's changes too.")
@writer_option
@operator("writer", only_with=("repair",))
def reconcile(
    cycle_id: str, integrations: tuple[str, ...], repair: bool, include_people: bool, person: str, as_json: bool
) -> None:
    """Who changed an owner that we wrote, and when: a person (override) or an integration (stale overwrite).

    Without CYCLE_ID everything that cycles and routing wrote is read again, for the KPIs and the alert too. A repair
    of a cycle waits for `write-back approve`.
    """
    require_org_source(cycle_id)
    if repair and not cycle_id:
        raise click.UsageError("--repair needs a cycle: a plan is one cycle's.")
    with open_journal() as journal:
        given = tools(Source(), Clock())
        since = look_back(journal, cycle_id, integrations)
        changed, plan = changed_owners(since), None
        if repair:
            rows = repair_rows(changed, include_people=include_people)
            plan = propose(journal, cycle_id, "repair", rows, given, "owners changed since they were written")
        if cycle_id:
            publish_cycle(journal, cycle_id)
    lines = sentences(since)
    lines += (
        [
            f"proposed {plan.plan_id}: {plan.row_count} accounts; `assignment write-back approve {cycle_id} "
            f"{plan.plan_id} --as YOU` approves and writes it"
        ]
        if plan
        else []
    )
    show(
        "\n".join(lines) or "every account has the owner that we wrote",
        {"changed": changed.to_dicts(), "plan": plan.plan_id if plan else None},
        as_json,
    )


@command(write_back, "restore-teams")
@click.argument("cycle_id")
def restore_teams(cycle_id: str, as_json: bool) -> None:
    """CSV files of the account teams and manual shares that the write has deleted, for inserting them again."""
    require_org_source(cycle_id)
    folder = _folder(cycle_id)
    with open_journal() as journal:
        accounts = owners_written(journal, cycle_id)["account_id"].to_list()
        plans = [plan.plan_id for plan in journal.plans(cycle_id)]
    paths = restore_files(folder, plans, accounts, snapshot(Source().gateway().org, accounts))
    show("\n".join(map(str, paths)) or "no snapshot was taken before the write", [str(path) for path in paths], as_json)


def look_back(journal: Journal, cycle_id: str, integrations: Sequence[str]) -> OwnersSinceFrame:
    """What became of the owners that the cycle, or without one the engine, has written."""
    folder = DataFolder.from_environment()
    if not cycle_id:
        return look_at_written(journal, folder, Source(), Clock().now(), integrations)
    owners_written(journal, cycle_id)
    return look_at_cycle(journal, folder, Source(), cycle_id, integrations)


def _verify_signatures(cycle_id: str, as_json: bool) -> None:
    with open_journal() as journal:
        plans = [plan for plan in journal.plans(cycle_id) if plan.kind == "owners"]
        signed, events = confirmations(journal, plans, engine_key()), journal.seq
        loaded = ended_by_hand(journal, plans)
    lines = [
        f"{each.plan_id}: {each.row_count:,} of {', '.join(each.regions)} confirmed as loaded by {each.confirmed_by} "
        f"at {each.at:%Y-%m-%d %H:%M} UTC, digest {each.rows[:12]}, "
        + ("the signature holds" if each.holds else "THE SIGNATURE DOES NOT HOLD")
        for each in signed
    ]
    told = ", ".join(f"{count:,} {state.lower()}" for state, count in loaded.items())
    lines = [f"{events:,} events, unbroken and sealed; {told}; nobody has read these back", *lines]
    show("\n".join(lines), {"events": events, **loaded, "signatures": [vars(each) for each in signed]}, as_json)
    if not all(each.holds for each in signed):
        raise Tampered(f"cycle {cycle_id}: a signature does not hold over its rows. Find out who changed the journal.")


def _tell_standing(cycle_id: str, as_json: bool) -> None:
    folder = DataFolder.from_environment().published(cycle_id)
    state, states = read_state(folder), plan_states(folder)
    lines = [
        f"{plan_id}: " + ", ".join(f"{count:,} {state.lower()}" for state, count in sorted(counts.items()))
        for plan_id, counts in states.items()
    ]
    log = read_published(DataFolder.from_environment(), cycle_id, WRITE_BACK_LOG)
    lines += [f"accounts: {Placed.of(log)}"] if log.height else []
    if state:
        lines.append(f"{state.state} since {state.at}" + (f": {state.sentence}" if state.sentence else ""))
        lines += [f"goes on by itself at {state.resume_at}"] if state.resume_at else []
    looks = second_looks(folder)
    lines += [look.page(plan_id) for plan_id, look in looks.items()]
    waiting = waiting_groups(folder)
    if waiting:
        count = sum(group.rows.height for group in waiting)
        lines.append(f"{count:,} accounts wait for a person: `assignment write-back set-aside {cycle_id}`")
        lines += [f"  {group}" for group in waiting]
    content = {
        "set_aside": {group.group: group.rows["account_id"].to_list() for group in waiting},
        "first_batches": {plan_id: vars(look) for plan_id, look in looks.items()},
        "standing": vars(state) if state else None,
        "plans": {plan_id: dict(counts) for plan_id, counts in states.items()},
    }
    if not Source().is_org:
        lines.append(f"Next: {read_status(DataFolder.from_environment(), cycle_id, utc_now()).next_step}")
    show("\n".join(lines) or f"{cycle_id}: nothing was written yet", content, as_json)


def _folder(cycle_id: str) -> Path:
    return DataFolder.from_environment().root / FOLDER / cycle_id
