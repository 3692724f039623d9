"""`assignment overlays …`: the roles beside the owner: one pass, the long-lived writer, its webhook, what it did."""

import json
import signal
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import datetime
from pathlib import Path
from types import FrameType

import click

from assignment_assets.commands.output import command, show
from assignment_assets.domain.errors import CycleClosed, Tampered, WarehouseBusy
from assignment_assets.domain.overlays.hand_overs import HAND_OVER_FACTS
from assignment_assets.domain.overlays.tables import (
    CS_ASSIGNMENTS,
    OVERLAY_DIFFERENCES,
    OVERLAY_EDITS,
    OVERLAY_LOG,
    OVERLAY_LOOKS,
    OVERLAY_STAMPS,
    OVERLAY_WORKLOAD,
)
from assignment_assets.domain.sign_off.standing import OVERLAYS
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.history_files import check_history, history_files
from assignment_assets.io.overlay_roles import required
from assignment_assets.io.settings import read_settings
from assignment_assets.io.standing_files import policies_in_force
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.overlays.hand_overs import hand_over, propose_next
from assignment_assets.overlays.lane import NO_POLICY
from assignment_assets.overlays.reports import count_workload, grow_history, link_activities
from assignment_assets.overlays.serving import serve as serve_app
from assignment_assets.overlays.webhook import webhook, webhook_secret
from assignment_assets.overlays.writer import OverlayWriter
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.overlay_frame import overlay_records, writer_if_free

SHOWN = 10
BUSY = (
    "overlays: another overlay writer runs, expected nobody: `assignment overlays serve`, or a pass. It looks and "
    "writes by itself; end it to do so here."
)


@click.group()
def overlays() -> None:
    """Roles beside the owner, such as customer success: who they are, stamped on accounts and opportunities."""


@contextmanager
def _writer() -> Iterator[OverlayWriter]:
    with writer_if_free(Source(), Clock()) as writer:
        if writer is None:
            raise WarehouseBusy(BUSY)
        yield writer


def _said(writer: OverlayWriter, *, catches: bool, as_json: bool) -> None:
    done = writer.one_pass(catches=catches)
    content = {"look": vars(done.look), "outcomes": done.lane.outcomes, "waits": done.lane.waits, "why": done.lane.why}
    show(str(done), content | {"differences": done.caught}, as_json)


@command(overlays, "pass")
def make_pass(as_json: bool) -> None:
    """Look at the systems of truth and the CRM now, decide, write what a standing policy covers, read it back."""
    with _writer() as writer:
        _said(writer, catches=False, as_json=as_json)


@command(overlays)
def catch(as_json: bool) -> None:
    """The daily catch now: list everything that differs between truth, accounts and opportunities, and repair it."""
    with _writer() as writer:
        _said(writer, catches=True, as_json=as_json)


@command(overlays)
def serve(as_json: bool) -> None:
    """Run the overlay writer until Ctrl-C: what the webhook takes is written within seconds, polls as configured."""
    ended: list[int] = []

    def end(number: int, _frame: FrameType | None) -> None:
        ended.append(number)

    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, end)

    def say(text: str) -> None:
        content = {"at": utc_now(), "said": text}
        click.echo(json.dumps(content, default=str) if as_json else f"{utc_now():%Y-%m-%d %H:%M:%S} {text}")

    given = required()
    with _writer() as writer:
        say(f"roles: {', '.join(given.overlays.roles)}; a poll every {given.overlays.poll_seconds} seconds")
        writer.serve(say, lambda: bool(ended), time.sleep)
    say("ended")


@command(overlays, "webhook")
@click.option("--port", default=8788, show_default=True, help="Port of the webhook.")
@click.option("--host", default="127.0.0.1", show_default=True, help="Address to listen at.")
def serve_webhook(port: int, host: str, as_json: bool) -> None:
    """Serve the webhook until Ctrl-C: it checks signatures and puts events down; the writer takes them up.

    The secret comes from ASSIGNMENT_CS_WEBHOOK_SECRET. Put a proxy with TLS before it.
    """
    given = required().overlays
    roles = frozenset(name for name, role in given.roles.items() if role.truth != "crm")
    serve_app(webhook(DataFolder.from_environment(), roles, webhook_secret(), utc_now), port, host)


