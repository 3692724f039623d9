"""The mapping file: what it says, and what each mistake in it gets."""

import pytest

from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.io.mapping.mapping import read_mapping

SOUND = """
[accounts]
path = "accounts.csv"
path_variable = "ACCOUNTS_FILE"
[accounts.columns]
account_id = "Key"
name = "Name"
tam = {from = "Market", scale = 0.01, null_if = [-1]}
[accounts.constants]
state = "OH"
is_house = false
[reps]
path = "reps.parquet"
"""


def refusal(tmp_path, text):
    with pytest.raises(InvalidInput) as refused:
        read_mapping(written(tmp_path, text))
    return str(refused.value)


def written(tmp_path, text):
    path = tmp_path / "company.toml"
    path.write_text(text, encoding="utf-8")
    return path


def test_a_sound_mapping_names_its_files_from_its_own_folder(tmp_path):
    mapping = read_mapping(written(tmp_path, SOUND))
    assert mapping.file(mapping.accounts, {}) == tmp_path / "accounts.csv"
    assert mapping.accounts.source_columns("accounts") == ["Key", "Name", "Market"]
    assert mapping.accounts.constants == {"state": "OH", "is_house": "false"}
    assert list(mapping.tables()) == ["accounts", "reps"]


def test_a_path_variable_of_the_environment_goes_first(tmp_path):
    mapping = read_mapping(written(tmp_path, SOUND))
    elsewhere = tmp_path / "elsewhere" / "today.csv"
    assert mapping.file(mapping.accounts, {"ACCOUNTS_FILE": str(elsewhere)}) == elsewhere


def test_a_mapping_that_is_not_there_is_named(tmp_path):
    with pytest.raises(SourceUnavailable, match=r"company.toml: no such file, expected a TOML mapping"):
        read_mapping(tmp_path / "company.toml")


def test_what_is_no_toml_is_refused_with_its_line(tmp_path):
    assert "(at line 2, column 8), expected TOML in UTF-8" in refusal(tmp_path, "[accounts]\npath = \n")


def test_every_fault_of_a_mapping_is_listed_at_once(tmp_path):
    text = """
[accounts]
path = "accounts.csv"
colour = "red"
[accounts.columns]
acount_id = "Key"
tam = {from = "Market", scal = 2, scale = -1}
[accounts.constants]
nonsense = 1
[opportunities]
path = "o.csv"
states = "guess"
[connection]
client_secret = "x"
"""
    message = refusal(tmp_path, text)
    for part in [
        "company.toml, accounts.colour",
        "company.toml, accounts.columns.tam.scal:",
        "company.toml, accounts.columns.tam.scale: ",
        "company.toml, reps: ",
        "company.toml, opportunities.states: 'guess'",
        "company.toml, connection.client_secret",
        "accounts.columns.acount_id: no column of the contract, expected a column of accounts. "
        "Did you mean account_id?",
        "accounts.constants.nonsense: no column of the contract",
    ]:
        assert part in message
    assert "8 faults" in message


@pytest.mark.parametrize(
    ("change", "message"),
    [
        (
            ('path = "accounts.csv"', 'path = "accounts.csv"\nobject = "Account"'),
            "company.toml, accounts: both a path and an object, expected one of them",
        ),
        (('path = "reps.parquet"', ""), "company.toml, reps: neither a path nor an object, expected one of them"),
        (
            ('path = "reps.parquet"', 'object = "User"'),
            "company.toml, reps.columns: missing, expected the object's field for each column",
        ),
        (
            ('path = "reps.parquet"', 'object = "User"'),
            "company.toml: tables from files and from Salesforce, expected one kind of source",
        ),
        (
            ('path = "reps.parquet"', 'path = "reps.parquet"\nwhere = "IsActive = true"'),
            "company.toml, reps.where: 'IsActive = true', expected exclude or only for a file",
        ),
        (
            ('name = "Name"', 'name = {from = "Name", scale = 2}'),
            "company.toml, accounts.columns.name.scale: given, expected scale only for numbers. Remove it.",
        ),
        (('name = "Name"', 'state = "ST"'), "company.toml, accounts.constants.state: also mapped under columns"),
    ],
)
def test_what_contradicts_itself_is_refused(tmp_path, change, message):
    assert message in refusal(tmp_path, SOUND.replace(*change))
