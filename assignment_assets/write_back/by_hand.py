"""For teams that load by hand: the owner changes as Data Loader reads them, and its answers read back in."""

from collections.abc import Iterable
from pathlib import Path

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.states import FINAL, Event, State
from assignment_assets.write_back.writer import Tools

COLUMNS = ("Id", "OwnerId")
ID, ERROR = "ID", "ERROR"


def owner_changes(journal: Journal, plan_ids: Iterable[str]) -> pl.DataFrame:
    """The changes that have not ended, in Data Loader's columns: Id and OwnerId, nothing else."""
    frames = []
    for plan_id in plan_ids:
        ended = journal.account_states(plan_id).filter(pl.col("state").is_in(list(FINAL)))
        frames.append(
            journal.rows(plan_id)
            .join(ended, on="account_id", how="anti")
            .select(Id="account_id", OwnerId="new_owner_id")
        )
    empty = pl.DataFrame(schema=dict.fromkeys(COLUMNS, pl.String))
    return pl.concat([empty, *frames])


def take_in(journal: Journal, plan_id: str, success: Path | None, errors: Path | None, tools: Tools) -> tuple[int, int]:
    """Takes Data Loader's success and error files into the journal; (successes, errors) of accounts of the plan.

    A success counts as the org's yes and is verified by reading back with the next run, as every row is; an error
    goes to a person, with Data Loader's words.

    Raises
    ------
    InvalidInput
        A file lacks its columns.
    """
    known = journal.account_states(plan_id)
    attempts = dict(known.select("account_id", "attempt").iter_rows())
    ended = set(known.filter(pl.col("state").is_in(list(FINAL)))["account_id"])
    waiting = set(journal.rows(plan_id)["account_id"]) - ended
    counts = []
    for path, state in ((success, State.ACK), (errors, State.FAILED_HUMAN)):
        told = _read(path, (ID,) if state is State.ACK else (ID, ERROR)) if path else {}
        taken = {account: why for account, why in told.items() if account in waiting}
        journal.record(
            Event(
                plan_id,
                account,
                attempts.get(account, 1),
                state,
                tools.clock(),
                code="BY_HAND" if state is State.ACK else "DATA_LOADER",
                sentence=why,
            )
            for account, why in taken.items()
        )
        counts.append(len(taken))
    journal.commit()
    return counts[0], counts[1]


def _read(path: Path, wanted: tuple[str, ...]) -> dict[str, str]:
    frame = pl.read_csv(path, infer_schema=False)
    names = {name.upper(): name for name in frame.columns}
    missing = [name for name in wanted if name not in names]
    if missing:
        raise InvalidInput(
            path.name,
            [
                Fault(
                    "header",
                    ", ".join(frame.columns),
                    f"the columns {', '.join(missing)}",
                    "Give Data Loader's own success or error file.",
                )
            ],
        )
    return {row[names[ID]]: row[names[ERROR]] or "" if ERROR in wanted else "" for row in frame.iter_rows(named=True)}
