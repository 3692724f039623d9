"""What people decide from the command line: sign a region off, decide a held edit, look into the inbox."""

import os
import re
import secrets

import click
import polars as pl

from assignment_assets.commands.operators import operator, personal_token
from assignment_assets.commands.output import command, show
from assignment_assets.domain.assignment.choice import ChosenPoint, figures_of, price, signed_choice
from assignment_assets.domain.errors import CycleClosed, NotEntitled
from assignment_assets.domain.gate import GATES, SIGN_OFF_GATE
from assignment_assets.domain.gates.gates import GateManifest
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.identity.person_keys import is_person, safe_key
from assignment_assets.domain.segment import SIGN_OFF
from assignment_assets.domain.sign_off.decisions import HeldEditDecision, SignOff, decision_file, signed_text
from assignment_assets.domain.tables import EDIT_VERDICTS, REFERRING_FRONT, REGION_DIGESTS
from assignment_assets.io.clock import utc_now
from assignment_assets.io.durable import write_whole
from assignment_assets.io.exchange import bring_in, send_out
from assignment_assets.io.folders import DataFolder, engine_key, key_file
from assignment_assets.io.intake.look import look
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.published_cycle import require_known
from assignment_assets.io.settings import read_settings
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.stages.pictures import write_front_page

GATE = SIGN_OFF_GATE.name


@click.group()
def people() -> None:
    """Commands for Growth Strategy and for whoever runs the engine."""


@command(people, "init-key")
def init_key(as_json: bool) -> None:
    """Make the engine's key, once, outside the data folder; an existing key is kept."""
    path = key_file()
    is_new = not path.exists()
    if is_new:
        descriptor = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
        with os.fdopen(descriptor, "w") as file:
            file.write(secrets.token_hex(32) + "\n")
    said = "made" if is_new else "is there already"
    show(f"key {said}: {path}", {"made": is_new, "file": path.name}, as_json)


def _key(context: click.Context, parameter: click.Parameter, person: str) -> str:
    """The key of whoever has this address: what folders and decisions call them."""
    return safe_key(person.strip()) if re.fullmatch(r"[^@/\\\s]+@[^@/\\\s]+", person.strip()) else person


@command(people)
@click.argument("person")
def token(person: str, as_json: bool) -> None:
    """The personal signing token of PERSON (an e-mail address): hand it to them, and to nobody else."""
    text = signer_token(engine_key(), person)
    show(text, {"person": person, "token": text}, as_json)


@command(people)
@click.argument("cycle_id")
@click.option("--settled-seconds", default=5.0, show_default=True, help="How long a file must lie unchanged.")
def intake(cycle_id: str, settled_seconds: float, as_json: bool) -> None:
    """Look into the inbox of a cycle now: archive what came, give receipts, say what still waits.

    Where the settings name a store (`[files]`) or Google Sheets (`[sheets]`), fetches from there first, and delivers
    packets and receipts afterwards.
    """
    folder, settings = DataFolder.from_environment(), read_settings()
    require_known(folder, cycle_id)
    lines, new = [], []
    for gate in GATES:
        manifest = read_gate(folder, cycle_id, gate)
        if manifest is None:
            continue
        now = utc_now()
        bring_in(folder, manifest, settings, now)
        found = look(folder, cycle_id, gate, now, engine_key(), settled_seconds)
        new += [vars(receipt) for receipt in found.new_receipts]
        lines += [f"{gate} {receipt.person}: {receipt.verdict}. {receipt.message}" for receipt in found.new_receipts]
        lines += [f"{gate} {notice.person}: waits. {notice.sentence}" for notice in found.messages]
        lines += [f"{gate}: {left}" for left in send_out(folder, manifest, settings)]
    show("\n".join(lines) or "nothing new", new, as_json)


@command(people, "sign-off")
@click.argument("cycle_id")
@click.option("--region", required=True, help="The region, as its packet names it.")
@click.option("--as", "person", required=True, help="Your e-mail address.", callback=_key)
@click.option("--digest", default="", help="The digest on your packet (its beginning is enough): what you were shown.")
@click.option("--reject", is_flag=True, help="Refuse the region instead of approving it.")
@click.option("--note", default="", help="Why; it is recorded.")
@operator("signer")
def sign_off(cycle_id: str, region: str, person: str, digest: str, reject: bool, note: str, as_json: bool) -> None:
    """Sign a region's moves: the last human gate before Salesforce.

    Your personal token is read from ASSIGNMENT_SIGNER_TOKEN, else asked for. The signature covers the digest of
    the moves on your packet; it is judged when the sign_off segment runs.
    """
    folder = DataFolder.from_environment()
    manifest = _open_gate(folder, cycle_id)
    digests = {row["region"]: row for row in read_published(folder, cycle_id, REGION_DIGESTS).iter_rows(named=True)}
    if region not in digests:
        raise CycleClosed(
            f"cycle {cycle_id}: region {region!r} has no packet, expected one of "
            f"{', '.join(sorted(digests))}. Correct the name."
        )
    standing = digests[region]["digest"]
    if digest and not standing.startswith(digest):
        raise NotEntitled(
            f"cycle {cycle_id}, {region}: your packet's digest is {digest[:12]}, the region's is now "
            f"{standing[:12]}, expected the same. Look at the new packet, then sign that."
        )
    decision = SignOff(cycle_id, manifest.revision, region, standing, "reject" if reject else "approve", person, note)
    path = _put(folder, cycle_id, person, decision)
    count = digests[region]["move_count"]
    show(
        f"{region}: {decision.decision} of {count} moves signed by {person}; "
        f"the sensors judge it, or `assignment intake {cycle_id}` and `assignment run {SIGN_OFF.name} {cycle_id}`.",
        {"file": path.name, "digest": standing},
        as_json,
    )


