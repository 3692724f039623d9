"""`assignment write-back export` and `confirm`: owners that people load by hand, and how that ends a cycle."""

from collections.abc import Sequence
from pathlib import Path

import click
import polars as pl

from assignment_assets.commands.operators import operator, personal_token
from assignment_assets.commands.output import command, show
from assignment_assets.commands.write_back import person_option, write_back, writer_option
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.domain.identity.file_names import plain_name
from assignment_assets.domain.tables import APPROVED_DIFF
from assignment_assets.io.clock import utc_now
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.published_cycle import read_status, require_known
from assignment_assets.io.settings import read_settings
from assignment_assets.io.sources.spelling import read_spelling
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.io.warehouse.warehouse import Warehouse
from assignment_assets.report.waterfall import still_deferred
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.load_by_hand import Loading, loading
from assignment_assets.stages.load_confirmed import confirm_loaded
from assignment_assets.write_back.by_hand import TakenIn
from assignment_assets.write_back.load_columns import FIELDS, PRESETS, LoadColumns, of_mapping, of_preset, of_text
from assignment_assets.write_back.load_file import People, load_file, rollback_file, warnings
from assignment_assets.write_back.result_files import read_results

FILE = click.Path(exists=True, dir_okay=False, path_type=Path)
FILE_NAME = "owner_changes"
_SHOWN = 5
region_option = click.option("--region", "regions", multiple=True, help="Only what this region's signature approved.")


@command(write_back, "export")
@click.argument("cycle_id")
@click.option("--preset", type=click.Choice(list(PRESETS)), help="The columns that this import knows.")
@click.option(
    "--columns",
    "columns_text",
    default="",
    help='Columns of your own: Header=field,Header="constant". Fields: ' + ", ".join(FIELDS) + ".",
)
@click.option(
    "--id-form",
    type=click.Choice(["as_imported", "15", "18"]),
    help="How ids are spelled; 15 and 18 are for Salesforce's. Default: as they were imported.",
)
@region_option
@click.option("--by-region", is_flag=True, help="A file for each region instead of one for all.")
@click.option("--success", type=FILE, help="Take in what your system wrote of the rows that it loaded.")
@click.option("--error", "errors", type=FILE, help="Take in what your system wrote of the rows that it refused.")
@click.option("--plan", "plan_id", default="", help="With --success or --error: only this plan's accounts.")
@writer_option
@operator("writer", only_with=("success", "errors"))
def export(
    cycle_id: str,
    preset: str | None,
    columns_text: str,
    id_form: str | None,
    regions: tuple[str, ...],
    by_region: bool,
    success: Path | None,
    errors: Path | None,
    plan_id: str,
    person: str,
    as_json: bool,
) -> None:
    """For teams that load by hand: the approved owners as CSV, and a file that takes them back; or results taken in.

    The columns are those of the preset (default: Salesforce's Data Loader), of --columns, or of [export] in the
    settings. With --success and --error your system's answers are read: what it loaded has ended, what it refused
    waits on, and once every approved change has ended the cycle closes. From an org, run apply afterwards: it reads
    every account back. From files, `write-back confirm` is the other way to end a cycle.
    """
    require_known(DataFolder.from_environment(), cycle_id)
    columns = _columns(preset, columns_text, id_form)
    with _loading(cycle_id) as work:
        people = People(work.reps, read_spelling(read_settings().source, work.reps))
        if success or errors:
            _take_results(work, columns, people, (success, errors), plan_id, as_json)
        else:
            _write_files(work, columns, people, regions, by_region=by_region, as_json=as_json)


@command(write_back, "confirm")
@click.argument("cycle_id")
@person_option
@region_option
@click.option("--include-refused", is_flag=True, help="Also what your system refused at first: it was loaded since.")
@click.option("--note", default="", help="Anything to add; it is recorded.")
@operator("signer")
def confirm(
    cycle_id: str, person: str, regions: tuple[str, ...], include_refused: bool, note: str, as_json: bool
) -> None:
    """You sign that what was exported is loaded; once every approved change has ended, the cycle closes.

    Your personal token (ASSIGNMENT_SIGNER_TOKEN, else asked for) signs the digest of exactly these changes. Nobody
    reads them back: the next cycle says which did not arrive.
    """
    require_known(DataFolder.from_environment(), cycle_id)
    if Source().is_org:
        raise CycleClosed(
            f"cycle {cycle_id}: its source is an org that the engine reads, expected one that it cannot. "
            f"`assignment write-back apply {cycle_id}` reads every account back."
        )
    with _loading(cycle_id) as work:
        signed = confirm_loaded(work, person, personal_token(person), regions, note, with_refused=include_refused)
    lines = [
        f"{_changes(each.row_count)} of {', '.join(each.regions)} confirmed as loaded by {person} at "
        f"{each.at:%Y-%m-%d %H:%M} UTC, digest {each.rows[:12]}; nobody has read them back"
        for each in signed
    ]
    content = [vars(each) for each in signed]
    show("\n".join([*lines, *_standing(cycle_id)]), {"confirmed": content, "state": _state(cycle_id)}, as_json)


def _loading(cycle_id: str):
    warehouse = Warehouse(database=str(DataFolder.from_environment().warehouse))
    return loading(warehouse, cycle_id, Source(), Clock())


