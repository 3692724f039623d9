"""What people see under other names than before: equal rows, and what was signed under the former names still holds."""

import shutil

import polars as pl
import pytest

from assignment_assets.automation.run_segment import instance, register
from assignment_assets.domain.regions import NO_REGION
from assignment_assets.domain.setup.eligible_pool import OPEN_CLAIMS
from assignment_assets.domain.sign_off.approval import in_force
from assignment_assets.domain.tables import (
    APPROVED_DIFF,
    AUDIT_LOG,
    CYCLE_EVENTS,
    ELIGIBLE_POOL,
    REGION_DIGESTS,
    SIGN_OFF_VERDICTS,
    TABLES,
    WRITE_BACK_LOG,
)
from assignment_assets.io.published_cycle import read_status
from assignment_assets.io.settings import Settings
from assignment_assets.io.warehouse.published import answer_published, read_published
from assignment_assets_tests.stages.test_write_back import org_of

RENAMED = {
    "accounts": {"tam": "tam_cents", "value": "value_cents", "revenue": "revenue_cents"},
    "opportunities": {"amount": "amount_cents"},
    "referring_front": {"referring_balance": "referring_imbalance"},
    "proposed_books": {"keep_cost_balance": "keep_cost_imbalance"},
}
REWORDED = ("sign_off_packets", "region_digests", "conflicts", "sign_off_verdicts", "approved_diff")


@pytest.fixture
def signed(left_by, monkeypatch):
    """A cycle as the release before the names left it: moves without a field rep and one of two regions are signed,
    nothing is written; its org is running."""
    cycle = left_by("bf1387a")
    with instance() as dagster:
        register(cycle.name, dagster)
    with org_of(cycle.folder.root.parent, monkeypatch):
        yield cycle


def renamed(name, rows):
    """A table of before in today's names."""
    rows = rows.rename(RENAMED.get(name, {}))
    if name in REWORDED:
        rows = rows.with_columns(pl.col("^(other_)?region$").replace("house", "no_region"))
    return TABLES[name].conform(TABLES[name].widened(rows))


def copies(cycle):
    """Table → rows as they lie in the published files, whatever they are called."""
    return {path.stem: pl.read_parquet(path) for path in cycle.folder.published(cycle.name).glob("*.parquet")}


def test_every_row_of_before_is_there_under_todays_names(left_by):
    cycle = left_by("bf1387a")
    before = {name: renamed(name, rows) for name, rows in copies(cycle).items() if name in TABLES}
    assert NO_REGION in before["region_digests"]["region"]
    assert before["accounts"]["tam_cents"].sum() == copies(cycle)["accounts"]["tam"].sum() > 0
    for name, rows in before.items():
        assert read_published(cycle.folder, cycle.name, TABLES[name]).equals(rows), f"{name}, published"
        assert cycle.warehouse.table(cycle.name, TABLES[name]).equals(rows), f"{name}, in the warehouse"


def test_what_is_published_next_publishes_the_rest_under_todays_names_too(signed):
    before = {name: renamed(name, rows) for name, rows in copies(signed).items() if name in TABLES}
    signed.run("sign_off")
    now = copies(signed)
    assert all(set(TABLES[name].columns) | {"cycle"} == set(now[name].columns) for name in before)
    assert now["proposed_books"].drop("cycle").equals(before["proposed_books"])


def test_what_a_dead_process_left_to_publish_does_not_hide_that_the_rest_is_older(left_by):
    cycle = left_by("bf1387a")
    before = {name: renamed(name, rows) for name, rows in copies(cycle).items() if name in TABLES}
    (cycle.folder.published(cycle.name) / ".due.json").write_text('["locks"]')
    cycle.warehouse.table(cycle.name, TABLES["locks"])
    for name, rows in before.items():
        assert read_published(cycle.folder, cycle.name, TABLES[name]).equals(rows), name


def test_cycles_of_this_release_and_of_an_earlier_one_are_asked_together(left_by):
    cycle = left_by("bf1387a")
    shutil.copytree(cycle.folder.published(cycle.name), cycle.folder.published("an-older-one"))
    cycle.warehouse.append(cycle.name, AUDIT_LOG, AUDIT_LOG.empty())
    claims = answer_published(cycle.folder, "another", OPEN_CLAIMS)
    free = cycle.rows(ELIGIBLE_POOL, standing="free")
    assert claims["account_id"].n_unique() == len(free) > 0


def test_a_cycle_that_was_signed_under_the_former_names_ends(signed):
    digests = dict(signed.table(REGION_DIGESTS).select("region", "digest").iter_rows())
    approved = signed.table(APPROVED_DIFF)
    signed.sign_off("South")
    assert dict(signed.table(REGION_DIGESTS).select("region", "digest").iter_rows()) == digests
    diff = signed.table(APPROVED_DIFF)
    assert diff.head(approved.height).equals(approved)
    assert set(diff["region"]) == {"North", "South", NO_REGION}
    assert signed.table(SIGN_OFF_VERDICTS)["verdict"].unique().to_list() == ["accepted"]
    signed.run("write_back")
    written = signed.table(WRITE_BACK_LOG)
    assert written["outcome"].unique().to_list() == ["verified"]
    assert set(written["account_id"]) == set(in_force(diff)["account_id"])
    assert signed.table(CYCLE_EVENTS)["event"].to_list() == ["opened", "closed"]
    assert read_status(signed.folder, signed.name, signed.now).state == "closed"


def test_settings_of_before_still_say_who_signs_moves_without_a_field_rep():
    settings = Settings.model_validate({"signers": {"priya@example.com": ["North", "house"], "tom@example.com": ["*"]}})
    assert settings.signers["priya@example.com"] == ["North", "house", "no_region"]
    assert settings.signers["tom@example.com"] == ["*"]