@command(people)
@click.argument("cycle_id")
@click.option("--receipt", "receipt_no", type=int, required=True, help="Receipt of the review with the held edit.")
@click.option("--account", "account_id", required=True, help="The account of the held edit.")
@click.option("--rep", "rep_id", required=True, help="The receiving rep.")
@click.option("--accept/--refuse", "is_accepted", required=True, help="What you decide.")
@click.option("--as", "person", required=True, help="Your e-mail address.", callback=_key)
@click.option("--note", default="", help="Why; it is recorded.")
@operator("signer")
def decide(
    cycle_id: str,
    receipt_no: int,
    account_id: str,
    rep_id: str,
    is_accepted: bool,
    person: str,
    note: str,
    as_json: bool,
) -> None:
    """Decide a held edit: one director asked for an account of another region's book."""
    folder = DataFolder.from_environment()
    manifest = _open_gate(folder, cycle_id)
    held = read_published(folder, cycle_id, EDIT_VERDICTS).filter(
        (pl.col("verdict") == "held")
        & (pl.col("receipt_no") == receipt_no)
        & (pl.col("account_id") == account_id)
        & (pl.col("rep_id") == rep_id)
    )
    if not held.height:
        raise CycleClosed(
            f"cycle {cycle_id}: no held edit of receipt {receipt_no}, account {account_id}, rep {rep_id}, "
            "expected one. `assignment held CYCLE` lists them."
        )
    decision = HeldEditDecision(
        cycle_id, manifest.revision, receipt_no, account_id, rep_id, "accept" if is_accepted else "refuse", person, note
    )
    path = _put(folder, cycle_id, person, decision)
    show(
        f"held edit on {account_id}: {decision.decision} by {person}; applied when sign_off runs.",
        {"file": path.name},
        as_json,
    )


@command(people)
@click.argument("cycle_id")
def held(cycle_id: str, as_json: bool) -> None:
    """The held edits of a cycle: those that Growth Strategy decides before their regions can sign."""
    folder = DataFolder.from_environment()
    require_known(folder, cycle_id)
    rows = read_published(folder, cycle_id, EDIT_VERDICTS).filter(pl.col("verdict") == "held")
    lines = [
        f"receipt {row['receipt_no']}, account {row['account_id']}, rep {row['rep_id']}: {row['message']}"
        for row in rows.iter_rows(named=True)
    ]
    show("\n".join(lines) or "none", rows.to_dicts(), as_json)


@command(people)
@click.argument("cycle_id")
@click.option("--html", "as_page", is_flag=True, help="Write the interactive picture instead, as one file.")
def front(cycle_id: str, as_page: bool, as_json: bool) -> None:
    """The trade-offs of a cycle: every point, and what it costs against the knee."""
    rows = _front(cycle_id)
    if as_page:
        path = write_front_page(DataFolder.from_environment(), cycle_id, rows)
        show(f"front: {path}", {"file": str(path)}, as_json)
        return
    lines = [
        f"{row['point']:>3} {'chosen' if row['is_chosen'] else '':<7}{row['referring_imbalance']:7.2f} % imbalance, "
        f"{row['drive_minutes']:6.1f} min, {row['moves_pct']:5.1f} % change owner: {price(rows, row['point'])}"
        for row in rows.iter_rows(named=True)
    ]
    show("\n".join(lines), rows.to_dicts(), as_json)


@command(people)
@click.argument("cycle_id")
@click.argument("point", type=int)
@click.option("--as", "person", required=True, help="Your e-mail address.", callback=_key)
@click.option("--note", default="", help="Why; it is recorded.")
@operator("signer")
def choose(cycle_id: str, point: int, person: str, note: str, as_json: bool) -> None:
    """Choose another point of the front than the knee; the choice and its price are recorded.

    Your personal token is read from ASSIGNMENT_SIGNER_TOKEN, else asked for. The propose segment applies it; where
    reviews are out already, re-open the cycle from assignment first.
    """
    rows = _front(cycle_id)
    choice = ChosenPoint(cycle_id, point, figures_of(rows, point), person, note)
    path = DataFolder.from_environment().inbox(cycle_id, "chosen_point") / "choice.json"
    write_whole(path, signed_choice(choice, personal_token()))
    said = price(rows, point)
    show(f"point {point}: {said}. Applied when propose runs.", {"point": point, "price": said}, as_json)


def _front(cycle_id: str) -> pl.DataFrame:
    rows = read_published(DataFolder.from_environment(), cycle_id, REFERRING_FRONT)
    if not rows.height:
        raise CycleClosed(f"cycle {cycle_id}: it has no front yet, expected one. `assignment run propose {cycle_id}`.")
    return rows


def _open_gate(folder: DataFolder, cycle_id: str) -> GateManifest:
    manifest = read_gate(folder, cycle_id, GATE)
    if manifest is None:
        raise CycleClosed(
            f"cycle {cycle_id}: its sign-off packets are not out, expected them. "
            f"`assignment cycle status {cycle_id}` says what comes first."
        )
    return manifest


def _put(folder: DataFolder, cycle_id: str, person: str, decision: SignOff | HeldEditDecision):
    if not is_person(person):
        raise NotEntitled(f"sign-off: {person!r} is no person, expected an e-mail address. Correct --as.")
    path = folder.inbox(cycle_id, GATE) / person / decision_file(decision)
    write_whole(path, signed_text(decision, personal_token()))
    return path