@command(overlays)
def status(as_json: bool) -> None:
    """The last look, what waits to be written, edits and differences, workload above capacity."""
    folder = DataFolder.from_environment()
    looks = read_overlays(folder, OVERLAY_LOOKS)
    if looks.is_empty():
        raise CycleClosed("overlays: nothing was looked at yet, expected a pass. Run `assignment overlays pass`.")
    last = looks.row(-1, named=True)
    stamps, log = read_overlays(folder, OVERLAY_STAMPS), read_overlays(folder, OVERLAY_LOG)
    ended = log.sort("stamp_no", "attempt").unique("stamp_no", keep="last")
    outcomes = Counter(ended["outcome"].to_list())
    waiting = stamps.join(log, on="stamp_no", how="anti").height
    differences = read_overlays(folder, OVERLAY_DIFFERENCES)
    newest = differences["caught_at"].max()
    standing = differences.filter(caught_at=newest) if isinstance(newest, datetime) else differences
    edits = read_overlays(folder, OVERLAY_EDITS).sort("edited_at")
    load = read_overlays(folder, OVERLAY_WORKLOAD)
    full = load.filter(load["load"] > load["capacity"])
    assignments = read_overlays(folder, CS_ASSIGNMENTS)
    lines = [
        f"last look {last['look_no']} at {last['looked_at']:%Y-%m-%d %H:%M:%S} UTC ({last['origin']})",
        f"{assignments.height:,} accounts known from their systems of truth",
        f"{stamps.height:,} stamps: "
        + ", ".join(f"{count:,} {name}" for name, count in sorted(outcomes.items()))
        + (f", {waiting:,} still to come" if waiting else ""),
    ]
    refused = ended.filter(ended["error"].is_not_null()).sort("stamp_no", descending=True)
    lines += [
        f"not written: {row['object']} {row['record_id']} ({row['role']}), {row['outcome']}: {row['error']}"
        for row in refused.head(SHOWN).iter_rows(named=True)
    ]
    lines += [f"not written: and {refused.height - SHOWN} more (--json)"] if refused.height > SHOWN else []
    if waiting and OVERLAYS not in policies_in_force(folder, engine_key(), utc_now().date())[0]:
        lines.append(NO_POLICY.format(count=waiting))
    lines += [f"edit: {row['sentence']}" for row in edits.tail(SHOWN).iter_rows(named=True)]
    lines += [f"differs: {row['sentence']}" for row in standing.head(SHOWN).iter_rows(named=True)]
    lines += [f"differs: and {standing.height - SHOWN} more (--json)"] if standing.height > SHOWN else []
    lines += [
        f"above capacity: {row['name'] or row['person_id']} ({row['role']}): {row['load']:.0f} of {row['capacity']:.0f}"
        for row in full.sort("utilisation", descending=True).head(SHOWN).iter_rows(named=True)
    ]
    content = {
        "look": last,
        "outcomes": dict(outcomes),
        "waiting": waiting,
        "not_written": refused.to_dicts(),
        "edits": edits.to_dicts(),
        "differences": standing.to_dicts(),
        "above_capacity": full.to_dicts(),
    }
    show("\n".join(lines), content, as_json)


@command(overlays)
def reports(as_json: bool) -> None:
    """Draw what the page Customer success shows: activities, workload, who takes the next account, hand-overs, history.

    Letters about hand-overs go out with it, each once. In Dagster the schedule every_morning does the same.
    """
    given, records = overlay_records(Source())
    folder, now, roles = DataFolder.from_environment(), utc_now(), given.overlays
    links = link_activities(folder, roles, records, now.date()).links
    load = count_workload(folder, roles, now)
    found = {
        "activities": int(links["counts"].sum()),
        "people": load.height,
        "above_capacity": load.filter(load["load"] > load["capacity"]).height,
        "proposals": sum(each.rows.height for each in propose_next(folder, roles).values()),
        "letters": len(hand_over(folder, roles, HAND_OVER_FACTS.empty(), read_settings(), engine_key(), utc_now)),
        "intervals_of_history": grow_history(folder, roles, records).height,
    }
    text = "\n".join(f"{count:,} {name.replace('_', ' ')}" for name, count in found.items())
    show(f"{text}\nNext: `assignment link PERSON --role overlays` opens the page for a role's manager.", found, as_json)


@command(overlays)
@click.argument("folder", type=click.Path(file_okay=False, path_type=Path))
def history(folder: Path, as_json: bool) -> None:
    """Bring the ownership history for compensation up to date and write it into FOLDER: XLSX and CSV with a digest.

    Finance checks the files with `assignment overlays check`.
    """
    given, records = overlay_records(Source())
    rows = grow_history(DataFolder.from_environment(), given.overlays, records)
    made = history_files(rows, folder, engine_key(), utc_now())
    text = f"{made.rows:,} rows, digest {made.digest}\n{made.workbook}\n{made.csv}\n{made.sealed} (goes with the CSV)"
    show(text, {name: str(value) for name, value in vars(made).items()}, as_json)


@command(overlays)
@click.argument("path", type=click.Path(dir_okay=False, exists=True, path_type=Path))
def check(path: Path, as_json: bool) -> None:
    """Check a history file that was handed on: whether its rows are those that were written, by its digest and seal."""
    found = check_history(path, engine_key())
    if not found.is_genuine:
        raise Tampered(
            f"{' '.join(found.faults)} Do not pay by this file: have it written anew by `assignment overlays history`."
        )
    show(f"{path.name}: {found.rows:,} rows as written, digest {found.digest}", vars(found), as_json)
