"""What people look at: the report, the rehearsal, the pages."""

import click

from assignment_assets.commands.output import command, show
from assignment_assets.demo.story import rehearse
from assignment_assets.demo.ui import serve_all
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder
from assignment_assets.sandbox import OverlayPeople
from assignment_assets.stages.reports import read_report, write_region_reports, write_report


@click.group()
def showing() -> None:
    """Commands that show something."""


@command(showing)
@click.argument("cycle_id")
@click.option("--region", "regions", multiple=True, help="Only this region's report. Repeat for more.")
def report(cycle_id: str, regions: tuple[str, ...], as_json: bool) -> None:
    """Write the cycle's report and one a region: HTML files that open without a network."""
    folder = DataFolder.from_environment()
    told = read_report(folder, cycle_id, utc_now())
    if regions:
        written = write_region_reports(folder, told, regions)
    else:
        written = {"": write_report(folder, told)} | write_region_reports(folder, told)
    lines = [f"report{f' of {region}' if region else ''}: {path}" for region, path in written.items()]
    main = {"file": str(written[""])} if "" in written else {}
    files = {region: str(path) for region, path in written.items() if region}
    show("\n".join(lines), main | {"regions": files}, as_json)


@command(showing)
@click.option(
    "--reps",
    "num_reps",
    type=click.IntRange(min=1),
    default=100,
    show_default=True,
    help="Field reps of the sample company.",
)
@click.option(
    "--accounts", "num_accounts", type=click.IntRange(min=1), default=12_000, show_default=True, help="Its accounts."
)
@click.option("--seed", default=7, show_default=True, help="Same seed, same story.")
@click.option(
    "--preset",
    type=click.Choice(["brief", "quick", "standard", "thorough"]),
    default="quick",
    show_default=True,
    help="How long the optimiser works.",
)
@click.option("--overlays", is_flag=True, help="Show a role beside the owner, too: customer success, end to end.")
def demo(num_reps: int, num_accounts: int, seed: int, preset: str, overlays: bool, as_json: bool) -> None:
    """Rehearse a whole quarterly cycle of the sample company, from its org to its org, people included."""
    say = (lambda _: None) if as_json else click.echo
    outcome = rehearse(num_reps, num_accounts, seed, preset, say, OverlayPeople() if overlays else None)
    show(outcome.text, {"report": str(outcome.report), "seconds": outcome.seconds}, as_json)


@command(showing)
@click.option("--port", default=3000, show_default=True, help="Port of the Dagster pages.")
@click.option("--org-port", default=8443, show_default=True, help="Port of the sandbox org.")
@click.option("--pages-port", default=8787, show_default=True, help="Port of the review pages.")
def ui(port: int, org_port: int, pages_port: int, as_json: bool) -> None:
    """Start Dagster, its daemon, the review pages and the sandbox org on loopback; Ctrl-C ends all of them."""
    serve_all(port, org_port, pages_port)
