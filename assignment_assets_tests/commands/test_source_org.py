"""`assignment source look --org`: the mapping of a Salesforce org, proposed from its fields and their labels."""

import json

import pytest
from click.testing import CliRunner

from assignment_assets.cli import main
from assignment_assets.io.mapping.mapping import read_mapping
from assignment_assets.sample.company import generate
from assignment_assets.sandbox import mapping_path
from assignment_assets_tests.servers.org import local_org

COMPANY = generate(num_reps=5, num_accounts=600, seed=11)


@pytest.fixture(scope="module")
def shared(tmp_path_factory):
    with local_org(COMPANY, tmp_path_factory.mktemp("org")) as local:
        yield local


@pytest.fixture
def environment(shared, monkeypatch):
    for name, value in shared.address.environment().items():
        monkeypatch.setenv(name, value)


def run(*words, code=0):
    done = CliRunner().invoke(main, ["source", *map(str, words)], catch_exceptions=False)
    assert done.exit_code == code, done.output
    return json.loads(done.stdout) if "--json" in words else done.output


def test_the_proposed_mapping_reads_the_org_as_its_own_mapping_does(environment, tmp_path):
    target = tmp_path / "mapping.toml"
    said = run("look", "--org", "--as-of", "2026-10-01", "--write", target, "--json")
    assert said["profile"]["rows"][0]["kept"] == 600
    proposed, known = read_mapping(target), read_mapping(mapping_path())
    for name, table in known.tables().items():
        rules = {field: rule.source for field, rule in proposed.tables()[name].columns.items()}
        assert rules == {field: rule.source for field, rule in table.columns.items()}
        assert proposed.tables()[name].object == table.object
    assert proposed.reps.where == known.reps.where
    assert run("check", target, "--json")["is_usable"]


def test_files_and_org_at_once_and_options_for_files_alone_are_refused(environment, tmp_path):
    assert "Name the files to look at, or say --org" in run("look", code=2)
    assert "Name the files to look at, or say --org" in run("look", tmp_path, "--org", code=2)
    assert "--roster-from-owners: given with --org" in run("look", "--org", "--roster-from-owners", code=2)