def _columns(preset: str | None, text: str, id_form: str | None) -> LoadColumns:
    """The columns by the options, else by the settings."""
    export = read_settings().export
    form = id_form or export.id_form
    if text:
        return of_text(text, form)
    if preset or not export.columns:
        return of_preset(preset or export.preset, form)
    return of_mapping(export.columns, form, "settings, export.columns")


def _write_files(
    work: Loading, columns: LoadColumns, people: People, regions: Sequence[str], *, by_region: bool, as_json: bool
) -> None:
    chosen = work.of_regions(regions)
    if chosen.is_empty():
        raise CycleClosed(
            f"cycle {work.cycle}: nothing waits to be loaded. `assignment cycle status {work.cycle}` says why."
        )
    parts = [(FILE_NAME, chosen)]
    if by_region or regions:
        names = sorted(set(chosen["region"]))
        parts = [(f"{FILE_NAME}_{plain_name(each)}", chosen.filter(pl.col("region") == each)) for each in names]
    folder = DataFolder.from_environment().root / "write_back" / work.cycle
    lines, files = [people.spelling.note] if people.spelling.note else [], []
    frames = [(name, rows, load_file(rows, columns, people)) for name, rows in parts]
    for name, rows, frame in frames:
        load, back = folder / f"{name}.csv", folder / f"{name}_rollback.csv"
        write_whole(load, frame.write_csv)
        write_whole(back, rollback_file(rows, columns, people).write_csv)
        work.note_exported(rows, load.name)
        lines += [f"{_changes(rows.height)}: {load}", f"  the earlier owners: {back}"]
        lines += [f"  {each}" for each in warnings(rows, columns, frame)]
        files.append({"rows": rows.height, "file": str(load), "rollback": str(back)})
    content = files[0] if len(files) == 1 else {"rows": chosen.height, "files": files}
    show("\n".join([*lines, _next(work.cycle)]), content, as_json)


def _take_results(
    work: Loading,
    columns: LoadColumns,
    people: People,
    files: tuple[Path | None, Path | None],
    plan_id: str,
    as_json: bool,
) -> None:
    spelling = people.spelling
    told = read_results(*files, spelling.accounts, columns.headers_of("id"), columns.headers_of("owner", "owner_id"))
    taken = work.take_in(told, _spellings(work, people), plan_id)
    lines = [f"{len(taken.loaded):,} loaded, {len(taken.refused):,} refused, taken in"]
    lines += [f"  {account}: {words}" for account, words in list(taken.refused.items())[:_SHOWN]]
    lines += [f"  and {len(taken.refused) - _SHOWN:,} more"] if len(taken.refused) > _SHOWN else []
    lines += _left_alone(taken)
    content = {"loaded": len(taken.loaded), "refused": len(taken.refused)} | {
        "refusals": taken.refused,
        **{name: getattr(taken, name) for name in ("other_owner", "ended", "withdrawn", "unknown")},
    }
    show("\n".join([*lines, *_standing(work.cycle)]), content, as_json)


def _spellings(work: Loading, people: People) -> dict[str, set[str]]:
    """Account → how its approved owner may stand in a file."""
    reps, owners = people.spelling.reps, people.spelling.owners
    spelled = {
        rep_id: {rep_id, rep_id[:15], reps.get(rep_id, rep_id), owners.get(rep_id, ""), *more}
        for rep_id, *more in work.reps.select("rep_id", "email", "name").iter_rows()
    }
    return {
        account: spelled.get(owner, {owner})
        for account, owner in work.rows.select("account_id", "new_owner_id").iter_rows()
    }


def _left_alone(taken: TakenIn) -> list[str]:
    told = {
        "loaded with another owner than approved, left waiting": taken.other_owner,
        "ended before, left as they were": taken.ended,
        "loaded although no longer approved: give the earlier owner back": taken.withdrawn,
        "not of this cycle's plans": taken.unknown,
    }
    return [
        f"  {len(accounts):,} {words}: {', '.join(accounts[:_SHOWN])}{' …' if len(accounts) > _SHOWN else ''}"
        for words, accounts in told.items()
        if accounts
    ]


def _standing(cycle_id: str) -> list[str]:
    status = read_status(DataFolder.from_environment(), cycle_id, utc_now())
    lines = [f"{cycle_id}: {status.state}"]
    waits = still_deferred(read_published(DataFolder.from_environment(), cycle_id, APPROVED_DIFF)).height
    if waits and status.state != "closed":
        lines.append(
            f"{waits:,} changes wait for a seat: `assignment run sign_off {cycle_id}` approves what has one now"
        )
    return [*lines, f"Next: {status.next_step}"]


def _changes(count: int) -> str:
    return f"{count:,} owner change{'' if count == 1 else 's'}"


def _state(cycle_id: str) -> str:
    return read_status(DataFolder.from_environment(), cycle_id, utc_now()).state


def _next(cycle_id: str) -> str:
    if Source().is_org:
        return f"Load it, then `assignment write-back apply {cycle_id}`: it reads every account back."
    return (
        f"Load it; then `assignment write-back export {cycle_id} --success FILE --error FILE` reads what came of "
        f"it, or `assignment write-back confirm {cycle_id} --as YOU` signs that it is loaded."
    )
