"""Files for loading by hand: columns as a team wants them, ids and owners as they came, answers read back."""

import polars as pl
import pytest

from assignment_assets.domain.errors import InvalidInput
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.spelling import Spelling, read_spelling
from assignment_assets.write_back.load_columns import PRESETS, of_mapping, of_preset, of_text
from assignment_assets.write_back.load_file import ROWS, People, load_file, rollback_file, warnings
from assignment_assets.write_back.result_files import read_results
from assignment_assets_tests.company import tiny

REPS = tiny().reps
LONG = "0012w00001AbCdEAAV"


def changes(*rows):
    """Changes of owner: account, earlier and new owner, name, reason."""
    names = ("account_id", "old_owner_id", "new_owner_id", "name", "reason")
    frame = pl.DataFrame(rows, dict.fromkeys(names, pl.String), orient="row")
    more = [pl.lit(each).alias(each) for each in ROWS if each not in names]
    return frame.with_columns(more)


ONE = changes(("00042", "ana", "ben", "=Clinic", "+1 point"))


def people(**spelling):
    """The tiny company's roster, and how its files spell."""
    return People(REPS, Spelling(**spelling))


@pytest.mark.parametrize("preset", PRESETS)
def test_a_preset_has_the_columns_that_its_import_knows(preset):
    frame = load_file(ONE, of_preset(preset), people())
    owner = {"data-loader": "ben", "hubspot": "ben@example.com", "dynamics": "Ben Ode"}[preset]
    assert (frame.columns, frame.row(0)) == (list(PRESETS[preset]), ("00042", owner))
    assert rollback_file(ONE, of_preset(preset), people()).columns == frame.columns


def test_columns_come_in_the_order_asked_for_with_constants_and_texts_for_people_are_defused():
    columns = of_text('Why=reason, Account ID=id ,Owner=owner,Old owner=old_owner,Clinic=name,Src="a, b"')
    frame = load_file(ONE, columns, people())
    assert frame.columns == ["Why", "Account ID", "Owner", "Old owner", "Clinic", "Src"]
    assert frame.row(0) == ("'+1 point", "00042", "ben", "ana", "'=Clinic", "a, b")


def test_owners_are_named_as_the_accounts_file_names_them():
    spelled = people(owners={"ben": "ODE, Ben"}, owner_form="name")
    assert load_file(ONE, of_text("Id=id,Owner=owner"), spelled)["Owner"].to_list() == ["ODE, Ben"]
    nia = changes(("1", "ana", "nia", "x", "y"))
    assert load_file(nia, of_text("Id=id,Owner=owner"), spelled)["Owner"].to_list() == ["Nia Noor"]


def test_ids_are_spelled_as_they_were_imported_or_as_salesforce_does():
    rows = changes((LONG, "ana", "ben", "x", "y"), ("00042", "ana", "ben", "x", "y"))
    spelled = people(accounts={LONG: LONG[:15]})
    for form, expected in (("as_imported", LONG[:15]), ("18", LONG), ("15", LONG[:15])):
        assert load_file(rows, of_preset("data-loader", form), spelled)["Id"].to_list() == ["00042", expected]


def test_a_new_owner_whom_the_import_could_not_find_stops_the_file_and_an_earlier_one_does_not():
    without = People(REPS.with_columns(email=pl.lit(None, pl.String)), Spelling())
    with pytest.raises(InvalidInput, match="1 new owners without an e-mail address in the roster: ben"):
        load_file(ONE, of_preset("hubspot"), without)
    assert rollback_file(ONE, of_preset("hubspot"), without)["Company owner"].to_list() == ["ana"]


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Id=id", "no new owner"),
        ("Owner=owner", "no account id"),
        ("Id=id,Owner=boss", "one of id, name, owner"),
        ("Id=id,Id=owner", "Id twice"),
        ("nonsense", "Header=field"),
    ],
)
def test_columns_that_no_import_could_use_are_refused(text, said):
    with pytest.raises(InvalidInput, match=said):
        of_text(text)


