"""The write-back's journal as commands open and publish it."""

from collections.abc import Iterator
from contextlib import contextmanager

import click

from assignment_assets.domain.errors import CycleClosed
from assignment_assets.io.folders import DataFolder
from assignment_assets.resources import Source
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.opening import journal_of
from assignment_assets.write_back.publishing import publish

FOLDER = "write_back"


@contextmanager
def open_journal() -> Iterator[Journal]:
    """The journal of the data folder, for this command alone; what is new about it is said."""
    with journal_of(DataFolder.from_environment()) as journal:
        if journal.news:
            click.echo(journal.news, err=True)
        yield journal


def publish_cycle(journal: Journal, cycle_id: str) -> None:
    """Publishes what the journal has of the cycle."""
    folder = DataFolder.from_environment()
    publish(journal, folder.journal, folder.published(cycle_id), cycle_id)


def require_org_source(cycle_id: str) -> None:
    """Nothing where the engine writes to an org.

    Raises
    ------
    CycleClosed
    """
    if not Source().is_org:
        raise CycleClosed(
            f"cycle {cycle_id}: its owners are loaded by hand, expected an org that the engine writes to. To go back, "
            f"load {FOLDER}/{cycle_id}/…_rollback.csv, which `assignment write-back export` wrote beside its file."
        )
