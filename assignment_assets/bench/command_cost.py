"""What a command costs, seen from outside: CPU seconds and memory, those of the processes that it starts included.

`python -m assignment_assets.bench.command_cost COMMAND …` runs the command in silence and prints one line of JSON. It
is a process of its own and a small one: what Linux notes as a command's peak begins with the size of its parent.
"""

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import dataclass

from assignment_assets.bench.memory import megabytes
from assignment_assets.domain.errors import AssignmentError

LAST_WORDS = 400  # characters of what a failing command said


@dataclass(frozen=True)
class Cost:
    """Of a command that went well: seconds of user and system time on any core, the largest resident set in MB."""

    cpu_seconds: float
    peak_mb: int


def cost_of(command: list[str], environment: Mapping[str, str]) -> Cost:
    """Runs a command and says what it took.

    Raises
    ------
    AssignmentError
        It did not end well; with its last words.
    """
    done = subprocess.run(
        [sys.executable, "-m", "assignment_assets.bench.command_cost", *command],
        capture_output=True,
        text=True,
        env=environment,
        check=False,
    )
    if done.returncode:
        raise AssignmentError(
            f"bench: {' '.join(command)} ended with {done.returncode}, expected 0. It said last: "
            f"{done.stderr.strip()[-LAST_WORDS:]}"
        )
    return Cost(**json.loads(done.stdout))


def _run(command: list[str]) -> int:
    """Runs a command without its output, prints its cost and returns how it ended."""
    silence = [(os.POSIX_SPAWN_OPEN, 1, os.devnull, os.O_WRONLY, 0)]
    process = os.posix_spawnp(command[0], command, os.environ, file_actions=silence)
    _, status, usage = os.wait4(process, 0)
    cost = {"cpu_seconds": round(usage.ru_utime + usage.ru_stime, 3), "peak_mb": megabytes(usage.ru_maxrss)}
    print(json.dumps(cost), flush=True)
    return os.waitstatus_to_exitcode(status)


if __name__ == "__main__":
    sys.exit(_run(sys.argv[1:]))
