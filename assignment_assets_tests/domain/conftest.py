"""The tiny company that the rules on reviews, sign-offs and invariants are tested with.

    North, director dana@example.com            South, director lee@example.com
    Ana Ruiz, 6 seats   Ben Ode, 4 seats (full)  Cleo Park, 3 seats (full)      Iris Lane, ARM

    a1 TX locked        b1 TX  was Ana's         c1 TX  was Cleo's              o1 TX  was Iris's
    a2 TX  was Ben's    b2 TX  was Ben's         c2 TX  was Ana's
    a3 TX  was Cleo's   b3 NM  was Max's         c3 LA  was Cleo's
    a4 OK  was Ana's    b4 TX  was Ben's

Ana covers TX, OK and NM, Ben TX and NM, Cleo TX and LA. Max Orr (North) has left.
"""

import polars as pl
import pytest

from assignment_assets_tests.domain.tiny import Company


@pytest.fixture
def company():
    """3 reps, 12 accounts, one Inside Sales member, one rep who left."""
    return Company.tiny()


@pytest.fixture
def entitlements():
    """Gus signs for North and no_region, Sol for South."""
    pairs = [("gus@example.com", "North"), ("gus@example.com", "no_region"), ("sol@example.com", "South")]
    return pl.DataFrame(pairs, schema=["person", "region"], orient="row")
