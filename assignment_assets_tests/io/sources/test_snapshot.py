"""The sources as a cycle reads them: hospitals from a file, the sample company, a workbook."""

import csv
from datetime import date
from pathlib import Path

import polars as pl
import pytest
import xlsxwriter

from assignment_assets.domain.errors import InvalidInput, SourceUnavailable
from assignment_assets.domain.sources.fields import as_fields
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.snapshot import read_snapshot
from assignment_assets.sample.company import Company, generate, read, write
from assignment_assets.sample.reps import generate_reps

ROOT = Path(__file__).parents[3]
HOSPITALS = (ROOT / "../shared/data/us_hospitals.csv").resolve()
MAPPING = ROOT / "examples/us_hospitals.toml"
HEADER = [
    "facility_id",
    "name",
    "address",
    "city",
    "state",
    "zip",
    "type",
    "status",
    "owner_type",
    "beds",
    "latitude",
    "longitude",
    "trauma",
]
AS_OF = date(2026, 10, 1)


def hospital(number, **changed):
    row = {
        "facility_id": str(1300000 + number),
        "name": f"HOSPITAL {number}",
        "address": "1 MAIN ST, PO BOX 7",
        "city": "COLUMBUS",
        "state": "OH",
        "zip": "43215",
        "type": "GENERAL ACUTE CARE",
        "status": "OPEN",
        "owner_type": "NON-PROFIT",
        "beds": "88",
        "latitude": str(39.9 + number / 1000),
        "longitude": "-82.9",
        "trauma": "NOT AVAILABLE",
    }
    return row | changed


def hospitals_file(folder, *special):
    """A file with the headers and the warts of the federal one, sound rows enough to bear a faulty one."""
    path = folder / "hospitals.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        writer = csv.DictWriter(file, HEADER)
        writer.writeheader()
        closed = hospital(999, status="CLOSED")
        writer.writerows([*special, *(hospital(number) for number in range(300)), closed])
    return path


@pytest.fixture
def hospitals(tmp_path, monkeypatch):
    """Reads the example's mapping over files in `tmp_path`: call it with special rows."""

    def read(*special):
        monkeypatch.setenv("HOSPITALS_FILE", str(hospitals_file(tmp_path, *special)))
        places = pl.DataFrame({"state": ["OH"] * 50, "latitude": [39.9] * 50, "longitude": [-82.9] * 50})
        generate_reps(places, 3, 7, AS_OF).write_parquet(tmp_path / "reps.parquet")
        monkeypatch.setenv("HOSPITAL_REPS_FILE", str(tmp_path / "reps.parquet"))
        return read_snapshot(SourceSetting(kind="files", path=str(MAPPING)))

    return read


def test_closed_hospitals_stay_out_and_beds_are_the_market(hospitals):
    snapshot = hospitals(hospital(901, status="CLOSED"), hospital(902, beds="-999"), hospital(903, beds="120"))
    assert snapshot.totals["accounts"].excluded == 2
    account = {row["account_id"]: row for row in snapshot.accounts.to_dicts()}
    assert "1300901" not in account
    assert (account["1300902"]["tam_cents"], account["1300902"]["value_cents"]) == (0, 0)
    assert (account["1300903"]["tam_cents"], account["1300903"]["value_cents"]) == (240_000_000, 12_000_000)
    assert snapshot.exceptions.filter(pl.col("table_name") == "accounts").is_empty()


def test_short_zips_get_their_zeros_and_give_coordinates_where_there_are_none(hospitals):
    snapshot = hospitals(hospital(901, state="MA", zip="2114", latitude="", longitude=""))
    boston = snapshot.accounts.filter(pl.col("account_id") == "1300901").row(0, named=True)
    assert boston["postal_code"] == "02114"
    assert (round(boston["latitude"]), round(boston["longitude"])) == (42, -71)
    assert snapshot.totals["accounts"].notes[:2] == (
        "ZIP codes completed: 1 (2114 read as 02114).",
        "Coordinates taken from the ZIP code: 1 of 301 accounts.",
    )


def test_territories_are_states_and_what_is_none_is_listed(hospitals):
    snapshot = hospitals(
        hospital(901, state="PR", zip="00901", latitude="18.4", longitude="-66.1"), hospital(902, state="ON")
    )
    assert "1300901" in snapshot.accounts["account_id"]
    assert snapshot.exceptions.select("record_id", "column_name", "row_no", "found").rows() == [
        ("1300902", "state", 3, "ON (a Canadian province)")
    ]


def test_an_account_without_any_place_is_listed(hospitals):
    snapshot = hospitals(hospital(901, zip="00000", latitude="0", longitude="0"))
    assert snapshot.exceptions.select("record_id", "expected").rows() == [
        ("1300901", "coordinates, or a ZIP code that has some")
    ]


def test_a_hospital_met_twice_stops_the_cycle(hospitals):
    with pytest.raises(InvalidInput, match=r"hospitals.csv, column account_id: 1300005 in rows 2, 8, expected each id"):
        hospitals(hospital(5))


