"""What people are told when a run fails: what failed, what it said, what to do."""

from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder

ADVICE = {
    "WarehouseBusy": "Wait until the run that holds the warehouse has ended, then re-execute this run.",
    "SourceUnavailable": "See that the source or the org can be reached, then re-execute this run.",
    "InvalidInput": "Correct what is listed, then launch the job again.",
    "CycleFrozen": "Nothing was changed. Re-open the cycle if the change is meant (`assignment cycle reopen`).",
    "CycleClosed": "Nothing was changed. Open a new cycle if the step is meant (`assignment cycle new`).",
    "GateOpen": "Nothing was changed. The gate's sensor starts this job by itself when the gate closes.",
    "SourceJumped": "Nothing was sent. Look at the figures; confirm them, or correct the source, as the message says.",
    "BrokenInvariant": "Nothing was handed on. Keep the run's log and show it to whoever maintains the engine.",
    "Tampered": "Nothing was handed on. Find out who changed the file before anything runs again.",
    "NotEntitled": "Ask a person who is entitled to it.",
}
FOREIGN = {
    "OSError": "See that the disk has room and that the data folder may be read and written, then run it again.",
    "PermissionError": "Let the engine's user read and write the file or folder named, then run it again.",
    "FileNotFoundError": "Put the file named back, or correct the path that names it, then run it again.",
    "MemoryError": "Give the machine more memory, or choose a smaller preset or scope, then run it again.",
    "IOException": "See that the disk has room and that nobody else opened the database, then run it again.",
    "ConnectionError": "See that the address can be reached from this machine, then run it again.",
    "Timeout": "See that the address answers, then run it again.",
}
"""Kind of an error that is not ours → what to do; nothing is handed on by a step that failed."""
OTHERWISE = (
    "This is a fault of the engine, not of an input. Earlier stages stand and nothing was handed on: run it "
    "once more, and if it comes back show the run's log (Dagster, Runs) to whoever maintains the engine."
)
LOST = "Open the run in Dagster, read its log, and re-execute it from the failure once the cause is gone."


def advice(kind: str, message: str = "") -> str:
    """What to do about an error of this class."""
    if "No space left" in message:
        return FOREIGN["OSError"]
    return ADVICE.get(kind) or FOREIGN.get(kind) or OTHERWISE


@dataclass(frozen=True)
class Failure:
    """One failed run: `said` holds (step, kind of error, message) for every step that failed.

    A schedule that could not even ask for a run has an empty `run_id`.
    """

    run_id: str
    job: str
    cycle: str
    said: tuple[tuple[str, str, str], ...]
    will_retry: bool

    def text(self) -> str:
        """The alert, a paragraph a failed step."""
        run = f" (run {self.run_id})" if self.run_id else ""
        lines = [f"{self.job} of {self.cycle or 'no cycle'} failed{run}."]
        for step, kind, message in self.said:
            lines += [f"Failed: {step}", f"  It said: {message}", f"  What to do: {advice(kind, message)}"]
        if not self.said:
            lines += [
                "  The run's process ended without a word (killed, out of memory, or the machine stopped).",
                f"  What to do: {LOST}",
            ]
        if self.will_retry:
            lines.append("Dagster starts it again by itself; there is nothing to do unless it fails once more.")
        return "\n".join(lines) + "\n"


def raise_alert(folder: DataFolder, failure: Failure, now: datetime) -> Path:
    """Writes the alert to `data/alerts/`, a file a failed run; returns its path."""
    name = f"{now:%Y%m%dT%H%M%S}-{failure.job}-{failure.cycle or 'none'}-{failure.run_id[:8] or 'tick'}.txt"
    path = folder.root / "alerts" / name
    write_whole(path, failure.text())
    return path
