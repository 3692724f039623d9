"""Customers whom nobody in the field works for, by billing and by usage."""

from datetime import date

import polars as pl

from assignment_assets.domain.routing.reconciliation import ShadowAccountsInput, shadow_accounts
from assignment_assets.domain.sources.supplements import BILLING, SUPPLEMENTS, USAGE
from assignment_assets.sample.company import Company
from assignment_assets_tests.company import account, table, tiny
from assignment_assets_tests.domain.routing.arrivals import seen

DAY = date(2026, 10, 1)


def billed(*rows: dict) -> dict:
    recent = [
        {"last_invoice_on": date(2026, 9, 1), "amount_cents": 100_00, "customer_key": f"K{number}"} | row
        for number, row in enumerate(rows)
    ]
    return {"billing": table(BILLING, *recent)}


def compared(drawn: Company, handed_over: dict) -> pl.DataFrame:
    """Table `shadow_accounts` of a company and what was handed over about its customers."""
    with seen(drawn, *((SUPPLEMENTS[name], frame) for name, frame in handed_over.items())) as log:
        return shadow_accounts(ShadowAccountsInput.read(log, 180, DAY))


def found(handed_over: dict, *accounts: dict) -> dict[str, tuple]:
    drawn = tiny(*accounts)
    shadows = compared(drawn, handed_over)
    return {
        row["customer_key"]: (row["finding"], row["account_id"], row["matched_by"])
        for row in shadows.iter_rows(named=True)
    }


def test_customers_without_an_account_an_active_owner_or_a_field_rep_are_found():
    rows = billed(
        {"name": "Nowhere Health"},
        {"account_id": "m01"},
        {"account_id": "i01"},
        {"account_id": "a01"},
        {"account_id": "q01"},
    )
    assert found(rows) == {
        "K0": ("not_in_crm", None, None),
        "K1": ("no_active_owner", "m01", "id"),
        "K2": ("inside_sales", "i01", "id"),
        "K4": ("no_active_owner", "q01", "id"),
    }


def test_a_customer_whose_id_is_unknown_is_matched_by_name_where_one_account_alone_has_it():
    named = [
        account("i09", "iris", name="Lone Star Care, LLC"),
        account("x1", "ana", name="Twin Care"),
        account("x2", "ana", name="Twin Care Inc"),
    ]
    rows = billed({"name": "LONE STAR CARE"}, {"name": "Twin Care"}, {"account_id": "gone", "name": "Lone Star Care"})
    assert found(rows, *named) == {
        "K0": ("inside_sales", "i09", "name"),
        "K1": ("not_in_crm", None, None),
        "K2": ("inside_sales", "i09", "name"),
    }


def test_a_customer_of_long_ago_and_a_carve_out_are_no_shadows():
    rows = billed({"name": "Nowhere", "last_invoice_on": date(2025, 1, 1)}, {"account_id": "p01"})
    assert found(rows) == {}


def test_usage_is_told_apart_from_billing_and_says_when_it_was_last_seen():
    used = {"usage": table(USAGE, {"customer_key": "W1", "name": "Nowhere", "last_used_on": date(2026, 9, 20)})}
    drawn = tiny()
    row = compared(drawn, used | billed({"name": "Elsewhere"})).filter(source="usage").row(0, named=True)
    assert row["sentence"] == "no account of the CRM has this id or name; last seen 2026-09-20"
    assert row["amount_cents"] is None and row["last_on"] == date(2026, 9, 20)


def test_without_billing_and_usage_there_is_nothing_to_compare():
    assert found({}) == {}
    assert found({"billing": pl.DataFrame(schema=BILLING.columns)}) == {}
