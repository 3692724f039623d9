"""The README is a contract: its commands run and print what it says, and it names every command there is."""

import os
import re
import shlex
import subprocess
import sys
from pathlib import Path

import click
import pytest

from assignment_assets.cli import main
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.io.folders import PROJECT

README = (PROJECT / "README.md").read_text(encoding="utf-8")
PACKAGE = PROJECT / "assignment_assets"
SOURCE = "\n".join(path.read_text(encoding="utf-8") for path in PACKAGE.rglob("*.py"))
IGNORED = (PROJECT / ".gitignore").read_text(encoding="utf-8")
PROSE = re.sub(r"^```.*?^```", "", README, flags=re.S | re.M)
PATH = r"`([\w.<>*-]*/[\w.<>*/-]*|[\w-]+\.(?:py|toml|txt|json|xlsx|duckdb|parquet|md))`"
"""A path in backticks: with a slash in it, or a file's name."""
CONSOLE = re.findall(r"```console\n(.*?)```", README, re.S)


def spoken(block: str) -> list[tuple[str, str]]:
    """(command, output) pairs of a console block."""
    parts = re.split(r"^\$ ", block, flags=re.M)[1:]
    return [(part.split("\n", 1)[0], part.split("\n", 1)[1].rstrip("\n")) for part in parts]


@pytest.fixture(scope="module")
def shell(tmp_path_factory):
    folder = tmp_path_factory.mktemp("readme")
    home = folder / "dagster"
    home.mkdir()
    (home / "dagster.yaml").write_text((PROJECT / "dagster.yaml").read_text())
    environment = {
        "ASSIGNMENT_DATA": str(folder / "data"),
        "DAGSTER_HOME": str(home),
        "ASSIGNMENT_KEY": "k" * 32,
        "PATH": f"{Path(sys.executable).parent}{os.pathsep}{os.environ['PATH']}",
        "COLUMNS": "100",
    }

    def run(command: str) -> str:
        for name, value in re.findall(r"(\w+)=(\S+)", command) if command.startswith("export ") else []:
            environment[name] = value.replace("data/", f"{folder}/data/")
        if command.startswith("export "):
            return ""
        done = subprocess.run(
            shlex.split(command),
            capture_output=True,
            text=True,
            env=os.environ | environment,
            cwd=PROJECT,
            timeout=240,
            check=False,
        )
        return (done.stdout + done.stderr).replace(f"{folder}/", "").rstrip("\n")

    return run


def test_the_readme_shows_commands_with_their_real_output(shell):
    assert CONSOLE, "the README shows no command with its output"
    for block in CONSOLE:
        for command, promised in spoken(block):
            said = shell(command)
            pattern = ".*".join(re.escape(part) for part in promised.split("…"))
            assert re.fullmatch(pattern, said, re.S), f"$ {command}\n{said}\n--- the README promises\n{promised}"


def commands(group: click.Group, path: tuple[str, ...] = ()) -> list[str]:
    """Every command's full name."""
    names = []
    for name, command in group.commands.items():
        inner = (*path, name)
        names += commands(command, inner) if isinstance(command, click.Group) else [" ".join(inner)]
    return names


def test_every_command_is_in_the_readme():
    # `cycle status ID`, `list` share a line: the group's name stands once
    missing = [name for name in commands(main) if not re.search(rf"\b{re.escape(name.split()[-1])}\b", README)]
    assert not missing


def test_every_make_target_that_the_readme_names_exists():
    targets = set(re.findall(r"^([a-z-]+):", (PROJECT / "Makefile").read_text(), re.M))
    assert set(re.findall(r"`?make ([a-z-]+)", README)) <= targets


def test_every_file_that_the_readme_links_or_names_exists():
    linked = re.findall(r"\]\(([^)#]+)\)", README)
    assert [path for path in linked if not (PROJECT / path).exists()] == []
    named = set(re.findall(PATH, PROSE))
    assert {path for path in named if not (stands(path) or is_made_later(path))} == set()


def test_whoever_wants_to_change_something_finds_it_where_the_readme_says():
    rows = re.findall(r"^\| [^|]+ \| ([^|]+) \|$", section("I want to change …"), re.M)[1:]
    assert len(rows) > 20
    for row in rows:
        places = re.findall(PATH, row)
        assert places, f"no file: {row}"
        assert all(map(stands, places)), row
        for place, names in re.findall(r"`([\w/.]+)` \(((?:`\w+`(?:, )?)+)\)", row):
            said = (PACKAGE / place).read_text(encoding="utf-8")
            assert [name for name in re.findall(r"\w+", names) if not re.search(rf"\b{name}\b", said)] == [], place


def test_the_house_in_the_readme_is_the_one_that_stands():
    shown = re.findall(r"^( {2}| {4})(\w+)/  +\S", section("The house"), re.M)
    rooms, room = {}, ""
    for indent, name in shown:
        room = name if len(indent) == 2 else room
        rooms.setdefault(room, []).extend([name] if len(indent) == 4 else [])
    assert sorted(rooms) == packages(PACKAGE)
    assert {room: sorted(inner) for room, inner in rooms.items()} == {room: packages(PACKAGE / room) for room in rooms}


def packages(folder: Path) -> list[str]:
    """The packages right below a folder."""
    return sorted(path.parent.name for path in folder.glob("*/__init__.py"))


def section(title: str) -> str:
    """What stands below a heading, up to the next of its kind."""
    return README.split(f"\n## {title}\n")[1].split("\n## ")[0]


def stands(path: str) -> bool:
    """Whether a path is there: in the package, in the checkout, as an example to be copied, as a letter's template."""
    roots = (PACKAGE, PROJECT, PROJECT / "examples", PACKAGE / "io" / "notices" / "templates")
    return any((root / path).exists() for root in roots)


def is_made_later(path: str) -> bool:
    """Whether a path is one of a data folder or an installation, and the code or .gitignore knows its words."""
    words = [word for word in path.split("/") if re.fullmatch(r"[\w.-]+", word)]
    is_outside = "/" not in path or words[0] in ("data", "inbox", "outbox", "routing", ".venv")
    return is_outside and all(word in SOURCE + IGNORED for word in words)


def test_the_run_config_in_the_readme_is_the_one_that_there_is():
    options = re.findall(r"--([a-z][a-z-]+)", "\n".join(CONSOLE))
    fields = {name.replace("_", "-") for name in RunConfig.model_fields}
    known = fields | {"reps", "accounts", "seed", "org", "help", "json", "config", "as-of"}
    assert set(options) <= known
