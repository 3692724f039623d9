"""docs/optimizer.md is a contract: every file and every knob that it names exists, with the value that it gives."""

import ast
import re
from dataclasses import fields
from importlib import import_module
from pkgutil import walk_packages

import pytest

from assignment_assets.io.folders import PROJECT
from assignment_assets.optimizer.model.knobs import Knobs
from assignment_assets.optimizer.model.settings import Settings
from assignment_assets.optimizer.pareto.checkpoint import OPTIMIZER

TEXT = (PROJECT / "docs" / "optimizer.md").read_text(encoding="utf-8")
SETTINGS = re.findall(r"^\| `([a-z_]+)` \| `([\w/]+\.py)` \| ([^|]+) \|", TEXT, re.M)
KNOBS = re.findall(r"^\| `([A-Z_]+)` \| `([\w/]+\.py)` \| ([^|]+) \|", TEXT, re.M)
CONSTANT = re.compile(r"^([A-Z][A-Z_]+(?:, [A-Z][A-Z_]+)*)(?:: [^=]+)? = ", re.M)
ROOMS_WITH_KNOBS = ("seats", "bounds", "rounding", "local_search", "improve", "pareto", "phases", "extensions")
PARAMS = re.findall(r"^\| `([A-Za-z]+Params\.\w+)` \| `([\w/]+\.py)` \| ([^|]+) \| ([^|]+) \| ([^|]+) \|$", TEXT, re.M)
NO_KNOBS = {
    *("EVERY", "UNBOUNDED", "OUT", "LAST", "EVALUATED", "OPTIMIZER"),  # words
    *("LOG2_E", "FAR", "LANES", "NEGLIGIBLE_SHARE", "NEGLIGIBLE", "SHARE", "TYPICAL", "TOLERANCE"),  # arithmetic
    *("CLOSELY", "LONG", "IN_BOXES", "ROUGHLY", "ROUGHLY_SMALL", "AGAIN"),  # defaults of `BoundParams`
}


def value_of(name, path):
    """A module's constant."""
    return getattr(import_module(f"assignment_assets.optimizer.{path.removesuffix('.py').replace('/', '.')}"), name)


def test_every_file_that_it_names_exists():
    named = {name.removeprefix("optimizer/") for name in re.findall(r"`((?:optimizer/)?\w[\w/]*(?:\.py|/))`", TEXT)}
    assert named
    missing = {name for name in named - {""} if not (OPTIMIZER / name).exists() and not list(OPTIMIZER.rglob(name))}
    assert missing == set()


def test_every_link_leads_somewhere():
    assert [path for path in re.findall(r"\]\(([^)#]+)\)", TEXT) if not (PROJECT / "docs" / path).exists()] == []


def test_the_files_of_a_room_are_in_it():
    rows = re.findall(r"^\| `(\w+)/` \| [^|]+ \| ([^|]+) \|", TEXT, re.M)
    rooms = {path.parent.name for path in OPTIMIZER.glob("*/__init__.py")}
    assert {room for room, _ in rows} == rooms
    for room, files in rows:
        assert all((OPTIMIZER / room / name).exists() for name in re.findall(r"`(\w+\.py)`", files)), room


@pytest.mark.parametrize(("name", "path", "said"), KNOBS)
def test_a_knob_has_the_value_that_is_said(name, path, said):
    assert value_of(name, path) == ast.literal_eval(said)


def test_the_table_of_params_is_that_of_the_classes():
    for module in walk_packages([str(OPTIMIZER)], "assignment_assets.optimizer."):
        import_module(module.name)
    expected = {
        (
            f"{params.__name__}.{each.name}",
            f"{params.__module__.removeprefix('assignment_assets.optimizer.').replace('.', '/')}.py",
            f"{len(each.default)} entries" if isinstance(each.default, tuple) else str(each.default),
            str(each.metadata["within"]),
            each.metadata["effect"],
        )
        for params in Knobs.__subclasses__()
        for each in fields(params)
        if each.metadata
    }
    assert expected
    assert set(PARAMS) == expected


def test_every_name_in_capitals_is_a_constant_of_the_optimiser():
    sources = "\n".join(path.read_text(encoding="utf-8") for path in OPTIMIZER.rglob("*.py"))
    named = set(re.findall(r"`([A-Z][A-Z_]+)`", TEXT))
    assert {name for name in named if not re.search(rf"^(?:[A-Z_]+, )*{name}\b.*=", sources, re.M)} == set()


def test_every_knob_is_told():
    named = set(re.findall(r"`([A-Z][A-Z_0-9]+)`", TEXT))
    for room in ROOMS_WITH_KNOBS:
        for path in (OPTIMIZER / room).glob("*.py"):
            found = {
                name for names in CONSTANT.findall(path.read_text("utf-8")) for name in names.split(", ")
            } - NO_KNOBS
            of_classes = {name for name in found if isinstance(value_of(name, str(path.relative_to(OPTIMIZER))), Knobs)}
            assert found - of_classes <= named, path


def test_settings_have_the_standard_that_is_said():
    standard = Settings.from_preset("standard")
    assert {name for name, _, _ in SETTINGS} == {field.name for field in fields(Settings)} - {"preset"}
    for name, _, said in SETTINGS:
        assert getattr(standard, name) == ast.literal_eval(said), name
