"""A cycle with a first batch, by the command line: it waits, shows what was found, and goes on once that is signed."""

import json

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.tables import CYCLE_EVENTS, WRITE_BACK_LOG
from assignment_assets.io.folders import engine_key
from assignment_assets.sandbox import load
from assignment_assets_tests.company import PRIYA, tiny, with_org_ids
from assignment_assets_tests.rehearsal import Cycle, settle_in
from assignment_assets_tests.stages.test_write_back import org_of

SETTINGS = """
[write_back]
canary_wait_seconds = 0
"""


def assignment(*words, code=0):
    """What a command prints."""
    result = CliRunner().invoke(main, list(words))
    assert result.exit_code == code, result.output
    return result.output


@pytest.fixture
def waiting(tmp_path, dagster_home, monkeypatch):
    """A cycle of which the first account is written."""
    cycle = Cycle(settle_in(tmp_path, dagster_home, monkeypatch))
    path = tmp_path / "settings.toml"
    path.write_text(path.read_text() + SETTINGS)
    load(with_org_ids(tiny()), tmp_path / "org")
    with org_of(tmp_path, monkeypatch):
        cycle.open(severe_conflicts_block=False, first_batch=1).propose().review().sign_off()
        cycle.run("write_back")
        yield cycle


def test_a_cycle_waits_after_its_first_batch_and_ends_once_a_signer_lets_it_go_on(waiting, monkeypatch):
    outcomes = waiting.table(WRITE_BACK_LOG)["outcome"].to_list()
    assert outcomes.count("verified") == 1
    assert set(outcomes) == {"verified", "deferred"}
    told = assignment("write-back", "status", waiting.name)
    assert "1  accounts have the owner that we wrote" in told
    assert f"`assignment write-back go-on {waiting.name} --as YOU` lets the rest go" in told
    (look,) = json.loads(assignment("write-back", "status", waiting.name, "--json"))["first_batches"].values()
    assert (look["accounts"], look["owners"], look["fields"]) == (1, {}, {})
    go_on = ("write-back", "go-on", waiting.name, "--as")
    monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", "0" * 64)
    assert "Nothing was changed" in assignment(*go_on, PRIYA, code=2)
    assert "nobody@example.com" in assignment(*go_on, "nobody@example.com", code=2)
    monkeypatch.setenv("ASSIGNMENT_SIGNER_TOKEN", signer_token(engine_key(), PRIYA))
    monkeypatch.setenv("ASSIGNMENT_WRITE_BACK_LANE", "bulk")
    assert "finished since" in assignment(*go_on, PRIYA), "the rest did not go in the lane of the first batch"
    assert waiting.table(CYCLE_EVENTS)["event"].to_list() == ["opened", "closed"]
    assert "no plan waits after its first batch" in assignment(*go_on, PRIYA, code=2)