def test_missing_columns_of_all_files_are_listed_with_the_nearest_name(tmp_path):
    (tmp_path / "accounts.csv").write_text("Key,Name,State,Statuss\n1,a,OH,OPEN\n")
    (tmp_path / "reps.csv").write_text("rep_id,name,team,covered_states\n1,a,field,OH\n")
    (tmp_path / "company.toml").write_text("""
[accounts]
path = "accounts.csv"
exclude = {Status = ["CLOSED"]}
[accounts.columns]
account_id = "Key"
name = "Nam"
state = "State"
[reps]
path = "reps.csv"
""")
    with pytest.raises(InvalidInput) as refusal:
        read_snapshot(SourceSetting(kind="files", path=str(tmp_path / "company.toml")))
    assert str(refusal.value).splitlines()[1:] == [
        "  1. accounts.csv, column Nam: missing, expected the column that accounts.columns.name names. "
        "Did you mean Name?",
        "  2. accounts.csv, column Status: missing, expected the column that accounts.exclude names. "
        "Did you mean Statuss?",
        "  3. accounts.csv, columns latitude and longitude: missing, expected coordinates, or a postal_code to take "
        "them from. Map latitude and longitude, or postal_code, under [accounts.columns].",
        "  4. reps.csv, column region: missing, expected a column that gives the reps' region. "
        "Map it under [reps.columns], or set it under [reps.constants].",
        "  5. reps.csv, columns latitude and longitude: missing, expected coordinates, or a postal_code to take them "
        "from. Map latitude and longitude, or postal_code, under [reps.columns].",
    ]


def test_a_workbook_with_its_own_words_becomes_the_contract(tmp_path):
    with xlsxwriter.Workbook(tmp_path / "book.xlsx") as book:
        accounts = book.add_worksheet("Accounts")
        accounts.write_row(0, 0, ["Book of today"])
        accounts.write_row(2, 0, ["Id", "Name", "State", "Zip", "Owner", "TAM", "Last referral", "House?"])
        accounts.write_row(
            3, 0, ["001A0000006Vm9r", "Clinic", "Ohio", 43215, "005a0000006vm9riac", "$1,200.50", "09/30/2026", "Y"]
        )
        reps = book.add_worksheet("Team")
        reps.write_row(0, 0, ["Id", "Rep", "States", "Home ZIP"])
        reps.write_row(1, 0, ["005A0000006Vm9rIAC", "Ada", "Ohio, PA", 2114])
    (tmp_path / "company.toml").write_text("""
[accounts]
path = "book.xlsx"
sheet = "Accounts"
states = "name or code"
dates = ["%m/%d/%Y"]
[accounts.columns]
account_id = "Id"
name = "Name"
state = "State"
postal_code = {from = "Zip", zero_pad = 5}
owner_id = "Owner"
tam = "TAM"
last_referral_on = "Last referral"
is_house = "House?"
[reps]
path = "book.xlsx"
sheet = "Team"
states = "name or code"
[reps.columns]
rep_id = "Id"
name = "Rep"
covered_states = {from = "States", separator = ","}
postal_code = {from = "Home ZIP", zero_pad = 5}
[reps.constants]
team = "field"
region = "East"
""")
    snapshot = read_snapshot(SourceSetting(kind="files", path=str(tmp_path / "company.toml")))
    account = snapshot.accounts.row(0, named=True)
    assert (
        account
        | {
            "state": "OH",
            "tam_cents": 120_050,
            "last_referral_on": date(2026, 9, 30),
            "is_house": True,
            "account_id": "001A0000006Vm9rIAC",
            "owner_id": "005A0000006Vm9rIAC",
        }
        == account
    )
    rep = snapshot.reps.row(0, named=True)
    assert (rep["covered_states"], rep["team"], round(rep["latitude"])) == (["OH", "PA"], "field", 42)
    assert snapshot.exceptions.is_empty()


def test_the_sample_company_passes_the_contract_without_a_fault(tmp_path):
    company = generate(num_reps=6, num_accounts=600, seed=3)
    write(company, tmp_path)
    snapshot = read_snapshot(SourceSetting(kind="sample", path=str(tmp_path)))
    assert snapshot.exceptions.is_empty()
    assert snapshot.accounts.equals(company.accounts)
    assert snapshot.reps.equals(company.reps)
    assert snapshot.opportunities.equals(company.opportunities)


def test_a_sample_of_before_money_had_its_unit_in_its_name_is_the_same_company(tmp_path):
    company = generate(num_reps=6, num_accounts=600, seed=3)
    write(Company(as_fields(company.accounts), company.reps, as_fields(company.opportunities)), tmp_path)
    assert "tam" in pl.read_parquet(tmp_path / "accounts.parquet").columns
    assert read_snapshot(SourceSetting(kind="sample", path=str(tmp_path))).accounts.equals(company.accounts)
    assert read(tmp_path).opportunities.equals(company.opportunities)


def test_a_sample_that_was_not_generated_is_named(tmp_path):
    with pytest.raises(SourceUnavailable, match=r"reps.parquet.*, expected the generated company"):
        read_snapshot(SourceSetting(kind="sample", path=str(tmp_path)))


if HOSPITALS.exists():

    @pytest.mark.shared_data
    def test_the_federal_file_gives_every_open_hospital(tmp_path, monkeypatch):
        reps = tmp_path / "reps.parquet"
        places = pl.read_csv(HOSPITALS).select("state", "latitude", "longitude")
        generate_reps(places, 70, 7, AS_OF).write_parquet(reps)
        monkeypatch.setenv("HOSPITALS_FILE", str(HOSPITALS))
        monkeypatch.setenv("HOSPITAL_REPS_FILE", str(reps))
        snapshot = read_snapshot(SourceSetting(kind="files", path=str(MAPPING)))
        assert snapshot.accounts.height == 7634
        assert snapshot.totals["accounts"].excluded == 379
        assert set(snapshot.exceptions["remedy"]) <= {
            "Correct the coordinates; meanwhile those of the ZIP code count.",
            "Correct the state or the ZIP code; meanwhile the state counts.",
        }
        assert snapshot.exceptions.height == 4
        assert snapshot.accounts["postal_code"].str.len_chars().unique().to_list() == [5]
