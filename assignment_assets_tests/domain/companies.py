"""Random small companies and random people, each drawn from a seed, for property tests."""

from random import Random

import polars as pl

from assignment_assets.domain.review.facts import REVIEW_EDITS
from assignment_assets_tests.domain.tiny import Company, account, rep

STATES = ("TX", "OK", "NM", "LA")
REGIONS = ("North", "South", "West")
REASONS = ("morale", "disruption", "edge_case", "relationship")


def random_company(seed: int) -> Company:
    """Up to 6 field reps in up to 3 regions, 2 Inside Sales members, one rep who left, up to 24 accounts.

    The proposal keeps every hard rule, as the assignment stage hands it on; books are often full.
    """
    draw = Random(seed)
    region_count = draw.choice((1, 2, 2, 3))
    reps = []
    for number in range(draw.randint(2, 6)):
        region = REGIONS[number % region_count]
        reps.append(
            rep(
                f"r{number}",
                f"Rep {number}",
                region,
                " ".join(draw.sample(STATES, draw.choice((1, 3, 4, 4)))),
                draw.randint(1, 6),
                director_email=f"{region.lower()}@example.com",
                is_on_leave=draw.random() < 0.1,
                fixed_count=draw.choice((0, 0, 1)),
            )
        )
    members = [rep(f"m{number}", f"Member {number}", None, "", 0, team="arm") for number in range(2)]
    left = rep("left", "Lou Left", "North", "TX", 5, is_active=False, is_receiver=False)
    everyone = [row["rep_id"] for row in [*reps, *members, left]] + ["queue"]
    seats = {row["rep_id"]: row["capacity"] - row["fixed_count"] for row in reps}
    accounts = []
    for number in range(draw.randint(1, 24)):
        state, current = draw.choice(STATES), draw.choice(everyone)
        fits = [
            row["rep_id"]
            for row in reps
            if seats[row["rep_id"]] > 0
            and state in row["covered_states"]
            and (not row["is_on_leave"] or row["rep_id"] == current)
        ]
        owner = draw.choice(fits or ["m0", "m1"])
        seats[owner] = seats.get(owner, 0) - 1
        is_locked = owner == current and bool(fits) and draw.random() < 0.4
        kind = "field" if fits else "inside_sales"
        accounts.append(account(f"a{number:02}", state, owner, current, is_locked=is_locked, owner_kind=kind))
    return Company.of(accounts, [*reps, *members, left])


def random_review(company: Company, seed: int) -> pl.DataFrame:
    """Up to 40 edits by the directors, mostly sensible; one in ten has the wrong rep, director or reason."""
    draw = Random(seed)
    books = company.books.to_dicts()
    reps = company.reps.filter((pl.col("team") == "field") & pl.col("director_email").is_not_null()).to_dicts()
    director_of = {row["rep_id"]: row["director_email"] for row in reps if row["is_active"]}
    directors = sorted(set(director_of.values()))
    receipts = dict(zip(directors, draw.sample(range(1, len(directors) + 1), len(directors)), strict=True))
    edits = []
    for row_no in range(draw.randint(0, 40)):
        chosen = draw.choice(books)
        proposed = chosen["proposed_owner_id"]
        is_drop = proposed in director_of and draw.random() < 0.5
        others = [rep_id for rep_id in director_of if rep_id != proposed]
        rep_id = proposed if is_drop else draw.choice(others)
        rep_id = draw.choice([row["rep_id"] for row in company.reps.to_dicts()]) if draw.random() < 0.1 else rep_id
        director = director_of.get(rep_id, directors[0])
        director = draw.choice(directors) if draw.random() < 0.1 else director
        edits.append(
            {
                "receipt_no": receipts[director],
                "director": director,
                "row_no": row_no,
                "edit_kind": "drop" if is_drop else "add",
                "rep_id": rep_id,
                "account_id": chosen["account_id"],
                "edit_reason": "because" if draw.random() < 0.05 else draw.choice(REASONS),
                "note": None,
            }
        )
    return pl.DataFrame(edits, schema=REVIEW_EDITS.columns)
