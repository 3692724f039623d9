import subprocess
import sys

from assignment_assets.io.compute.compiled_code import STAMP, forget_stale_code

LOOP = "from numba import njit\n\n\n@njit(cache=True)\ndef total(pair):\n    return pair.one + pair.two\n"
PAIR = "from typing import NamedTuple\n\n\nclass {name}(NamedTuple):\n    one: int\n    two: int\n"
CALL = "from pair import {name}; from loop import total; print(total({name}(2, 3)))"


def write(folder, name):
    (folder / "pair.py").write_text(PAIR.format(name=name))
    if not (folder / "loop.py").exists():
        (folder / "loop.py").write_text(LOOP)


def run(folder, name):
    words = [sys.executable, "-B", "-c", CALL.format(name=name)]
    return subprocess.run(words, cwd=folder, capture_output=True, text=True)


def compiled(folder):
    return sorted(path.name for path in folder.rglob("*.nb[ic]"))


def test_code_that_was_compiled_from_other_sources_is_forgotten(tmp_path):
    write(tmp_path, "Prices")
    forget_stale_code(tmp_path)
    assert run(tmp_path, "Prices").stdout == "5\n"
    write(tmp_path, "Costs")
    assert "Can't get attribute 'Prices'" in run(tmp_path, "Costs").stderr  # what an upgrade in place met
    assert forget_stale_code(tmp_path) == 2
    assert run(tmp_path, "Costs").stdout == "5\n"


def test_code_of_these_very_sources_stays(tmp_path):
    write(tmp_path, "Prices")
    forget_stale_code(tmp_path)
    run(tmp_path, "Prices")
    before = compiled(tmp_path)
    (tmp_path / "words.py").write_text('"""A source without loops."""\n')
    assert forget_stale_code(tmp_path) == 0
    assert compiled(tmp_path) == before != []


def test_sources_that_were_never_compiled_get_their_stamp(tmp_path):
    assert forget_stale_code(tmp_path) == 0
    assert (tmp_path / STAMP).is_file()
