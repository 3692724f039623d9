"""Who may import whom: the rooms of the design, read from the imports."""

import ast
import re
from functools import cache
from graphlib import TopologicalSorter
from pathlib import Path

import pytest

import assignment_assets
from assignment_assets.domain.gate import GATES

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
    "overlays": {"domain", "io", "write_back"},
    "review_app": {"domain", "io", "report"},
    "resources": {"domain", "io"},
    "stages": {"domain", "optimizer", "io", "write_back", "routing", "overlays", "report", "resources"},
    "automation": {"domain", "io", "write_back", "routing", "overlays", "resources", "stages"},
    "demo": {"domain", "io", "overlays", "sample", "sandbox", "stages", "automation", "review_app"},
    "bench": {
        *("domain", "optimizer", "io", "write_back", "routing", "overlays", "sample", "sandbox"),
        *("stages", "automation", "review_app", "demo"),
    },
    "commands": {
        *("domain", "optimizer", "io", "write_back", "routing", "overlays", "sample", "sandbox", "report", "resources"),
        *("stages", "automation", "review_app", "demo", "bench"),
    },
    "cli": {"commands"},
    "definitions": {"automation", "stages"},
}
"""Room → what it may import beside itself; every room of the house is named."""
WITHIN = {
    "domain": {
        "errors": set(),
        "tables": set(),
        "reading": {"tables"},
        "digest": set(),
        "regions": {"tables"},
        "placed": set(),
        "segment": set(),
        "write_window": set(),
        "gate": {"segment"},
        "identity": {"errors", "gate"},
        "sources": {"errors", "identity", "reading", "tables"},
        "setup": {"digest", "errors", "gate", "identity", "reading", "sources", "tables"},
        "gates": {"errors", "gate", "identity", "placed", "regions", "segment", "reading", "setup", "tables"},
        "lock_facts": {"reading", "setup", "tables"},
        "locks": {"lock_facts", "setup", "tables"},
        "assignment": {"errors", "identity", "lock_facts", "reading", "setup", "tables"},
        "packet_rows": {"assignment", "lock_facts", "locks", "setup", "tables"},
        "lock_lists": {"gates", "lock_facts", "locks", "packet_rows", "reading", "setup", "tables"},
        "review": {"assignment", "errors", "gates", "identity", "locks", "packet_rows", "reading", "setup", "tables"},
        "sign_off": {
            *("assignment", "errors", "gate", "gates", "identity"),
            *("packet_rows", "placed", "reading", "regions", "review", "segment", "setup", "tables"),
        },
        "invariants": {
            "assignment",
            "errors",
            "lock_facts",
            "placed",
            "reading",
            "regions",
            "setup",
            "sign_off",
            "tables",
        },
        "notices": {"gate", "gates", "identity", "reading", "regions", "routing", "tables"},
        "routing": {"errors", "gate", "placed", "reading", "setup", "sign_off", "sources", "tables"},
        "ownership": {"errors", "reading", "routing", "setup", "tables"},
        "overlays": {"digest", "errors", "identity", "placed", "reading", "setup", "sources", "tables"},
    },
    "optimizer": {
        "model": set(),
        "seats": {"model"},
        "bounds": {"model"},
        "rounding": {"bounds", "model"},
        "local_search": {"bounds", "model"},
        "improve": {"bounds", "local_search", "model", "rounding", "seats"},
        "pareto": {"bounds", "improve", "local_search", "model", "seats"},
        "phases": {"bounds", "improve", "local_search", "model", "pareto", "seats"},
        "extensions": {"bounds", "local_search", "model", "pareto", "phases", "seats"},
        "result": {"bounds", "extensions", "improve", "local_search", "model", "pareto", "phases", "seats"},
        "frames": {"model", "pareto"},
        "solve": {"extensions", "model", "pareto", "phases", "result"},
    },
    "io": {
        "clock": set(),
        "serving": set(),
        "folders": set(),
        "workbooks": set(),
        "compute": {"durable"},
        "mapping": set(),
        "proposal": {"durable", "mapping", "salesforce", "sheets", "sources"},
        "salesforce": {"clock", "mapping"},
        "durable": set(),
        "schema": set(),
        "warehouse": {"durable", "folders", "schema"},
        "intake": {"durable", "folders", "warehouse", "workbooks"},
        "stores": {"durable", "folders", "intake"},
        "settings": {"folders", "stores"},
        "token_check": {"durable", "folders"},
        "role_sources": {"mapping", "salesforce"},
        "standing_files": {"folders", "settings"},
        "sheets": {"durable", "folders", "intake", "workbooks"},
        "sources": {"mapping", "salesforce", "settings", "sheets"},
        "gate_packets": {"folders", "intake", "settings", "sheets", "workbooks"},
        "notices": {"durable", "folders", "intake", "settings", "warehouse"},
        "who_writes": {"folders", "settings", "warehouse"},
        "published_cycle": {"folders", "intake", "settings", "warehouse", "who_writes"},
        "exchange": {"folders", "settings", "sheets", "stores"},
        "history_files": {"durable", "workbooks"},
        "overlay_words": {"durable", "folders"},
        "overlay_roles": {"folders"},
    },
}
"""The same inside the three large rooms: a folder or a file → what it may import beside itself there."""
ONLY_IN = {
    # the benchmark's tampering opens a journal behind the engine's back
    "duckdb": (
        *("io/schema/opening.py", "io/warehouse/connection.py", "io/warehouse/published.py"),
        *("io/warehouse/in_memory.py", "io/warehouse/warehouse.py", "write_back/journal.py", "write_back/opening.py"),
        "bench/write_back_trials.py",
    ),
    "dagster_duckdb": ("io/warehouse/warehouse.py",),
    # the clients are others' programmes, run against the sandbox org in processes of their own
    "simple_salesforce": ("io/salesforce/connection.py", "bench/clients/"),
    "aiosalesforce": ("bench/clients/",),
    "jwt": ("io/salesforce/login.py", "sandbox/jwt_bearer.py"),
    "pymoo": ("optimizer/pareto/", "bench/"),
    "sqlite3": ("sandbox/",),
    "fsspec": ("io/stores/",),
    # the sandbox org stands for another company's server and knows nothing of ours: it has a lock of its own
    "fcntl": ("sandbox/server.py",),
    "filelock": ("io/durable.py",),
    "gspread": ("io/sheets/google.py",),
    "distributed": ("io/compute/dask_cluster.py", "bench/workers.py"),
    "slack_sdk": ("io/notices/slack.py",),
    "xlsxwriter": ("io/workbooks/",),
    "matplotlib": ("report/",),
    "click": ("cli.py", "commands/", "sandbox/__main__.py", "sandbox/customer_success/__main__.py"),
}
TABLES_OF_ANSWERS = {("domain/review/facts.py", "review_edits"), ("domain/sign_off/verdicts.py", "sign_offs")}
"""Where what looks like a gate's name is the name of a table: the rows that people answered with."""
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


