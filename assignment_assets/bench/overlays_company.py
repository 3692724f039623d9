"""How large a quarter of overlay roles is, and the company that it happens in."""

from dataclasses import dataclass, replace
from datetime import date, timedelta
from random import Random

import polars as pl

from assignment_assets.sample.company import Company, generate
from assignment_assets.sandbox.record_ids import completed

AS_OF = date(2026, 10, 1)
OPEN_STAGES = ("Prospecting", "Qualification", "Proposal", "Negotiation")


@dataclass(frozen=True)
class Size:
    """How much there is and how much happens; `beside` are the changes while a write-back runs."""

    accounts: int = 8_000
    opportunities: int = 20_000
    csms: int = 40
    architects: int = 25
    changes: int = 2_700
    beside: int = 300
    overrides: int = 400
    account_overrides: int = 20
    closings: int = 600
    reopenings: int = 60
    closed_edits: int = 40
    new_deals: int = 200
    merges: int = 40
    moves: int = 40
    architect_edits: int = 100
    account_architects: int = 60
    planted_deals: int = 40
    planted_accounts: int = 60
    kills: int = 24
    moved_owners: int = 5_000
    rounds: int = 5
    a_second: float = 15.0
    beside_a_second: float = 2.0
    poll_seconds: int = 15


SHORT = Size(
    **{"accounts": 600, "opportunities": 1_500, "csms": 8, "architects": 5, "changes": 120, "beside": 24},
    **{"overrides": 40, "account_overrides": 4, "closings": 40, "reopenings": 6, "closed_edits": 6, "new_deals": 16},
    **{"merges": 4, "moves": 4, "architect_edits": 10, "account_architects": 6, "planted_deals": 8},
    **{"planted_accounts": 8, "kills": 3, "moved_owners": 300, "rounds": 10, "a_second": 12.0, "poll_seconds": 4},
)


def company_of(size: Size, seed: int) -> Company:
    """The sample company with as many opportunities as are asked for, spread over all accounts."""
    company = generate(40 if size.accounts > 2_000 else 8, size.accounts, seed, AS_OF)
    chosen = Random(seed)
    active = sorted(company.reps.filter("is_active")["rep_id"])
    owners = dict(company.accounts.select("account_id", "owner_id").iter_rows())
    ids = sorted(owners)
    missing = size.opportunities - company.opportunities.height
    rows = []
    for number in range(missing):
        account = chosen.choice(ids)
        is_closed, is_won = chosen.random() < 0.5, chosen.random() < 0.5
        stage = ("Closed Won" if is_won else "Closed Lost") if is_closed else chosen.choice(OPEN_STAGES)
        rows.append(
            {
                "opportunity_id": completed(f"0065g0B{number:08d}"),
                "account_id": account,
                "owner_id": owners[account] or active[0],
                "stage": stage,
                "amount_cents": chosen.randint(10, 900) * 10_000,
                "close_on": AS_OF + timedelta(days=chosen.randint(-200, -1) if is_closed else chosen.randint(5, 120)),
                "is_closed": is_closed,
                "is_won": is_closed and is_won,
            }
        )
    more = pl.DataFrame(rows, schema=company.opportunities.schema)
    return replace(company, opportunities=pl.concat([company.opportunities, more]))
