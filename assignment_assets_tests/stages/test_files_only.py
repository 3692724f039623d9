"""A team that has nothing but exports: quarter after quarter by commands alone, from CSV to CSV."""

import csv
import json
import shutil

import polars as pl
import pytest
from click.testing import CliRunner

from assignment_assets.automation.run_segment import instance
from assignment_assets.cli import main
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.tables import ACCOUNTS, ARRIVALS, AUDIT_LOG, ELIGIBLE_POOL, WRITE_BACK_LOG
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.warehouse.published import read_published
from assignment_assets_tests.company import OLIVIA, PRIYA, TOM, account, tiny
from assignment_assets_tests.rehearsal import settle_in

FIRST, SECOND = "2026q4-global", "2027q1-global"
QUICK = ("--preset", "brief", "--lock-days", "0", "--review-days", "0", "--correction-minutes", "0")
TITLES = {"account_id": "Facility No", "owner_id": "Sales Rep", "name": "Facility"}
MAPPING = """
[accounts]
path = "accounts.csv"
[accounts.columns]
{columns}
[reps]
path = "reps.csv"
"""


class Team:
    """One team with its two files; accounts have ERP numbers with leading zeros, owners stand there by name."""

    def __init__(self, folder, monkeypatch):
        self.folder, self.patch = folder, monkeypatch

    def settle(self, dagster_home):
        self.data = settle_in(self.folder, dagster_home, self.patch)
        self.patch.setenv("ASSIGNMENT_SOURCE", "files")
        self.patch.setenv("ASSIGNMENT_SOURCE_PATH", str(self.folder / "mapping.toml"))
        return self

    def draw(self):
        """The team's files."""
        folder = self.folder
        company = tiny(*(account(f"x{number:02}", "ana") for number in range(6)))
        numbers = {each: f"{place:05}" for place, each in enumerate(company.accounts["account_id"], 42)}
        names = dict(company.reps.select("rep_id", "name").iter_rows())
        frame = company.accounts.with_columns(pl.col("account_id").replace(numbers), pl.col("owner_id").replace(names))
        self.write(_flat(frame).rename(TITLES))
        _flat(company.reps).write_csv(folder / "reps.csv")
        columns = {name: TITLES.get(name, name) for name in company.accounts.columns}
        columns |= {"tam": columns.pop("tam_cents"), "value": columns.pop("value_cents")}
        columns |= {"revenue": columns.pop("revenue_cents")}
        lines = "\n".join(f"{name} = {json.dumps(title)}" for name, title in columns.items())
        (folder / "mapping.toml").write_text(MAPPING.format(columns=lines))

    def write(self, frame):
        frame.write_csv(self.folder / "accounts.csv")

    @property
    def accounts(self):
        return pl.read_csv(self.folder / "accounts.csv", infer_schema=False)

    def says(self, *words, code=0, person=PRIYA):
        """What a command says, with somebody's token at hand."""
        self.patch.setenv("ASSIGNMENT_SIGNER_TOKEN", signer_token(engine_key(), person))
        result = CliRunner().invoke(main, words, catch_exceptions=False)
        assert result.exit_code == code, result.output
        return result.output

    def open(self, cycle, day):
        return self.says("cycle", "new", cycle, "--as-of", day, "--opened-by", OLIVIA, *QUICK)

    def go_on(self, cycle):
        """From the open gates to the packets that are signed."""
        for segment in ("propose", "review"):
            self.says("run", segment, cycle)

    def sign(self, cycle, *regions):
        for region in regions:
            self.says("sign-off", cycle, "--region", region, "--as", PRIYA)
        self.says("intake", cycle, "--settled-seconds", "0")
        self.says("run", "sign_off", cycle)

    def signed(self, cycle=FIRST, day="2026-10-01"):
        """A cycle up to the approval of all regions."""
        self.open(cycle, day)
        self.go_on(cycle)
        self.sign(cycle, *self.regions(cycle))

    def regions(self, cycle):
        status = json.loads(self.says("cycle", "status", cycle, "--json"))
        return [region["region"] for region in status["regions"]]

    def next_step(self, cycle):
        return self.says("cycle", "status", cycle).splitlines()[-1]

    def export(self, cycle=FIRST, *words):
        """The rows of the exported file, or of each."""
        said = json.loads(self.says("write-back", "export", cycle, "--json", *words))
        return [_rows(each["file"]) for each in said.get("files", [said])]

    def load(self, rows, but=()):
        """What the team's CRM does with the file, and its next export shows."""
        owners = {row["Facility No"]: row["Sales Rep"] for row in rows if row["Facility No"] not in but}
        number = pl.col("Facility No")
        self.write(
            self.accounts.with_columns(
                number.replace_strict(owners, default=pl.col("Sales Rep"), return_dtype=pl.String).alias("Sales Rep")
            )
        )

    def table(self, cycle, table):
        return read_published(DataFolder.from_environment(), cycle, table)


