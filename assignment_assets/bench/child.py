"""One method or one cycle in a process of its own, so that its memory and its seconds are its own.

`python -m assignment_assets.bench.child FOLDER TASK` solves the problem in FOLDER as TASK (JSON) says and prints one
line of JSON.
"""

import json
import subprocess
import sys
import time
from pathlib import Path

from assignment_assets.optimizer.model.settings import Settings

RACE, CYCLE, PUBLIC = "race", "cycle", "public"
LAST_WORDS = 400  # characters of what a failing child said


def in_a_child(folder: Path, task: dict) -> dict:
    """The row of a task; `failed` with the child's last words where it ended badly."""
    done = subprocess.run(
        [sys.executable, "-m", "assignment_assets.bench.child", str(folder), json.dumps(task)],
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        return {"failed": f"exit {done.returncode}: {done.stderr.strip()[-LAST_WORDS:]}"}
    return json.loads(done.stdout.splitlines()[-1])


def run(folder: Path, task: dict) -> dict:
    """What `in_a_child` has done there; loops are compiled, or read from numba's cache, before any clock starts."""
    from assignment_assets.bench.warming import warm_up  # loads numba and pymoo

    began = time.process_time()
    warm_up()
    compiled = round(time.process_time() - began, 2)
    return {**_row(folder, task, Settings.from_preset(task["preset"])), "compile_cpu_seconds": compiled}


def _row(folder: Path, task: dict, settings: Settings) -> dict:
    from assignment_assets.bench import cycle, instances, methods, public, scores  # load numba and pymoo

    dump = Path(task["dump"]) if task.get("dump") else None
    if task["kind"] == CYCLE:
        return cycle.run_cycle(folder, settings, dump)
    problem = instances.read_problem(folder)
    if task["kind"] == PUBLIC:
        return public.time_to_gap(problem, task["seed"])
    return methods.race(
        problem,
        task["method"],
        task["seats"],
        scores.Scale.of_json(task["scale"]),
        settings,
        task["cpu_seconds"],
        task["seed"],
        dump,
    )


if __name__ == "__main__":
    print(json.dumps(run(Path(sys.argv[1]), json.loads(sys.argv[2]))), flush=True)
