"""What every asset of the roles beside the owner is made with: its decorator, the roles in force, the writer."""

from collections.abc import Callable, Iterable, Iterator
from contextlib import ExitStack, contextmanager, suppress
from pathlib import Path
from typing import Any

import dagster as dg

from assignment_assets.domain.errors import CycleClosed, WarehouseBusy
from assignment_assets.domain.tables import F, Table
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets.io.overlay_roles import Configured, required
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.overlay_records import OverlayRecords
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.warehouse.overlay_copies import read_overlays
from assignment_assets.overlays.writer import OverlayWriter, overlay_writer
from assignment_assets.resources import Clock, Source

GROUP, POOL = "overlays", "overlays"
APPENDED, REPLACED = "append-only", "replaced"
SHOWN = 30
ELSEWHERE = "the overlay writer runs as a process of its own: it looks and writes by itself"


def overlay_asset(deps: Iterable[str] = (), **options: Any) -> Callable[[Callable[..., Any]], dg.AssetsDefinition]:
    """Decorator of one asset of the roles beside the owner: not partitioned, in a pool of its own."""
    decorate: Callable[[Callable[..., Any]], dg.AssetsDefinition] = dg.asset(
        group_name=GROUP,
        deps=list(deps),
        pool=POOL,
        kinds=options.pop("kinds", {"duckdb", "polars"}),
        owners=["team:growth-strategy"],
        **options,
    )
    return decorate


def connection(source: Source) -> Org:
    """The org that the roles' fields stand in.

    Raises
    ------
    CycleClosed
        The source is no org.
    """
    setting = source.setting()
    if setting.kind != "salesforce":
        raise CycleClosed(
            f"overlays: the source is {setting.kind}, expected an org. Roles beside the owner are fields of an org's "
            "accounts and opportunities."
        )
    return Org(SalesforceSettings.from_environment(read_mapping(Path(setting.path)).connection))


def overlay_records(source: Source) -> tuple[Configured, OverlayRecords]:
    """The roles in force, and the org's records of them."""
    given = required()
    return given, OverlayRecords(connection(source), given.overlays)


@contextmanager
def writer_if_free(source: Source, clock: Clock) -> Iterator[OverlayWriter | None]:
    """The writer, for a pass of our own; None where a process of its own holds it."""
    given, folder = required(), DataFolder.from_environment()
    with ExitStack() as stack:
        writer: OverlayWriter | None = None
        with suppress(WarehouseBusy):
            writer = stack.enter_context(overlay_writer(folder, given, lambda: connection(source), clock.now))
        yield writer


def published(table: Table[F]) -> F:
    """The table as the writer has published it."""
    return read_overlays(DataFolder.from_environment(), table)
