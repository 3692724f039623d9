"""`assignment source …`: look at an export before a cycle, and judge a mapping."""

import json
import sys
from dataclasses import asdict
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import click

from assignment_assets.commands.output import command, show
from assignment_assets.commands.source_options import with_option
from assignment_assets.domain.errors import AssignmentError, Fault, InvalidInput
from assignment_assets.io.clock import utc_now
from assignment_assets.io.durable import write_whole
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets.io.proposal.answers import Answers
from assignment_assets.io.proposal.org import propose_org
from assignment_assets.io.proposal.proposal import propose
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.snapshot import read_snapshot
from assignment_assets.report.source_page import page_html, page_text
from assignment_assets.stages.source_preview import preview

as_of_option = click.option(
    "--as-of", type=click.DateTime(["%Y-%m-%d"]), help="The day that rules take for today; else today."
)


@click.group()
def source() -> None:
    """Look at an export before a cycle starts from it."""


@command(source)
@click.argument("files", nargs=-1)
@click.option("--org", is_flag=True, help="Look at the connected Salesforce org in place of files.")
@click.option("--write", "target", type=click.Path(dir_okay=False, path_type=Path), help="Write the mapping there.")
@click.option("--html", "page", type=click.Path(dir_okay=False, path_type=Path), help="Write the preview there.")
@click.option("--inside-sales", default="", help="Who takes accounts for which no field rep has a seat.")
@click.option("--states-from-zip", is_flag=True, help="Take each account's state from its ZIP code.")
@click.option(
    "--roster-from-owners", is_flag=True, help="Take what the roster lacks, or all of it, from who owns what."
)
@click.option("--owners-from-deals", is_flag=True, help="Accounts without an owner: whoever has most of their deals.")
@click.option("--column", "columns", multiple=True, help="TABLE.FIELD=HEADER: which column holds it. Repeat for more.")
@click.option("--constant", "constants", multiple=True, help="TABLE.FIELD=VALUE: the same in every row. Repeatable.")
@click.option("--exclude", "excludes", multiple=True, help="TABLE.HEADER=VALUE: rows left out. Repeat for more.")
@click.option("--dates", default="", help="How days are written, such as %d/%m/%Y; else told by the whole column.")
@click.option("--decimal", default="", type=click.Choice(["", ".", ","]), help="The decimal sign of money.")
@click.option("--fill-down/--no-fill-down", default=None, help="Whether an owner holds for the empty cells below it.")
@as_of_option
def look(
    files: tuple[str, ...],
    org: bool,
    target: Path | None,
    page: Path | None,
    inside_sales: str,
    states_from_zip: bool,
    roster_from_owners: bool,
    owners_from_deals: bool,
    columns: tuple[str, ...],
    constants: tuple[str, ...],
    excludes: tuple[str, ...],
    dates: str,
    decimal: str,
    fill_down: bool | None,
    as_of: datetime | None,
    as_json: bool,
) -> None:
    """Propose a mapping for FILES (a folder, gsheet:KEY), or the org, and show what a cycle would start from."""
    if bool(files) == org:
        raise click.UsageError("Name the files to look at, or say --org.")
    answers = Answers(
        *(_pairs("column", columns), _pairs("constant", constants), dates, decimal, fill_down),
        inside_sales=inside_sales,
        states_from_zip=states_from_zip,
        roster_from_owners=roster_from_owners,
        owners_from_deals=owners_from_deals,
        excludes=_excluded(excludes),
    )
    proposal = propose_org(answers) if org else propose(files, answers)
    with TemporaryDirectory(prefix="assignment-") as folder:
        mapping = target or Path(folder) / "mapping.toml"
        text, roster = proposal.write(mapping)
        for name, place in (("mapping", target), ("roster", roster if target else None)):
            if place and not as_json:
                click.echo(f"{name}: {place}")
        for note in proposal.notes if not as_json else ():
            click.echo(note)
        day = _day(as_of)
        setting = SourceSetting(kind="salesforce" if org else "files", path=str(mapping))
        try:
            snapshot = read_snapshot(setting, day, read=proposal.read())
        except InvalidInput as error:
            raise InvalidInput(error.what, map(with_option, error.faults)) from error
    unmapped, notes = proposal.unmapped(), proposal.notes
    files = {name: each.path.name for name, each in proposal.found.items()}
    del proposal  # and with it every cell as text, which the preview has no use for
    shown = preview(snapshot, day)
    if page:
        write_whole(page, page_html(shown, snapshot.accounts, snapshot.reps, unmapped).encode())
    content = {
        "mapping": text,
        "files": files,
        "notes": notes,
        "unmapped": [{"table": table, "field": name, "means": means} for table, name, means in unmapped],
        "profile": asdict(shown),
    }
    show(page_text(shown, unmapped), content, as_json)


@command(source)
@click.argument("mapping", type=click.Path(path_type=Path))
@as_of_option
def check(mapping: Path, as_of: datetime | None, as_json: bool) -> None:
    """Judge MAPPING: ends with 0 where a cycle could start from its files, with 1 and every fault where not."""
    day = _day(as_of)
    try:
        kind = "salesforce" if read_mapping(mapping).accounts.object else "files"
        shown = preview(read_snapshot(SourceSetting(kind=kind, path=str(mapping)), day), day)
    except AssignmentError as error:
        faults = [asdict(each) for each in error.faults] if isinstance(error, InvalidInput) else []
        said = json.dumps({"is_usable": False, "error": str(error), "faults": faults}, ensure_ascii=False)
        click.echo(said if as_json else f"error: {error}", err=not as_json)
        sys.exit(1)
    show(page_text(shown), {"is_usable": True, "profile": asdict(shown)}, as_json)


def _day(as_of: datetime | None) -> date:
    return (as_of or utc_now()).date()


def _excluded(given: tuple[str, ...]) -> dict[str, list[str]]:
    values: dict[str, list[str]] = {}
    for each in given:
        for place, value in _pairs("exclude", (each,)).items():
            values.setdefault(place, []).append(value)
    return values


def _pairs(option: str, given: tuple[str, ...]) -> dict[str, str]:
    split = [each.partition("=") for each in given]
    wrong = [
        Fault(f"--{option} {name}", "no = in it", "TABLE.FIELD=TEXT, such as accounts.tam=Potential", "Correct it.")
        for name, sign, _ in split
        if not sign
    ]
    if wrong:
        raise InvalidInput("options", wrong)
    return {name.strip(): value.strip() for name, _, value in split}
