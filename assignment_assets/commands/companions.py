"""`assignment write-back companions`: files for what does not follow a moved account."""

import click
import polars as pl

from assignment_assets.commands.output import command, show
from assignment_assets.commands.write_back import write_back
from assignment_assets.domain.errors import CycleClosed
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.published_cycle import require_known
from assignment_assets.io.settings import read_settings
from assignment_assets.resources import Source
from assignment_assets.write_back.companions import companions as belonging
from assignment_assets.write_back.companions import counts, told, write_files
from assignment_assets.write_back.opening import journal_of
from assignment_assets.write_back.undoing import owners_written


@command(write_back, "companions")
@click.argument("cycle_id")
def companions(cycle_id: str, as_json: bool) -> None:
    """Contacts, open deals, tasks and cases that the old owners of written accounts still have, as files to load.

    CSV in Data Loader's columns (Id, OwnerId), one an object, each with a file that takes it back. What somebody else
    owns stays with them; deals in `[write_back] stages_that_stay` stay too. The engine writes none of it itself.
    """
    folder = DataFolder.from_environment()
    require_known(folder, cycle_id)
    if not Source().is_org:
        raise CycleClosed(
            f"cycle {cycle_id}: its source is no org, expected one that the engine reads. Move what belongs to the "
            f"accounts in your own system; `assignment write-back export {cycle_id}` names them."
        )
    with journal_of(folder) as journal:
        written = owners_written(journal, cycle_id).filter(pl.col("kind") != "rollback")
    found = belonging(Source().gateway().org, written, read_settings().write_back.stages_that_stay)
    files = write_files(found, folder.root / "write_back" / cycle_id)
    lines = [f"Beside {written.height:,} written accounts:", *told(counts(found))]
    for each in files:
        lines += [f"{each.load}", f"  the earlier owners: {each.rollback}"]
    content = {"accounts": written.height, "counts": counts(found)} | {
        "files": {each.name: {"load": str(each.load), "rollback": str(each.rollback)} for each in files}
    }
    show("\n".join(lines), content, as_json)
