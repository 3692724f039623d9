from datetime import date

import polars as pl
import pytest

from assignment_assets.domain.sources.ids import is_salesforce_id
from assignment_assets.domain.tables import TABLES
from assignment_assets.sample import AS_OF, Company, describe, generate, read, write

NAMES = ("accounts", "reps", "opportunities")


def test_the_same_seed_gives_the_same_bytes_and_another_seed_another_company(tmp_path):
    for folder in ("first", "second"):
        write(generate(12, 600, seed=3), tmp_path / folder)
    for name in NAMES:
        first, second = (tmp_path / folder / f"{name}.parquet" for folder in ("first", "second"))
        assert first.read_bytes() == second.read_bytes()
    assert not generate(12, 600, seed=4).accounts.equals(read(tmp_path / "first").accounts)


@pytest.mark.parametrize("name", NAMES)
def test_frames_have_exactly_the_columns_of_the_contract(company, name):
    frame = getattr(company, name)
    assert dict(frame.schema) == TABLES[name].columns
    assert frame.equals(TABLES[name].conform(frame))


def test_ids_are_valid_unique_salesforce_ids_that_survive_a_case_insensitive_tool(company):
    for name, prefix in zip(NAMES, ("001", "005", "006"), strict=True):
        ids = getattr(company, name)[TABLES[name].key[0]].to_list()
        assert all(record_id.startswith(prefix) and is_salesforce_id(record_id) for record_id in ids)
        assert len({record_id.lower() for record_id in ids}) == len(ids)


def test_every_reference_leads_to_a_row(company):
    users, accounts = set(company.reps["rep_id"]), company.accounts
    assert set(accounts["owner_id"]) <= users
    assert set(accounts["co_owner_ids"].explode().drop_nulls()) <= users
    assert set(accounts["parent_id"].drop_nulls()) <= set(accounts["account_id"])
    assert set(company.opportunities["account_id"]) <= set(accounts["account_id"])
    assert set(company.opportunities["owner_id"]) <= users


def test_families_are_one_level_deep_within_one_state_and_share_their_parents_name(company):
    accounts = company.accounts
    children = accounts.filter(pl.col("parent_id").is_not_null())
    pairs = children.join(accounts, left_on="parent_id", right_on="account_id", suffix="_of_parent")
    assert children.height == pairs.height > 300
    assert pairs["parent_id"].is_not_null().all()
    assert accounts.filter(pl.col("account_id").is_in(children["parent_id"].implode()))["parent_id"].is_null().all()
    assert (pairs["state"] == pairs["state_of_parent"]).all()
    assert (pairs["name"].str.split(" ").list.first() == pairs["name_of_parent"].str.split(" ").list.first()).all()


@pytest.mark.parametrize("as_of", [AS_OF, date(2027, 5, 31)])
def test_referral_histories_agree_with_their_dates(as_of):
    accounts = generate(20, 4000, seed=11, as_of=as_of).accounts
    counts = accounts.select("referrals_l3m", "referrals_l12m", "referrals_ever")
    assert (counts["referrals_l3m"] <= counts["referrals_l12m"]).all()
    assert (counts["referrals_l12m"] <= counts["referrals_ever"]).all()
    assert (counts["referrals_l3m"] >= 0).all()
    day = pl.col("last_referral_on")
    window = pl.lit(as_of).dt.offset_by("-3mo")
    year = pl.lit(as_of).dt.offset_by("-12mo")
    assert accounts.select(((pl.col("referrals_ever") > 0) == day.is_not_null()).all()).item()
    referred = accounts.filter(day.is_not_null())
    assert referred.select((day < as_of).all()).item()
    assert referred.select(((pl.col("referrals_l3m") > 0) == (day >= window)).all()).item()
    assert referred.select(((pl.col("referrals_l12m") > 0) == (day >= year)).all()).item()
    assert referred.select((pl.col("created_at").dt.date() < day).all()).item()
    assert accounts.select((pl.col("created_at").dt.date() < as_of).all()).item()


def test_shares_of_the_default_company_are_those_that_the_documentation_gives(company):
    counts = describe(company)
    assert counts["accounts"] == 12_000
    assert counts["field_reps"] == 100
    assert 0.10 < counts["l3m_referrers"] / 12_000 < 0.14
    assert 0.17 < counts["dormant"] / 12_000 < 0.23
    assert 0.03 < counts["carve_outs"] / 12_000 < 0.05
    assert counts["l3m_referrers"] + counts["dormant"] + counts["never_referred"] == 12_000
    owners = ("with_field_reps", "of_departed_reps", "with_inside_sales", "of_placeholder")
    assert sum(counts[kind] for kind in owners) == 12_000
    assert all(counts[kind] > 100 for kind in owners)
    assert counts["seats"] < counts["accounts"] - counts["carve_outs"]
    assert counts["smallest_book"] < 40 and counts["largest_book"] > 110
    assert all(counts[mark] > 20 for mark in ("keep_with_owner", "house", "held_for_new_hire", "co_owned"))
    assert counts["off_territory"] > 200
    assert counts["closing_soon"] > 50