def _flat(frame):
    return frame.with_columns(pl.col(pl.List(pl.String)).list.join(";"))


def _rows(path):
    with open(path, newline="") as file:
        return list(csv.DictReader(file))


OWN = ("--columns", "Facility No=id,Sales Rep=owner,Before=old_owner,Why=reason,Source='engine, 4'")


@pytest.fixture(scope="module")
def told(tmp_path_factory, dagster_home):
    """The folder of a team whose first cycle is reviewed, and of one that has signed both regions."""
    folders = {}
    with pytest.MonkeyPatch.context() as patch:
        team = Team(tmp_path_factory.mktemp("reviewed"), patch).settle(dagster_home)
        team.draw()
        team.open(FIRST, "2026-10-01")
        team.go_on(FIRST)
        folders["reviewed"] = team.folder
        signed = tmp_path_factory.mktemp("signed")
        shutil.copytree(team.folder, signed, dirs_exist_ok=True)
        Team(signed, patch).settle(dagster_home).sign(FIRST, "North", "South")
        folders["signed"] = signed
    return folders


def _from(stage):
    @pytest.fixture
    def fixture(told, tmp_path, dagster_home, monkeypatch):
        shutil.copytree(told[stage], tmp_path, dirs_exist_ok=True)
        return Team(tmp_path, monkeypatch).settle(dagster_home)

    return fixture


reviewed = _from("reviewed")
signed = _from("signed")


def test_a_quarter_ends_by_hand_and_the_next_begins_with_a_full_pool(signed):
    said = signed.says("cycle", "new", SECOND, "--as-of", "2027-01-01", "--opened-by", OLIVIA, *QUICK, code=2)
    assert f"its pool is empty, because {FIRST} (49 accounts) is open" in said
    assert "15 accounts are ready to be loaded by hand: `assignment write-back export 2026q4-global`" in said
    assert f"`assignment cycle cancel {FIRST}`" in said
    assert not signed.data.published(SECOND).exists()
    with instance() as dagster:
        assert SECOND not in dagster.get_dynamic_partitions("cycle")
    assert SECOND not in signed.says("cycle", "list")

    rows = signed.export(FIRST, *OWN)[0]
    assert list(rows[0]) == ["Facility No", "Sales Rep", "Before", "Why", "Source"]
    assert {row["Source"] for row in rows} == {"engine, 4"}
    assert all(len(row["Facility No"]) == 5 and row["Facility No"].startswith("000") for row in rows)
    back = _rows(signed.data.root / "write_back" / FIRST / "owner_changes_rollback.csv")
    assert [(row["Facility No"], row["Before"], row["Sales Rep"]) for row in rows] == [
        (row["Facility No"], row["Sales Rep"], row["Before"]) for row in back
    ]
    said = signed.says("write-back", "confirm", FIRST, "--as", PRIYA, "--note", "loaded on Monday")
    assert "nobody has read them back" in said and f"{FIRST}: closed" in said
    log = signed.table(FIRST, WRITE_BACK_LOG)
    assert set(log["outcome"]) == {"confirmed"} and log["verified_at"].null_count() == log.height == 15
    audit = signed.table(FIRST, AUDIT_LOG).filter(pl.col("action") == "loaded by hand")
    assert set(audit["actor"]) == {PRIYA} and set(audit["why"]) == {"loaded on Monday"}
    verified = json.loads(signed.says("write-back", "verify", FIRST, "--json"))
    assert verified["CONFIRMED"] == 15 and all(each["holds"] for each in verified["signatures"])
    assert "it is closed since" in signed.says("write-back", "confirm", FIRST, "--as", PRIYA, code=2)

    signed.load(rows)
    said = signed.open(SECOND, "2027-01-01")
    assert "did not arrive" not in said and "Held by" not in said
    assert set(signed.table(SECOND, ARRIVALS)["arrival"]) == {"arrived"}
    free = [signed.table(each, ELIGIBLE_POOL).filter(pl.col("standing") == "free").height for each in (FIRST, SECOND)]
    assert free[0] == free[1] > 40
    now = dict(signed.table(SECOND, ACCOUNTS).select("account_id", "owner_id").iter_rows())
    assert {each: now[each] for each in log["account_id"]} == dict(log.select("account_id", "new_owner_id").iter_rows())
    signed.go_on(SECOND)
    assert "assignment run write_back" in signed.next_step(SECOND), "the books are balanced: nothing is to be signed"
    signed.says("run", "write_back", SECOND)
    assert f"{SECOND}: closed" in signed.says("cycle", "status", SECOND)


