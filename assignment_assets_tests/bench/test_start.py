"""The benchmark of beginnings in parts: what a command costs, where compiled loops lie, which rows are told."""

import os
import sys

import pytest

from assignment_assets.bench.command_cost import Cost, cost_of
from assignment_assets.bench.start import compilation, environment, row, run
from assignment_assets.domain.errors import AssignmentError

BUSY = "import time\nwhile time.process_time() < {seconds}: pass"
LOOP = """
import numpy as np
from assignment_assets.optimizer.local_search.rng import below
below(np.uint64(9), np.{kind}(5))
"""


def python(program: str) -> list[str]:
    return [sys.executable, "-c", program]


def test_a_command_costs_its_own_seconds_and_those_of_its_children():
    alone = cost_of(python(BUSY.format(seconds=0.4)), os.environ)
    program = f"import subprocess, sys; subprocess.run([sys.executable, '-c', {BUSY.format(seconds=0.4)!r}])"
    parent = cost_of(python(program), os.environ)
    assert 0.4 <= alone.cpu_seconds < 2
    assert 0.4 <= parent.cpu_seconds < 2


def test_its_peak_is_the_commands_and_not_that_of_whoever_asks():
    held = bytearray(300 * 2**20)
    small, large = cost_of(python("pass"), os.environ), cost_of(python(f"b'x' * {200 * 2**20}"), os.environ)
    assert held and small.peak_mb < 100 < 200 <= large.peak_mb < 300


def test_a_command_that_ends_badly_has_no_cost_but_last_words():
    with pytest.raises(AssignmentError, match=r"ended with 3, expected 0. It said last: no such company"):
        cost_of(python("import sys; print('no such company', file=sys.stderr); sys.exit(3)"), os.environ)


def test_the_command_line_is_measured_in_a_home_of_its_own(tmp_path, monkeypatch):
    monkeypatch.setenv("ASSIGNMENT_DATA", "somebody's own data")
    told = environment(tmp_path / "home", tmp_path / "compiled")
    assert told["ASSIGNMENT_DATA"] == str(tmp_path / "home" / "data")
    cost = run(["cycle", "list"], told)
    assert cost.cpu_seconds > 0.1 and cost.peak_mb > 20


def test_a_row_has_the_median_and_the_largest_peak():
    told = row("--help", [Cost(3.0, 100), Cost(1.0, 120), Cost(1.5, 110)])
    assert (told["runs"], told["cpu_seconds"], told["peak_mb"]) == (3, 1.5, 120)


def test_compilation_is_what_an_empty_cache_costs_and_each_kind_of_arguments_is_counted(tmp_path):
    cache = tmp_path / "compiled"
    told = environment(tmp_path / "home", cache)
    for kind in ("int64", "uint32", "int64"):
        cost_of(python(LOOP.format(kind=kind)), told)
    found = compilation(Cost(100.0, 900), Cost(40.0, 800), cache)
    assert (found["functions"], found["specialisations"]) == (1, 2) and found["megabytes"] >= 0.0
    assert (found["cpu_seconds"], found["share_of_cold"], found["cold_over_warm"]) == (60.0, 0.6, 2.5)
