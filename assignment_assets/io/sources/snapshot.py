"""The one seam behind which accounts, reps and opportunities come from: the sample, files or Salesforce."""

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from pathlib import Path

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput, SourceUnavailable
from assignment_assets.domain.sources.contract import Snapshot, check_sources
from assignment_assets.domain.sources.deal_accounts import with_owners_of_deals
from assignment_assets.domain.sources.fields import FIELDS, as_fields
from assignment_assets.domain.sources.source_table import SourceTable
from assignment_assets.io.mapping.mapping import SourceMapping, read_mapping
from assignment_assets.io.mapping.tabular_files import Texts
from assignment_assets.io.mapping.translation import translate
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.io.salesforce.settings import SalesforceSettings
from assignment_assets.io.salesforce.tables import read_objects
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.mapped_texts import table_texts

NAMES = ("accounts", "reps", "opportunities")


def read_snapshot(
    setting: SourceSetting,
    as_of: date | None = None,
    *,
    is_poll: bool = False,
    read: Mapping[str, Texts] | None = None,
) -> Snapshot:
    """The sources as they are now, checked against the contract.

    `sample` reads the folder `path` with accounts.parquet, reps.parquet and opportunities.parquet in the
    warehouse's own columns; `files` (Google Sheets among them) and `salesforce` read the mapping
    `path`. `as_of` and `is_poll` are those of `check_sources`; `read` are tables of files that were read already.

    Raises
    ------
    SourceUnavailable
        A file or the org cannot be reached.
    InvalidInput
        The mapping, the structure of the sources, or more than one row in a hundred is faulty.
    """
    if setting.kind == "sample":
        return _checked(_sample(Path(setting.path)), as_of, is_poll)
    mapping = read_mapping(Path(setting.path))
    kind = "salesforce" if mapping.accounts.object else "files"
    if kind != setting.kind:
        fault = Fault(
            "settings, source.kind",
            setting.kind,
            f"{kind}, as {Path(setting.path).name} maps",
            "Correct the kind or the path.",
        )
        raise InvalidInput("The source cannot be read", [fault])
    return _checked(_files(mapping, read or {}) if kind == "files" else _salesforce(mapping), as_of, is_poll)


def _checked(sources: dict[str, SourceTable], as_of: date | None, is_poll: bool) -> Snapshot:
    return check_sources(sources["accounts"], sources["reps"], sources["opportunities"], as_of, is_poll=is_poll)


def _sample(folder: Path) -> dict[str, SourceTable]:
    paths = {name: folder / f"{name}.parquet" for name in NAMES}
    missing = [str(path) for path in paths.values() if not path.is_file()]
    if missing:
        raise SourceUnavailable(f"sample: no {', '.join(missing)}, expected the generated company. Generate it first.")
    return {name: SourceTable(as_fields(pl.read_parquet(path)), f"sample {name}") for name, path in paths.items()}


def _files(mapping: SourceMapping, read: Mapping[str, Texts]) -> dict[str, SourceTable]:
    sources = _without_opportunities()
    for name, table in mapping.tables().items():
        texts, origin = table_texts(mapping, name, table, read.get(name))
        sources[name] = translate(name, table, texts, origin)
    if mapping.accounts.owners:
        accounts = sources["accounts"]
        frame, told = with_owners_of_deals(accounts.frame, sources["opportunities"].frame)
        sources["accounts"] = replace(accounts, frame=frame, notes=(*accounts.notes, told))
    return sources


def _salesforce(mapping: SourceMapping) -> dict[str, SourceTable]:
    org = Org(SalesforceSettings.from_environment(mapping.connection))
    return _without_opportunities() | read_objects(org, mapping)


def _without_opportunities() -> dict[str, SourceTable]:
    return {"opportunities": SourceTable(FIELDS["opportunities"].empty(), "no opportunities")}
