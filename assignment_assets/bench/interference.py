"""Routing beside an optimiser run and a write-back: how long from the poll to the owner, with them and without."""

import os
import signal
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import timedelta
from statistics import median

from assignment_assets.bench.played import Stage, staged
from assignment_assets.bench.quarter import Happening, Story

LEAST_PASSES = 5
OPTIMISER = (
    "from assignment_assets.cli import main; main(['bench', 'optimizer', '--size', 'M', '--method', 'ours', "
    "'--no-cycle', '--json', '--cpu-seconds', '{seconds}'])"
)
WRITE_BACK = """
import itertools, pathlib, sys
from assignment_assets.bench.write_back import overhead
for number in itertools.count():
    overhead(pathlib.Path(sys.argv[1]) / str(number), 5_000)
"""


def interference(story: Story, passes: int, seconds: float, say: Callable[[dict], object]) -> None:
    """Seconds from a poll to the new account's owner read back: alone, then beside an optimiser and a write-back.

    Both are processes of their own with folders of their own, as runs are; the optimiser searches for as long as
    routing is watched, the write-back writes 5,000 owners to a slow org, again and again.
    """
    arrivals = iter(each for each in story.happenings if each.kind == "arrival")
    with staged(story) as stage:
        stage.go()
        alone = [_one(stage, next(arrivals)) for _ in range(passes)]
        with busy(seconds) as others:
            ends = time.monotonic() + seconds
            beside = []
            for arrival in arrivals:
                if time.monotonic() >= ends and len(beside) >= LEAST_PASSES:
                    break
                beside.append(_one(stage, arrival))
            still = [name for name, process in others.items() if process.poll() is None]
    say(
        {
            "figure": "interference",
            "passes": [len(alone), len(beside)],
            "seconds_beside": seconds,
            "under_way_to_the_end": still,
            "alone_median_worst": [round(median(alone), 3), round(max(alone), 3)],
            "beside_median_worst": [round(median(beside), 3), round(max(beside), 3)],
        }
    )


@contextmanager
def busy(seconds: float) -> Iterator[dict[str, subprocess.Popen]]:
    """An optimiser run of so many seconds and a write-back without end, until the block ends."""
    with ExitStack() as stack:
        folder = stack.enter_context(tempfile.TemporaryDirectory(ignore_cleanup_errors=True))
        programs = {"optimiser": [OPTIMISER.format(seconds=round(seconds + 60))], "write-back": [WRITE_BACK, folder]}
        yield {name: stack.enter_context(_process(program, folder)) for name, program in programs.items()}


@contextmanager
def _process(program: list[str], folder: str) -> Iterator[subprocess.Popen]:
    """A Python process in a group of its own, ended with all that it started."""
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    process = subprocess.Popen(
        [sys.executable, "-c", *program], env=os.environ | {"ASSIGNMENT_DATA": folder}, start_new_session=True, **quiet
    )
    try:
        yield process
    finally:
        os.killpg(process.pid, signal.SIGKILL)
        process.wait()


def _one(stage: Stage, arrival: Happening) -> float:
    stage.address.hook(arrival.hook, **arrival.entries)
    stage.clock[0] += timedelta(minutes=5)
    return stage.go()
