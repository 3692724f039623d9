"""What locks are judged from: the facts that may lock an account with its owner, and the seats that are free for it."""

from dataclasses import dataclass
from datetime import timedelta
from typing import NewType, Self

import polars as pl

from assignment_assets.domain.reading import Query, Readable, Reader
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import (
    ACCOUNTS,
    CURRENT_BOOKS,
    DATE,
    ELIGIBLE_POOL,
    FLAG,
    OPPORTUNITIES,
    REAL,
    TEXT,
    WHOLE,
)

LockFactsFrame = NewType("LockFactsFrame", pl.DataFrame)
LOCK_FACTS: Query[LockFactsFrame] = Query(
    "locks/lock_facts",
    (ELIGIBLE_POOL, ACCOUNTS, CURRENT_BOOKS, OPPORTUNITIES),
    ("account_id",),
    {
        "account_id": TEXT,
        "name": TEXT,
        "owner_id": TEXT,
        "state": TEXT,
        "latitude": REAL,
        "longitude": REAL,
        "opp_count": WHOLE,
        "bps": WHOLE,
        "tam_cents": WHOLE,
        "value_cents": WHOLE,
        "referrals_l3m": WHOLE,
        "referrals_l12m": WHOLE,
        "referrals_ever": WHOLE,
        "last_referral_on": DATE,
        "keep_with_owner": FLAG,
        "is_house": FLAG,
        "referral_status": TEXT,
        "is_unowned": FLAG,
        "team": TEXT,
        "is_active": FLAG,
        "is_churned": FLAG,
        "is_non_productive": FLAG,
        "is_state_covered": FLAG,
        "has_protected_deal": FLAG,
    },
)
FreeSeatsFrame = NewType("FreeSeatsFrame", pl.DataFrame)
FREE_SEATS: Query[FreeSeatsFrame] = Query(
    "locks/free_seats",
    (CURRENT_BOOKS, ELIGIBLE_POOL),
    ("rep_id",),
    {"rep_id": TEXT, "capacity": WHOLE, "fixed_count": WHOLE, "free_seats": WHOLE},
)


@dataclass(frozen=True)
class LocksInput:
    """What locks are taken from, and the seats that they have."""

    facts: LockFactsFrame
    seats: FreeSeatsFrame

    @classmethod
    def read(cls, warehouse: Readable, cycle: str, config: RunConfig) -> Self:
        """The cycle's rows."""
        with warehouse.reading(cycle) as reader:
            return cls(facts=lock_facts(reader, config), seats=reader.answer(FREE_SEATS))


def lock_facts(reader: Reader, config: RunConfig) -> LockFactsFrame:
    """The answer of LOCK_FACTS for the days on which the config says that a deal protects its account."""
    as_of = config.as_of_on
    until = as_of + timedelta(days=config.protected_deal_days)
    return reader.answer(LOCK_FACTS, as_of=as_of, protected_until=until)
