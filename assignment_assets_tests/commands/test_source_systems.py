"""`assignment source look` on the exports that CRM systems write: to a mapping that a cycle could start from."""

import json

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets_tests.io.sources.crm_exports import NUM_ACCOUNTS, NUM_DEALS, SYSTEMS

NEEDED = ("--roster-from-owners",)


def look(folder, *words, code=0):
    """What a look at the folder gives on a fixed day, as JSON."""
    given = ["source", "look", str(folder), "--as-of", "2026-10-01", *map(str, words)]
    done = CliRunner().invoke(main, given, catch_exceptions=False)
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if "--json" in words else done.output


@pytest.mark.parametrize("system", SYSTEMS)
def test_an_export_becomes_a_mapping_with_every_owner_and_every_deal(tmp_path, system):
    SYSTEMS[system](tmp_path)
    target = tmp_path / "out" / "mapping.toml"
    target.parent.mkdir()
    said = look(tmp_path, *NEEDED, "--write", target, "--json")
    profile = said["profile"]
    assert profile["owners"]["field"] == NUM_ACCOUNTS, said["mapping"]
    assert profile["uncovered"] == {} and profile["num_receivers"] == 6
    assert {row["table"]: row["kept"] for row in profile["rows"]}["opportunities"] == NUM_DEALS
    assert profile["deals"]["open"] in (4, 6) and profile["deals"]["won"] in (4, 6)
    assert profile["exceptions"] == []
    checked = CliRunner().invoke(main, ["source", "check", str(target), "--as-of", "2026-10-01"])
    assert checked.exit_code == 0, checked.output
