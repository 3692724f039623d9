"""Whether a cycle that stops where its sources jump may go on: nothing has jumped, or somebody confirmed what has."""

from dataclasses import dataclass
from typing import Self

import polars as pl

from assignment_assets.domain.digest import table_digest
from assignment_assets.domain.errors import SourceJumped
from assignment_assets.domain.reading import Readable
from assignment_assets.domain.setup.frozen_config import stored_config
from assignment_assets.domain.sources.changes import jump_sentences
from assignment_assets.domain.tables import (
    AUDIT_LOG,
    RUN_CONFIG,
    SOURCE_CHANGES,
    AuditLogFrame,
    RunConfigFrame,
    SourceChangesFrame,
)

CONFIRMED = "source confirmed"
"""The event of a cycle's life by which somebody answers for what has jumped."""


@dataclass(frozen=True)
class ConfirmationInput:
    """A cycle's run config, its watched figures and what people decided in it."""

    configs: RunConfigFrame
    changes: SourceChangesFrame
    audit: AuditLogFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(reader.table(RUN_CONFIG), reader.table(SOURCE_CHANGES), reader.table(AUDIT_LOG))


def jumps_digest(changes: SourceChangesFrame) -> str:
    """Digest of what has jumped: a confirmation counts for exactly these figures, and for no later reading's."""
    return table_digest(changes.filter("is_jump").drop("line_no"))


def unconfirmed_jumps(given: ConfirmationInput) -> list[str]:
    """What a cycle waits for somebody to confirm, a sentence a jump; none in drafts and where jumps only warn."""
    if not given.configs.height:
        return []
    config = stored_config(given.configs)
    if config.mode == "draft" or not config.stop_on_jumps:
        return []
    confirmed = given.audit.filter(pl.col("action") == f"cycle {CONFIRMED}")["digest"]
    return [] if jumps_digest(given.changes) in confirmed else jump_sentences(given.changes)


def require_confirmed(cycle: str, given: ConfirmationInput) -> None:
    """Nothing, where the cycle may go on.

    Raises
    ------
    SourceJumped
        What has jumped, and the command that confirms it.
    """
    jumps = unconfirmed_jumps(given)
    if jumps:
        listed = "\n".join(f"  {number}. {jump}" for number, jump in enumerate(jumps, 1))
        raise SourceJumped(
            f"cycle {cycle}, sources: figures jumped since the previous cycle, expected nothing of the kind, or "
            f"somebody who answers for it. Nothing was sent to anybody.\n{listed}\n"
            f"Where they are right: {confirming(cycle)}; the lock lists then go out. Where they are not: correct the "
            f"source and run the segment again, `assignment run open_cycle {cycle}`."
        )


def confirming(cycle: str) -> str:
    """The command that confirms."""
    return f"`assignment cycle confirm-source {cycle} --as … --reason …`"
