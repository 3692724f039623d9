"""A stage is thin: it reads, makes one call, writes and says what it did. A second `if` is a rule in the wrong room."""

import ast
from pathlib import Path

import pytest

from assignment_assets import stages

MOST_LINES_OF_A_BODY, MOST_IFS, MOST_LINES_OF_A_FILE = 35, 1, 120
ROOM = Path(stages.__path__[0])
FILES = sorted(ROOM.glob("*.py"))
ASSETS = [
    pytest.param(function, id=function.name)
    for path in FILES
    for function in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
    if isinstance(function, ast.FunctionDef) and any("asset" in ast.unparse(each) for each in function.decorator_list)
]


def body_of(function: ast.FunctionDef) -> list[ast.stmt]:
    """The statements of an asset without what it says of itself."""
    return function.body[1:] if ast.get_docstring(function) else function.body


def ifs_of(function: ast.FunctionDef) -> int:
    """How often an asset decides: statements, expressions and filters of comprehensions."""
    nodes = list(ast.walk(function))
    filters = sum(len(node.ifs) for node in nodes if isinstance(node, ast.comprehension))
    return filters + sum(isinstance(node, (ast.If, ast.IfExp, ast.Match, ast.While)) for node in nodes)


def test_all_assets_are_looked_at():
    assert len(ASSETS) > 25


@pytest.mark.parametrize("function", ASSETS)
def test_an_asset_reads_makes_its_call_and_writes(function):
    body = body_of(function)
    assert body[-1].end_lineno - body[0].lineno + 1 <= MOST_LINES_OF_A_BODY


@pytest.mark.parametrize("function", ASSETS)
def test_an_asset_decides_one_thing_at_most(function):
    assert ifs_of(function) <= MOST_IFS


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_stage_is_a_page(path):
    assert len(path.read_text(encoding="utf-8").splitlines()) <= MOST_LINES_OF_A_FILE