def test_what_did_not_arrive_is_listed_by_the_next_cycle_and_stops_nothing(signed):
    rows = signed.export(FIRST, *OWN)[0]
    signed.says("write-back", "confirm", FIRST, "--as", PRIYA)
    away = [row["Facility No"] for row in rows[:3]]
    signed.load(rows, but=away)
    signed.write(signed.accounts.filter(pl.col("Facility No") != away[2]))
    said = signed.open(SECOND, "2027-01-01")
    assert f"3 of 15 changes of {FIRST} that were loaded by hand did not arrive:" in said
    assert f"  {away[0]}: expected Nia Noor (nia), found Ana Ruiz (ana)" in said
    assert f"  {away[2]}: expected Nia Noor (nia), found no longer in the source" in said
    missing = signed.table(SECOND, ARRIVALS).filter(pl.col("arrival") != "arrived")
    assert missing["account_id"].to_list() == sorted(away)
    assert missing["arrival"].to_list() == ["missing", "missing", "gone"]
    assert "2027q1-global: open" in said
    signed.says("cycle", "cancel", SECOND, "--as", OLIVIA, "--reason", "again")
    again = json.loads(
        signed.says("cycle", "new", "again", "--as-of", "2027-01-02", "--opened-by", OLIVIA, *QUICK, "--json")
    )
    assert [row["account_id"] for row in again["not_arrived"]] == sorted(away)
    assert signed.table("again", ARRIVALS).height == 3, "what a cycle has seen arrive is not asked for again"


def test_regions_are_loaded_as_they_are_signed_and_a_run_says_what_waits(reviewed):
    said = reviewed.says("write-back", "export", FIRST, code=2)
    assert "nothing waits to be loaded" in said
    reviewed.sign(FIRST, "South")
    step = reviewed.next_step(FIRST)
    assert "1 account is ready to be loaded by hand: `assignment write-back export" in step and "; sign North" in step
    assert "1 account is ready to be loaded by hand" in reviewed.says("run", "write_back", FIRST)
    assert "1 account is ready" in reviewed.says("write-back", "apply", FIRST)
    assert reviewed.table(FIRST, WRITE_BACK_LOG).is_empty()
    assert "nothing of North waits to be loaded, expected one of South" in reviewed.says(
        "write-back", "export", FIRST, "--region", "North", code=2
    )
    reviewed.export(FIRST, *OWN, "--region", "South")
    reviewed.sign(FIRST, "North")
    said = reviewed.says("write-back", "confirm", FIRST, "--as", PRIYA, code=2)
    assert "14 of 15 approved changes never went out in a file" in said
    said = reviewed.says("write-back", "confirm", FIRST, "--as", TOM, "--region", "South", person=TOM)
    assert f"{FIRST}: writing" in said and "14 accounts are ready to be loaded by hand" in said
    parts = reviewed.export(FIRST, *OWN, "--by-region")
    assert [len(part) for part in parts] == [14]
    assert (reviewed.data.root / "write_back" / FIRST / "owner_changes_North.csv").is_file()