def test_columns_of_the_settings_keep_their_order():
    columns = of_mapping({"B": "owner", "A": "id", "C": {"constant": "x"}})
    assert columns.headers == ["B", "A", "C"]


def test_ids_that_a_spreadsheet_keeps_are_not_warned_of():
    columns = of_preset("data-loader")
    rows = changes(("001Hs000000003Q", "ana", "ben", "x", "y"))
    assert not list(warnings(rows, columns, load_file(rows, columns, people())))


def test_addresses_in_a_column_of_owner_ids_are_warned_of():
    columns = of_preset("data-loader")
    rows = changes(("a01", "ana", "ben", "x", "y"))
    frame = load_file(rows, columns, people()).with_columns(OwnerId=pl.lit("ben@example.com"))
    (said,) = warnings(rows, columns, frame)
    assert "OwnerId: e-mail addresses such as ben@example.com" in said


def test_what_a_spreadsheet_would_spoil_is_said():
    rows = changes(("00042", None, "ben", "x", "y"), ("-7", "ana", "ben", "x", "y"))
    columns = of_preset("data-loader")
    said = list(warnings(rows, columns, load_file(rows, columns, people())))
    assert [each.split(",")[0].split("(")[0].strip() for each in said] == [
        "Id: a spreadsheet that saves the file changes ids such as 00042",
        "Id: there",
        "without an owner before",
    ]


def test_the_spelling_is_that_of_the_files_as_they_lie_there(tmp_path):
    (tmp_path / "accounts.csv").write_text(f"Id,Owner\n{LONG[:15]},Ana  RUIZ\n00042,ben ode\n")
    (tmp_path / "reps.csv").write_text("rep\nana\nben\n")
    mapping = tmp_path / "mapping.toml"
    mapping.write_text(
        '[accounts]\npath = "accounts.csv"\n[accounts.columns]\naccount_id = "Id"\nowner_id = "Owner"\n'
        '[reps]\npath = "reps.csv"\n[reps.columns]\nrep_id = "rep"\n'
    )
    found = read_spelling(SourceSetting(kind="files", path=str(mapping)), REPS)
    assert found.accounts == {LONG: LONG[:15]} and found.owner_form == "name"
    assert found.owners == {"ana": "Ana  RUIZ", "ben": "ben ode"}
    (tmp_path / "accounts.csv").unlink()
    assert "cannot be read again" in read_spelling(SourceSetting(kind="files", path=str(mapping)), REPS).note


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "utf-16"])
@pytest.mark.parametrize("separator", [",", ";"])
def test_answers_are_read_whatever_wrote_them(tmp_path, encoding, separator):
    path = tmp_path / "answers.csv"
    lines = [
        ("Owner", "Record ID", "Error message"),
        ("x", LONG[:15], "no"),
        ("x", "00042", "never"),
        ("x", "00042", "no"),
    ]
    path.write_text("\n".join(separator.join(line) for line in lines), encoding=encoding)
    told = read_results(None, path, {})
    assert told.refused == {LONG: "no", "00042": "never; no"}


def test_an_answer_without_an_id_or_in_both_files_takes_nothing_in(tmp_path):
    ok, bad = tmp_path / "ok.csv", tmp_path / "bad.csv"
    ok.write_text("Id,Status\n00042,yes\n,yes\n")
    with pytest.raises(InvalidInput, match="no id in row 3"):
        read_results(ok, None, {})
    ok.write_text("Id,Status\n00042,yes\n")
    bad.write_text("Id,Error\n00042,no\n")
    with pytest.raises(InvalidInput, match="1 accounts in both files, such as 00042"):
        read_results(ok, bad, {})
    ok.write_text("Id,Status\n")
    assert read_results(ok, None, {}).accounts == set()
