"""Who may import whom: the rooms of the design, read from the imports."""

import ast
from functools import cache
from pathlib import Path

import pytest

import assignment_assets

ROOT = Path(assignment_assets.__file__).parent
NAME = ROOT.name
MAY_IMPORT = {
    "domain": set(),
    "optimizer": {"domain"},
    "io": {"domain"},
    "write_back": {"domain", "io"},
    "sample": {"domain"},
    "sandbox": {"domain"},
    "report": {"domain"},
    "routing": {"domain", "io"},
    "review_app": {"domain", "io", "report"},
    "stages": {"domain", "optimizer", "io", "write_back", "routing", "report", "resources"},
    "resources": {"domain", "io"},
}
"""Room → what it may import beside itself."""
OUTERMOST = {"commands", "demo", "bench"}
ONLY_IN = {
    # the benchmark's tampering opens a journal behind the engine's back
    "duckdb": ("io/warehouse.py", "write_back/journal.py", "bench/write_back_trials.py"),
    "dagster_duckdb": ("io/warehouse.py",),
    "simple_salesforce": ("io/salesforce.py",),
    "pymoo": ("optimizer/", "bench/"),
    "sqlite3": ("sandbox/",),
    "fsspec": ("io/stores/",),
    "gspread": ("io/sheets/google.py",),
    "distributed": ("io/cluster.py", "bench/workers.py"),
    "slack_sdk": ("io/notices/slack.py",),
    "xlsxwriter": ("io/workbooks/",),
    "matplotlib": ("report/",),
    "click": ("cli.py", "commands/", "sandbox/__main__.py"),
}
PURE = {"duckdb", "dagster", "requests", "time", "os", "random", "pathlib", "shutil", "tempfile", "socket", "logging"}


def files():
    """Every module of the package, as a path below it."""
    return sorted(path.relative_to(ROOT) for path in ROOT.rglob("*.py"))


@cache
def tree(path):
    """A module as Python reads it."""
    return ast.parse((ROOT / path).read_text(encoding="utf-8"))


@cache
def imports(path):
    """The dotted names that a module imports."""
    names = set()
    for node in ast.walk(tree(path)):
        if isinstance(node, ast.Import):
            names |= {each.name for each in node.names}
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path}: a relative import"
            names |= {f"{node.module}.{each.name}" for each in node.names}
    return names


def room(path):
    """The room of a module: its folder, or its own name at the top."""
    return path.parts[0].removesuffix(".py")


def ours(path):
    """The rooms that a module imports."""
    return {name.split(".")[1] for name in imports(path) if name.split(".")[0] == NAME and "." in name}


@pytest.mark.parametrize("name", sorted(MAY_IMPORT))
def test_a_room_imports_inward_only(name):
    wrong = {
        f"{path}: {each}" for path in files() if room(path) == name for each in ours(path) - MAY_IMPORT[name] - {name}
    }
    assert wrong == set()


def test_every_folder_is_a_room_of_the_design():
    assert {room(path) for path in files() if len(path.parts) > 1} <= set(MAY_IMPORT) | OUTERMOST


@pytest.mark.parametrize("library", sorted(ONLY_IN))
def test_a_library_has_one_room(library):
    users = {str(path) for path in files() if any(name.split(".")[0] == library for name in imports(path))}
    assert users
    assert {path for path in users if not path.startswith(ONLY_IN[library])} == set()


def test_the_rules_touch_neither_files_nor_clock_nor_dagster():
    for path in files():
        if room(path) == "domain":
            assert {name.split(".")[0] for name in imports(path)} & PURE == set(), path
    for path in files():
        if room(path) in ("domain", "optimizer"):
            called = {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}
            assert called & {"open", "print", "datetime.now", "date.today", "np.random.seed"} == set(), path


def test_definitions_and_the_command_line_are_imported_by_nobody():
    for path in files():
        assert not ours(path) & {"definitions", "cli"}, path


def test_there_is_no_drawer_for_everything():
    words = {part for path in files() for part in (*path.parts[:-1], path.stem)}
    assert words & {"utils", "util", "helpers", "misc", "common"} == set()


def test_nobody_swallows_everything():
    for path in files():
        for node in ast.walk(tree(path)):
            if isinstance(node, ast.ExceptHandler) and ast.unparse(node.body[-1]) != "raise":
                caught = set(ast.unparse(node.type).strip("()").split(", ")) if node.type else {"BaseException"}
                assert caught & {"Exception", "BaseException"} == set(), f"{path}:{node.lineno}"


def test_every_module_says_what_it_is():
    for path in files():
        assert not tree(path).body or ast.get_docstring(tree(path)), path
