"""`assignment write-back rollback`, `approve`, `discard`: what takes back is judged before anything is stored."""

import click
import polars as pl

from assignment_assets.automation.given_back import report_given_back
from assignment_assets.commands.journal import open_journal, publish_cycle, require_org_source
from assignment_assets.commands.operators import operator, personal_token, prove
from assignment_assets.commands.output import command, show
from assignment_assets.commands.precondition import require_signer
from assignment_assets.commands.write_back import person_option
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.placed import Placed
from assignment_assets.domain.sign_off.leavers import leavers, told
from assignment_assets.domain.tables import REPS, WRITE_BACK_LOG
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.handoff_notices import tell_handoffs
from assignment_assets.stages.write_back_run import append_log
from assignment_assets.stages.write_back_tools import tools
from assignment_assets.write_back.approving import discard as discarded
from assignment_assets.write_back.approving import judged_approval
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.undoing import by_plan, draft, left_alone, owners_written, rollback_rows
from assignment_assets.write_back.writer import Tools, is_discarded, require_org, write

leavers_option = click.option(
    "--include-leavers/--leave-out-leavers",
    "with_leavers",
    default=None,
    help="Accounts that would go back to people who have left: give them all the same, or leave them where they are. "
    "Without either the command stops and names them.",
)


@click.group()
def taking_back() -> None:
    """What belongs to `assignment write-back` and undoes what it wrote."""


@command(taking_back, "rollback")
@click.argument("cycle_id")
@click.option("--sign-off", "sign_off_nos", type=int, multiple=True, help="Only what these sign-offs wrote.")
@click.option("--reason", required=True, help="Why; it is recorded.")
@leavers_option
@person_option
@operator("signer")
def rollback(
    cycle_id: str,
    sign_off_nos: tuple[int, ...],
    reason: str,
    with_leavers: bool | None,
    person: str,
    as_json: bool,
) -> None:
    """Give every account that we wrote back to its earlier owner; what people changed since is left alone and listed.

    Your personal token (ASSIGNMENT_SIGNER_TOKEN, else asked for) signs the plan; a rollback that is refused changes
    nothing. Nothing more is written for the cycle afterwards.
    """
    require_org_source(cycle_id)
    given = tools(Source(), Clock())
    require_signer(f"cycle {cycle_id}", person, given)
    token = personal_token(person)
    with open_journal() as journal:
        rows = rollback_rows(owners_written(journal, cycle_id), sign_off_nos)
        plan, ordered = draft(journal, cycle_id, "rollback", rows, given, reason)
        approved = judged_approval(plan, person, token, given)
        require_org(plan, given.gateway())
        gone = _leavers(cycle_id, rows, given)
        if gone.height and with_leavers is None:
            raise CycleClosed(
                f"cycle {cycle_id}: a rollback would give back {told(gone)}, expected your word on them. Nothing was "
                "stored or sent. Say --leave-out-leavers (they stay where they are) or --include-leavers (the org "
                "refuses inactive users; their accounts wait until they are active)."
            )
        if gone.height and not with_leavers:
            kept = rows.filter(~pl.col("new_owner_id").is_in(gone["owner_id"].to_list()))
            plan, ordered = draft(journal, cycle_id, "rollback", kept, given, reason)
            approved = judged_approval(plan, person, token, given)
            click.echo(f"left out: {told(gone)}", err=True)
        journal.add(plan, ordered, plan.first_event(given.clock()), approved)
        _write(journal, plan, given, as_json)


@command(taking_back, "approve")
@click.argument("cycle_id")
@click.argument("plan_id")
@click.option("--include-leavers", is_flag=True, help="Of a rollback: even to people who have left.")
@person_option
@operator("signer")
def approve(cycle_id: str, plan_id: str, include_leavers: bool, person: str, as_json: bool) -> None:
    """Approve a repair or rollback that was proposed, and write it."""
    given = tools(Source(), Clock())
    with open_journal() as journal:
        plan = by_plan(journal.plans(cycle_id), plan_id)
        if is_discarded(journal, plan):
            raise CycleClosed(f"plan {plan_id}: it was discarded, expected an open one. Nothing was changed.")
        require_signer(f"plan {plan_id}", person, given)
        approved = judged_approval(plan, person, personal_token(person), given)
        require_org(plan, given.gateway())
        gone = _leavers(cycle_id, journal.rows(plan_id), given) if plan.kind == "rollback" else None
        if gone is not None and gone.height and not include_leavers:
            raise CycleClosed(
                f"plan {plan_id}: it would give back {told(gone)}, expected your word on them. Nothing was changed. "
                f"Say --include-leavers, or `assignment write-back discard {plan_id} --as YOU`, then roll back anew."
            )
        journal.record([approved])
        journal.commit()
        _write(journal, plan, given, as_json)


@command(taking_back, "discard")
@click.argument("plan_id")
@person_option
def discard(plan_id: str, person: str, as_json: bool) -> None:
    """End a rollback or repair that was never begun, signed by your token; its cycle goes on as if it were not."""
    prove("signer", person, f"discard {plan_id}")
    given = tools(Source(), Clock())
    require_signer(f"plan {plan_id}", person, given)
    with open_journal() as journal:
        plan = by_plan(journal.plans(), plan_id)
        discarded(journal, plan, person, personal_token(person), given)
        publish_cycle(journal, plan.cycle)
    show(f"{plan_id}: discarded by {person}", {"plan": plan_id, "discarded_by": person}, as_json)


def _leavers(cycle_id: str, rows: pl.DataFrame, given: Tools) -> pl.DataFrame:
    roster = read_published(DataFolder.from_environment(), cycle_id, REPS)
    return leavers(rows, roster, given.gateway().active_users(rows["new_owner_id"]))


def _tell(journal: Journal, plan: Plan) -> str:
    """Has the log, Dagster and those whom letters told know of what a rollback gave back; says what it comes to."""
    if plan.kind != "rollback":
        return ""
    warehouse = Warehouse(database=str(DataFolder.from_environment().warehouse))
    append_log(journal, warehouse, plan.cycle)
    log = warehouse.table(plan.cycle, WRITE_BACK_LOG)
    report_given_back(plan.cycle, log, plan.plan_id)
    tell_handoffs(warehouse, plan.cycle, Clock())
    return str(Placed.of(log))


def _write(journal: Journal, plan: Plan, given: Tools, as_json: bool) -> None:
    *_, progress = write(journal, plan, {}, given)
    rest = left_alone(journal, plan)
    publish_cycle(journal, plan.cycle)
    placed = _tell(journal, plan)
    lines = [
        str(progress),
        *(
            [f"go on with it: `assignment write-back approve {plan.cycle} {plan.plan_id} --as YOU`"]
            if progress.pause
            else []
        ),
        *([f"{plan.cycle}: {placed}"] if placed else []),
        *(f"  left alone: {account} ({state.lower()}): {sentence}" for account, state, _, sentence in rest.iter_rows()),
    ]
    content = {"plan": plan.plan_id, "states": dict(progress.counts), "left_alone": rest.to_dicts()}
    show("\n".join(lines), content, as_json)