def calls(path):
    """What a module calls, as it is written there."""
    return {ast.unparse(node.func) for node in ast.walk(tree(path)) if isinstance(node, ast.Call)}


def room(path):
    """The room of a module: its folder, or its own name at the top."""
    return path.parts[0].removesuffix(".py")


def ours(path):
    """The rooms that a module imports."""
    return {name.split(".")[1] for name in imports(path) if name.split(".")[0] == NAME and "." in name}


def inner(path):
    """The room of a module inside one of the large rooms; empty for the large room's own ``__init__``."""
    return path.parts[1].removesuffix(".py").removesuffix("__init__")


def inner_imports(path):
    """The rooms that a module imports inside its own large room."""
    return {name.split(".")[2] for name in imports(path) if name.split(".")[:2] == [NAME, room(path)]}


def module(path):
    """The dotted name of a module."""
    return ".".join((NAME, *path.with_suffix("").parts)).removesuffix(".__init__")


@pytest.mark.parametrize("name", sorted(MAY_IMPORT))
def test_a_room_imports_inward_only(name):
    wrong = {
        f"{path}: {each}" for path in files() if room(path) == name for each in ours(path) - MAY_IMPORT[name] - {name}
    }
    assert wrong == set()


def test_every_room_is_in_the_table():
    assert {room(path) for path in files()} - {"__init__"} == set(MAY_IMPORT)


@pytest.mark.parametrize("large", sorted(WITHIN))
def test_inside_a_large_room_imports_have_one_direction_too(large):
    inside = [path for path in files() if room(path) == large and inner(path)]
    assert {inner(path) for path in inside} == set(WITHIN[large])
    wrong = {
        f"{path}: {each}"
        for path in inside
        for each in inner_imports(path) - WITHIN[large][inner(path)] - {inner(path)}
    }
    assert wrong == set()


@pytest.mark.parametrize("table", [MAY_IMPORT, *WITHIN.values()])
def test_no_table_allows_a_circle(table):
    TopologicalSorter(table).prepare()


def test_no_two_modules_import_each_other():
    names = {module(path) for path in files()}
    graph = {
        module(path): {
            target
            for name in imports(path)
            if (target := name if name in names else name.rpartition(".")[0]) in names and target != module(path)
        }
        for path in files()
    }
    TopologicalSorter(graph).prepare()


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
            assert calls(path) & {"open", "print", "datetime.now", "date.today", "np.random.seed"} == set(), path


def test_there_is_one_clock():
    """Whoever needs the time is given it, or asks this one; the sandbox org has its own, as another company would."""
    asked = {"datetime.now", "datetime.utcnow", "datetime.today", "date.today", "time.time"}
    users = {str(path) for path in files() if asked & calls(path)}
    assert users == {"io/clock.py", "sandbox/clock.py"}


def test_a_gate_is_named_by_its_value_and_in_words_nowhere_else():
    named = re.compile(rf"\b({'|'.join(GATES)})\b")
    wrong = set()
    for path in files():
        documentation = {id(node.value) for node in ast.walk(tree(path)) if isinstance(node, ast.Expr)}
        wrong |= {
            (str(path), node.value)
            for node in ast.walk(tree(path))
            if isinstance(node, ast.Constant)
            and isinstance(node.value, str)
            and named.search(node.value)
            and id(node) not in documentation
            and path != Path("domain/gate.py")
        }
    assert wrong == TABLES_OF_ANSWERS


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