def test_what_the_users_system_answers_is_taken_in_and_the_refused_wait(signed, tmp_path):
    rows = signed.export(FIRST, *OWN)[0]
    ids = [row["Facility No"] for row in rows]
    owners = {row["Facility No"]: row["Sales Rep"] for row in rows}
    success, errors = tmp_path / "ok.csv", tmp_path / "bad.csv"
    loaded = ids[:10]
    text = "Facility No;Sales Rep;STATUS\n" + "".join(f"{each};{owners[each]};Item Updated\n" for each in loaded)
    success.write_bytes((text + f"{ids[0]};{owners[ids[0]]};Item Updated\n99999;x;Item Updated\n").encode("utf-16"))
    errors.write_bytes(f"\ufeffFacility No,Error message\n{ids[10]},entity is locked\n".encode())
    words = ("write-back", "export", FIRST, *OWN, "--success", str(success), "--error", str(errors))
    said = signed.says(*words)
    assert "10 loaded, 1 refused, taken in" in said and f"{ids[10]}: entity is locked" in said
    assert "1 not of this cycle's plans: 99999" in said
    assert "5 accounts are ready to be loaded by hand (1 refused so far)" in said
    log = signed.table(FIRST, WRITE_BACK_LOG)
    assert dict(log.group_by("outcome").len().iter_rows()) == {"loaded": 10, "failed": 1}
    assert log.filter(pl.col("outcome") == "failed")["error"].to_list() == ["entity is locked"]
    assert "10 ended before, left as they were" in signed.says(*words)
    assert signed.table(FIRST, WRITE_BACK_LOG).height == 11

    wrong = tmp_path / "wrong.csv"
    wrong.write_text(f"Facility No,Sales Rep\n{ids[11]},Somebody Else\n")
    said = signed.says("write-back", "export", FIRST, *OWN, "--success", str(wrong))
    assert f"1 loaded with another owner than approved, left waiting: {ids[11]}" in said
    both = signed.says("write-back", "export", FIRST, *OWN, "--success", str(errors), "--error", str(errors), code=2)
    assert "1 accounts in both files" in both
    wrong.write_text("Number,What\n1,no\n")
    assert "expected a header with" in signed.says("write-back", "export", FIRST, "--error", str(wrong), code=2)

    said = signed.says("write-back", "confirm", FIRST, "--as", PRIYA)
    assert "confirmed as loaded" in said and "1 account is ready to be loaded by hand (1 refused so far)" in said
    said = signed.says("write-back", "confirm", FIRST, "--as", PRIYA, code=2)
    assert "1 were refused by your system" in said and "--include-refused" in said
    assert f"{FIRST}: closed" in signed.says("write-back", "confirm", FIRST, "--as", PRIYA, "--include-refused")
    assert dict(signed.table(FIRST, WRITE_BACK_LOG).group_by("outcome").len().iter_rows()) == {
        "loaded": 10,
        "failed": 1,
        "confirmed": 5,
    }


def test_only_who_may_sign_a_region_confirms_it_and_with_their_own_token(signed):
    signed.export(FIRST, *OWN)
    said = signed.says("write-back", "confirm", FIRST, "--as", TOM, person=TOM, code=2)
    assert f"{TOM} may not confirm North" in said and "expected one of" in said
    stranger = "nobody@example.com"
    assert "may not confirm" in signed.says("write-back", "confirm", FIRST, "--as", stranger, person=stranger, code=2)
    said = signed.says("write-back", "confirm", FIRST, "--as", PRIYA, person=OLIVIA, code=2)
    assert f"the token is not that of {PRIYA}" in said
    assert signed.table(FIRST, WRITE_BACK_LOG).is_empty()
    assert "15 exported" in signed.says("write-back", "status", FIRST)


def test_a_cycle_that_was_re_opened_after_an_export_signs_and_exports_again(signed, tmp_path):
    rows = signed.export(FIRST, *OWN)[0]
    said = signed.says("cycle", "reopen", FIRST, "--from", "sign_off", "--as", OLIVIA, "--reason", "late news")
    assert "15 owner changes went out in files to be loaded by hand" in said and "rollback" in said
    for words in (("export", FIRST), ("confirm", FIRST, "--as", PRIYA)):
        assert "nothing of this revision was signed" in signed.says("write-back", *words, code=2)
    signed.says("run", "review", FIRST)
    signed.sign(FIRST, "North", "South")
    success = tmp_path / "ok.csv"
    success.write_text("Facility No\n" + "".join(f"{row['Facility No']}\n" for row in rows))
    assert "went out in a file" in signed.says("write-back", "confirm", FIRST, "--as", PRIYA, code=2)
    again = signed.export(FIRST, *OWN)[0]
    assert [row["Facility No"] for row in again] == [row["Facility No"] for row in rows]
    assert f"{FIRST}: closed" in signed.says("write-back", "export", FIRST, *OWN, "--success", str(success))


def test_what_an_ended_cycle_left_unloaded_does_not_hold_the_next_one_up(signed):
    rows = signed.export(FIRST, *OWN)[0]
    signed.says("cycle", "cancel", FIRST, "--as", OLIVIA, "--reason", "too late")
    assert "it is cancelled since" in signed.says("write-back", "export", FIRST, code=2)
    signed.signed(SECOND, "2027-01-01")
    assert {row["Facility No"] for row in signed.export(SECOND, *OWN)[0]} & {row["Facility No"] for row in rows}


def test_an_org_is_not_expected_where_people_load_by_hand(signed):
    for command in ("dry-run", "rollback", "reconcile"):
        more = ("--reason", "no", "--as", PRIYA) if command == "rollback" else ()
        said = signed.says("write-back", command, FIRST, *more, code=2)
        assert "loaded by hand" in said and "expected" in said
