"""Random small companies, scopes and people, each drawn from a seed: the awkward cases more often than in life."""

from datetime import date, timedelta
from random import Random

import polars as pl

from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import ACCOUNTS, OPPORTUNITIES, REPS
from assignment_assets.sample.company import Company
from assignment_assets_tests.company import AS_OF, DANA, HISTORIES, LEE, account, config, deal, inside_sales, rep, table

STATES = ("TX", "OK", "NM", "LA")
REASONS = ("morale", "disruption", "edge_case", "relationship")


def random_company(seed: int) -> Company:
    """2 to 5 field reps in two regions (some on leave, ramping, gone), Inside Sales, up to 40 accounts."""
    draw = Random(seed)
    people = [
        rep(
            f"r{number}",
            f"Rep {number}",
            " ".join(draw.sample(STATES, draw.choice((1, 2, 4)))),
            ("North", "South")[number % 2],
            is_active=number < 1 or draw.random() < 0.8,
            on_leave_until=draw.choice((None, None, None, date(2026, 12, 1))) if number else None,
            capacity=draw.choice((None, None, 3)),
            performance=draw.choice((None, 1.0, 2.0)),
            started_on=draw.choice((date(2024, 1, 1), date(2026, 8, 1))),
        )
        for number in range(draw.randint(2, 5))
    ]
    owners = [*(row["rep_id"] for row in people), "iris", "gus", "amy", "queue", None]
    rows = [
        account(
            f"x{number:02}",
            draw.choice(owners[: len(people)] * 3 + owners),
            draw.choice((*STATES * 4, "WY")),
            draw.choice(tuple(HISTORIES)),
            carve_out=draw.choice((None,) * 9 + ("TAD",)),
            keep_with_owner=draw.random() < 0.08,
            is_house=draw.random() < 0.05,
            held_for_new_hire=draw.random() < 0.05,
            last_referral_on=AS_OF - timedelta(days=draw.randint(1, 900)),
        )
        for number in range(draw.randint(1, 40))
    ]
    related = Random(seed + 4)
    for row in rows:
        parent_id = related.choice(rows)["account_id"]
        row["parent_id"] = parent_id if parent_id != row["account_id"] and related.random() < 0.3 else None
        row["revenue_cents"] = related.choice((None, 10_000, 100_000, 900_000))
    deals = [deal(f"d{number}", draw.choice(rows)["account_id"], draw.randint(-5, 60)) for number in range(4)]
    return Company(table(ACCOUNTS, *rows), table(REPS, *people, *inside_sales()), table(OPPORTUNITIES, *deals))


def random_config(company: Company, seed: int, **changes) -> RunConfig:
    """A run config of any scope, with small books."""
    draw = Random(seed + 1)
    rep_ids = company.reps.filter(pl.col("team") == "field")["rep_id"].to_list()
    active = company.reps.filter((pl.col("team") == "field") & pl.col("is_active"))["rep_id"].to_list()
    scope = draw.choice(("global", "global", "region", "rep", "churn", "new_starter_class"))
    named = {
        "global": {},
        "region": {"regions": ["North"]},
        "rep": {"reps": active[:1]},
        "churn": draw.choice(({}, {"books": [draw.choice(rep_ids)]}, {"regions": ["North"]})),
        "new_starter_class": {"reps": active[-2:]},
    }[scope]
    overrides = [
        {"account_id": account_id, "rep_id": draw.choice(rep_ids), "reason": "they know each other"}
        for account_id in company.accounts["account_id"]
        if draw.random() < 0.1
    ]
    return config(
        scope=scope,
        book_size=draw.choice((1, 3, 6, 10)),
        surplus_book_size=draw.choice((2, 5, 100)),
        dormant_quota=draw.choice((0, 1, 5)),
        max_adds=draw.choice((0, 2, 5)),
        max_drops=draw.choice((1, 5)),
        coverage_overrides=overrides,
        **named,
        **_extensions(Random(seed + 5)),
        **changes,
    )


def _extensions(draw: Random) -> dict:
    """Families and revenue caps, in half of the cases each."""
    families = {"families": "together", "family_without_a_book": draw.choice(("split", "overflow"))}
    caps = {"enforce_revenue_cap": True, "revenue_cap": draw.choice((1_000, 10_000, 30_000))}
    return draw.choice(({}, families)) | draw.choice(({}, caps))


def random_answers(accounts: list[str], seed: int) -> dict[str, str]:
    """What a rep types beside some of their accounts."""
    draw = Random(seed + 2)
    return {account_id: draw.choice(("keep", "keep", "release")) for account_id in accounts if draw.random() < 0.6}


def random_edits(books: pl.DataFrame, company: Company, seed: int) -> list[dict]:
    """Edits of both directors on rows account_id, new_owner_id; mostly sensible, some not."""
    draw = Random(seed + 3)
    regions = dict(company.reps.filter(pl.col("team") == "field").select("rep_id", "region").iter_rows())
    edits = []
    for receipt_no, (director, region) in enumerate(((DANA, "North"), (LEE, "South")), 1):
        own = sorted(rep_id for rep_id, each in regions.items() if each == region)
        for row_no, row in enumerate(books.sort("account_id").to_dicts()):
            held_here = row["new_owner_id"] in own
            if not own or draw.random() < 0.6:
                continue
            kind = "drop" if held_here and draw.random() < 0.6 else "add"
            rep_id = row["new_owner_id"] if kind == "drop" else draw.choice(sorted(regions))
            edits.append(
                {
                    "receipt_no": receipt_no,
                    "director": director,
                    "row_no": row_no,
                    "edit_kind": kind,
                    "rep_id": rep_id,
                    "account_id": row["account_id"],
                    "edit_reason": draw.choice(REASONS),
                    "note": None,
                }
            )
    return edits
