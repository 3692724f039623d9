"""`assignment migrate`: which version each store has, and what makes it this release's."""

from collections import Counter
from dataclasses import asdict

import click

from assignment_assets.commands.output import command, show
from assignment_assets.domain.errors import WrongSchema
from assignment_assets.domain.gates.gates import RECEIPT_VERSION
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.log import receipt_versions
from assignment_assets.io.schema.overlay_log import OVERLAY_LOG_STORE
from assignment_assets.io.schema.routing_log import ROUTING_LOG
from assignment_assets.io.schema.warehouse import WAREHOUSE
from assignment_assets.io.warehouse.connection import connected
from assignment_assets.io.warehouse.standing import Standing, standing_of_copies, standing_of_file
from assignment_assets.write_back import opening, schema

PATIENCE_SECONDS = 60.0


@click.group()
def stores() -> None:
    """Commands for what the data folder holds."""


@command(stores)
@click.option("--apply", is_flag=True, help="Do it now, instead of when the next run opens the store.")
def migrate(apply: bool, as_json: bool) -> None:
    """Say which version each store has, and the steps to this release's; changes nothing without --apply."""
    folder = DataFolder.from_environment()
    standings, receipts = _standings(folder), receipt_versions(folder)
    refusals = [each.refusal for each in standings if each.refusal]
    if apply and refusals:
        raise WrongSchema("\n".join(refusals))
    if apply:
        _open_older(folder, {each.store for each in standings if each.copy})
    lines = [line for each in standings for line in _lines(each, apply)]
    lines += [_receipts(receipts)] if receipts else []
    if not lines:
        lines = ["there is no store yet"]
    elif not apply and any(each.copy for each in standings):
        lines.append("Nothing was changed. `assignment migrate --apply` does it; so does the next run that opens one.")
    content = {"applied": apply, "stores": [asdict(each) for each in standings], "receipts": dict(receipts)}
    show("\n".join(lines), content, as_json)


def _standings(folder: DataFolder) -> list[Standing]:
    files = (
        *((folder.warehouse, WAREHOUSE), (folder.journal, schema.STORE), (folder.routing_log, ROUTING_LOG)),
        *((folder.overlay_log, OVERLAY_LOG_STORE), (folder.overlay_journal, schema.STORE)),
    )
    found = [standing_of_file(path, store, PATIENCE_SECONDS) for path, store in files]
    return [each for each in found if each] + standing_of_copies(folder)


def _open_older(folder: DataFolder, older: set[str]) -> None:
    """Opens the stores of these names; that migrates them."""
    logs = (folder.routing_log, ROUTING_LOG), (folder.overlay_log, OVERLAY_LOG_STORE)
    for path, store in ((folder.warehouse, WAREHOUSE), *logs):
        if store.name in older:
            with connected(path, store, PATIENCE_SECONDS):
                pass
    if schema.STORE.name in older:
        with opening.journal_of(folder):
            pass


def _lines(each: Standing, apply: bool) -> list[str]:
    name = f"{each.store}, {each.where}"
    if each.refusal:
        return [each.refusal]
    if each.found == each.wanted:
        return [f"{name}: version {each.found}, as this release's"]
    found = f"version {each.found}" + ("" if each.says_so else ", of before versions")
    if not each.copy:
        return [f"{name}: {found}, is read under today's names; columns that were added since are empty"]
    did = "copied to" if apply else "would be copied to"
    heading = f"{name}: {found}, {did} {each.copy}, and {'is' if apply else 'would become'} version {each.wanted}:"
    return [heading, *(f"  {step}" for step in each.steps)]


def _receipts(versions: Counter[int]) -> str:
    counts = ", ".join(f"{count:,} of version {version}" for version, count in sorted(versions.items()))
    return f"receipts: {counts}; version {RECEIPT_VERSION} is this release's, older ones are read as they are"
