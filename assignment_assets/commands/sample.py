"""`assignment sample …` and `sandbox`: a company and an org to try the engine with."""

from datetime import datetime
from pathlib import Path

import click

from assignment_assets.commands.output import command, show
from assignment_assets.domain.errors import AssignmentError
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets.io.mapping.translation import translate
from assignment_assets.io.sources.mapped_texts import table_texts
from assignment_assets.sample import company as sample_company
from assignment_assets.sample.reps import generate_reps
from assignment_assets.sandbox.access import Access, Feature
from assignment_assets.sandbox.loading import load
from assignment_assets.sandbox.overlay_people import OverlayPeople
from assignment_assets.sandbox.server import serve

FEATURES = click.Choice([feature.value for feature in Feature])
AT_LEAST_ONE = click.IntRange(min=1)
SEED = click.IntRange(min=0)
DAY = click.DateTime(["%Y-%m-%d"])


@click.group()
def company() -> None:
    """Commands for the sample company and the sandbox org."""


@company.group()
def sample() -> None:
    """Generate a company, or reps for accounts of your own."""


@command(sample)
@click.option("--reps", "num_reps", type=AT_LEAST_ONE, default=100, show_default=True, help="Field reps.")
@click.option("--accounts", "num_accounts", type=AT_LEAST_ONE, default=12_000, show_default=True, help="Accounts.")
@click.option("--seed", type=SEED, default=7, show_default=True, help="Same seed, same company.")
@click.option("--as-of", type=DAY, default="2026-10-01", show_default=True, help="The company's today, YYYY-MM-DD.")
@click.option("--out", type=click.Path(file_okay=False, path_type=Path), help="Folder; default data/sample.")
@click.option("--org", is_flag=True, help="Also load it into the sandbox org's state (data/sandbox).")
@click.option("--overlays", is_flag=True, help="With --org: the org has CSMs and solutions architects, stamped.")
def create(
    num_reps: int,
    num_accounts: int,
    seed: int,
    as_of: datetime,
    out: Path | None,
    org: bool,
    overlays: bool,
    as_json: bool,
) -> None:
    """Generate the sample company on real US geography, as Parquet files in the contract's columns."""
    if overlays and not org:
        raise AssignmentError("sample create: --overlays without --org, expected both. Add --org: people stand there.")
    root = DataFolder.from_environment().root
    day = as_of.date()
    company = sample_company.generate(num_reps, num_accounts, seed, day)
    target = out or root / "sample"
    sample_company.write(company, target)
    if org:
        load(company, root / "sandbox", overlays=OverlayPeople(seed=seed) if overlays else None)
    facts = sample_company.describe(company, day)
    lines = [f"{count:>10,}  {name.replace('_', ' ')}" for name, count in facts.items()]
    show("\n".join([f"written to {target}", *lines]), facts | {"folder": str(target)}, as_json)


@command(sample, "reps")
@click.argument("mapping", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--reps", "num_reps", type=AT_LEAST_ONE, default=60, show_default=True, help="Field reps.")
@click.option("--seed", type=SEED, default=7, show_default=True, help="Same seed, same reps.")
@click.option("--as-of", type=DAY, default="2026-10-01", show_default=True, help="Today, YYYY-MM-DD.")
def sample_reps(mapping: Path, num_reps: int, seed: int, as_of: datetime, as_json: bool) -> None:
    """Generate reps who live near the accounts that MAPPING names, and write them where it expects reps."""
    source = read_mapping(mapping)
    tables = source.tables()
    accounts = tables["accounts"]
    texts, origin = table_texts(source, "accounts", accounts)
    frame = translate("accounts", accounts, texts, origin).frame
    places = frame.select("state", "latitude", "longitude").drop_nulls()
    reps = generate_reps(places, num_reps, seed, as_of.date())
    target = source.file(tables["reps"])
    target.parent.mkdir(parents=True, exist_ok=True)
    reps.write_parquet(target)
    show(f"{reps.height} reps written to {target}", {"reps": reps.height, "file": str(target)}, as_json)


@command(company, "sandbox")
@click.option("--port", default=8443, show_default=True, help="Port on loopback; 0 takes a free one.")
@click.option(
    "--state", type=click.Path(file_okay=False, path_type=Path), help="The org's folder; default data/sandbox."
)
@click.option("--without", multiple=True, type=FEATURES, help="A feature that the org or its user is without.")
@click.option("--hide", multiple=True, metavar="OBJECT.FIELD", help="A field that the user does not see.")
@click.option("--read-only", multiple=True, metavar="OBJECT.FIELD", help="A field that the user may not set.")
def sandbox(
    port: int,
    state: Path | None,
    without: tuple[str, ...],
    hide: tuple[str, ...],
    read_only: tuple[str, ...],
    as_json: bool,
) -> None:
    """Serve the local Salesforce org over HTTPS on loopback until Ctrl-C."""
    folder = state or DataFolder.from_environment().root / "sandbox"
    if not folder.is_dir():
        raise AssignmentError(
            f"sandbox: {folder} is not there, expected a loaded org. Make one with `assignment sample create --org`."
        )
    serve(folder, port, access=Access.of(without, hide, read_only))