def test_money_is_whole_cents_of_round_dollars_with_a_heavy_tail(company):
    accounts = company.accounts
    for column in ("tam_cents", "value_cents", "revenue_cents"):
        assert (accounts[column] >= 0).all()
        assert (accounts[column] % 10_000 == 0).all()
    assert (accounts["value_cents"] <= accounts["tam_cents"]).all()
    top = accounts["tam_cents"].top_k(accounts.height // 100).sum()
    assert top > 0.08 * accounts["tam_cents"].sum()


def test_some_books_of_settled_reps_hardly_refer_at_all(company):
    books = (
        company.accounts.filter(pl.col("carve_out").is_null())
        .join(company.reps, left_on="owner_id", right_on="rep_id")
        .filter(pl.col("team") == "field", "is_active", pl.col("capacity").is_null())
        .group_by("owner_id")
        .agg((pl.col("referrals_l12m").sum() / pl.len()).alias("rate"), pl.col("started_on").first())
    )
    idle = books.filter(pl.col("rate") < books["rate"].median() / 4)
    assert 2 <= idle.height <= 8
    assert (idle["started_on"] < date(2026, 4, 1)).all()


def test_house_and_kept_accounts_belong_to_active_field_reps(company):
    marked = company.accounts.filter(pl.col("is_house") | pl.col("keep_with_owner"))
    owners = marked.join(company.reps, left_on="owner_id", right_on="rep_id")
    assert owners.height == marked.height
    assert (owners["team"] == "field").all()
    assert owners["is_active"].all()


def test_open_opportunities_are_not_won_and_closed_ones_lie_in_the_past(company):
    opportunities = company.opportunities
    assert not opportunities.filter(~pl.col("is_closed"))["is_won"].any()
    assert (opportunities.filter("is_closed")["close_on"] < AS_OF).all()
    assert (opportunities["amount_cents"] % 10_000 == 0).all()


@pytest.mark.parametrize(("num_reps", "num_accounts"), [(1, 1), (2, 12), (9, 300)])
def test_small_companies_are_complete_too(num_reps, num_accounts):
    company = generate(num_reps, num_accounts, seed=1)
    assert isinstance(company, Company)
    assert company.accounts.height == num_accounts
    assert describe(company)["field_reps"] == num_reps


def test_the_placeholder_user_owns_accounts_and_is_active(company):
    (placeholder,) = company.placeholder_owner_ids
    assert company.reps.row(by_predicate=pl.col("rep_id") == placeholder, named=True)["is_active"]
    assert company.accounts.filter(pl.col("owner_id") == placeholder).height > 50


def test_counts_of_a_hand_drawn_company_are_those_counted_by_hand(company):
    owner = company.reps.filter(
        pl.col("team") == "field", "is_active", pl.col("capacity").is_null(), pl.col("on_leave_until").is_null()
    ).head(1)
    state = owner["covered_states"][0][0]
    base = company.accounts.head(4).with_columns(
        owner_id=pl.Series([owner["rep_id"][0]] * 3 + [company.placeholder_owner_ids[0]]),
        carve_out=pl.Series([None, None, "SUD", None]),
        state=pl.Series([state, "AK", state, state]),
        referrals_l3m=pl.Series([2, 0, 0, 0]),
        referrals_l12m=pl.Series([2, 1, 0, 0]),
        referrals_ever=pl.Series([2, 1, 0, 0]),
    )
    placeholder = company.reps.filter(pl.col("team") == "placeholder")
    counts = describe(Company(base, pl.concat([owner, placeholder]), company.opportunities.clear()))
    expected = {
        "accounts": 4,
        "carve_outs": 1,
        "l3m_referrers": 1,
        "dormant": 1,
        "never_referred": 2,
        "referring": 2,
        "with_field_reps": 3,
        "of_placeholder": 1,
        "off_territory": 1,
        "in_uncovered_states": 1,
        "field_reps": 1,
        "receivers": 1,
        "seats": 100,
        "smallest_book": 2,
        "largest_book": 2,
        "opportunities": 0,
    }
    assert {name: counts[name] for name in expected} == expected
