"""What it costs to begin: the command line, a cycle's status, the demo with and without compiled loops.

Every command is a process of its own, in a temporary folder with a data folder, a Dagster home and a cache of compiled
loops of its own: cold is the demo with an empty cache, warm another demo, of the same seed, with what the first one
left there. What cold takes longer is compilation. The short form has both phases of the optimiser on a problem of no
size instead of the demo. Figures are CPU seconds, which other work beside it moves little.
"""

import os
import statistics
import sys
import tempfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from assignment_assets.bench.command_cost import Cost, cost_of
from assignment_assets.demo.story import AS_OF, CYCLE, OPENED_BY
from assignment_assets.io.folders import PROJECT

ASSIGNMENT = [sys.executable, "-c", "from assignment_assets.cli import main; main()"]
BOTH_PHASES = [sys.executable, "-c", "from assignment_assets.bench.warming import warm_up; warm_up()"]
OPENING = ["cycle", "new", CYCLE, "--as-of", str(AS_OF), "--opened-by", OPENED_BY]
KEY = "a key of the benchmark's own, 32 long"
Say = Callable[[dict], object]


@dataclass(frozen=True)
class Size:
    """How big the company is, whether it plays the whole demo, and how often a command that is over soon is run."""

    reps: int = 100
    accounts: int = 12_000
    has_demo: bool = True
    runs: int = 5


SHORT = Size(12, 900, has_demo=False, runs=3)


def bench_start(size: Size, say: Say) -> None:
    """Tells a figure a line: the machine, the command line, what is compiled cold and warm, compilation, the status."""
    cores, load = os.cpu_count(), round(os.getloadavg()[0], 1)
    say({"figure": "start", "reps": size.reps, "accounts": size.accounts, "cores": cores, "load": load})
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root:
        cache = Path(root) / "compiled"
        company = ["--reps", str(size.reps), "--accounts", str(size.accounts)]
        name, begin = ("demo", [*ASSIGNMENT, "demo", *company]) if size.has_demo else ("both phases", BOTH_PHASES)
        cold_home, warm_home = (environment(Path(root) / name, cache) for name in ("cold", "warm"))
        say(row("--help", [run(["--help"], cold_home) for _ in range(size.runs)]))
        cold = cost_of(begin, cold_home)
        say(row(f"{name}, cold", [cold]))
        warm = cost_of(begin, warm_home)
        say(row(f"{name}, warm", [warm]))
        say(compilation(cold, warm, cache))
        if not size.has_demo:
            run(["sample", "create", *company], warm_home)
            source = {"ASSIGNMENT_SOURCE": "sample", "ASSIGNMENT_SOURCE_PATH": f"{root}/warm/data/sample"}
            say(row("cycle new", [run(OPENING, warm_home | source)]))
        say(row("cycle status", [run(["cycle", "status", CYCLE], warm_home) for _ in range(size.runs)]))


def environment(home: Path, cache: Path) -> dict[str, str]:
    """What a command is told: a home of its own, the example's settings, where compiled loops are kept."""
    (home / "dagster").mkdir(parents=True)
    (home / "dagster" / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    given = {
        "ASSIGNMENT_DATA": home / "data",
        "ASSIGNMENT_KEY": KEY,
        "ASSIGNMENT_SETTINGS": PROJECT / "examples" / "settings.toml",
        "DAGSTER_HOME": home / "dagster",
        "NUMBA_CACHE_DIR": cache,
    }
    inherited = {name: value for name, value in os.environ.items() if not name.startswith("ASSIGNMENT_")}
    return inherited | {name: str(value) for name, value in given.items()}


def run(arguments: list[str], told: dict[str, str]) -> Cost:
    """What `assignment` with these arguments costs."""
    return cost_of([*ASSIGNMENT, *arguments], told)


def row(command: str, costs: list[Cost]) -> dict:
    """A command's median seconds and its largest peak."""
    return {
        "figure": "command",
        "command": command,
        "runs": len(costs),
        "cpu_seconds": round(statistics.median(each.cpu_seconds for each in costs), 2),
        "peak_mb": max(each.peak_mb for each in costs),
    }


def compilation(cold: Cost, warm: Cost, cache: Path) -> dict:
    """What compilation takes of a cold demo, and what it leaves: functions, and the kinds of arguments they met."""
    seconds = cold.cpu_seconds - warm.cpu_seconds
    compiled = list(cache.rglob("*.nbc"))
    return {
        "figure": "compilation",
        "cpu_seconds": round(seconds, 2),
        "share_of_cold": round(seconds / cold.cpu_seconds, 3),
        "cold_over_warm": round(cold.cpu_seconds / warm.cpu_seconds, 2),
        "functions": sum(1 for _ in cache.rglob("*.nbi")),
        "specialisations": len(compiled),
        "megabytes": round(sum(each.stat().st_size for each in compiled) / 2**20, 1),
    }
