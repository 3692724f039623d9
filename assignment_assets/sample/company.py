"""The sample company: accounts, reps and opportunities, generated from a seed on real US geography."""

from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path

import numpy as np
import polars as pl

from assignment_assets.domain.sources.fields import as_stored
from assignment_assets.sample import geography
from assignment_assets.sample.accounts import generate_accounts
from assignment_assets.sample.opportunities import generate_opportunities
from assignment_assets.sample.reps import generate_reps

AS_OF = date(2026, 10, 1)
TABLES = ("accounts", "reps", "opportunities")


@dataclass(frozen=True)
class Company:
    """A sales organisation on one day; each frame has the columns of the table of its name."""

    accounts: pl.DataFrame
    reps: pl.DataFrame
    opportunities: pl.DataFrame

    @property
    def placeholder_owner_ids(self) -> tuple[str, ...]:
        """Users who own accounts and stand for nobody: what they own is unowned."""
        return tuple(self.reps.filter(pl.col("team") == "placeholder")["rep_id"])


def generate(num_reps: int = 100, num_accounts: int = 12_000, seed: int = 7, as_of: date = AS_OF) -> Company:
    """The company of this size and seed: the same arguments give the same rows, byte for byte.

    Parameters
    ----------
    num_reps
        Active field reps, at least 1; reps who have left and Inside Sales members come on top.
    num_accounts
        Accounts of every kind, at least 1, carve-outs included.
    as_of
        The day on which the company looks like this; referrals lie before it.
    """
    places = geography.draw_places(num_accounts, np.random.default_rng([seed, 0]))
    reps = generate_reps(places, num_reps, seed, as_of)
    accounts = generate_accounts(places, reps, seed, as_of)
    return Company(accounts, reps, generate_opportunities(accounts, seed, as_of))


def write(company: Company, directory: Path) -> None:
    """Writes `accounts.parquet`, `reps.parquet` and `opportunities.parquet` with the warehouse's columns."""
    directory.mkdir(parents=True, exist_ok=True)
    for table in TABLES:
        getattr(company, table).write_parquet(directory / f"{table}.parquet")


def read(directory: Path) -> Company:
    """The company that `write` put into `directory`, or that of a release whose columns of money had no unit."""
    return Company(*(as_stored(pl.read_parquet(directory / f"{table}.parquet")) for table in TABLES))


def describe(company: Company, as_of: date = AS_OF) -> dict[str, int]:
    """Counts that can be checked by hand against the frames: sizes, referral kinds, marks, owners, seats."""
    owners = company.reps.select(owner_id="rep_id", team="team", owner_is_active="is_active", covers="covered_states")
    accounts = company.accounts.join(owners, on="owner_id", how="left")
    is_away = pl.col("on_leave_until").is_not_null() & (pl.col("on_leave_until") > as_of)
    receivers = company.reps.filter(pl.col("team") == "field", "is_active", ~is_away)
    covered = receivers["covered_states"].explode().unique()
    is_dormant = (pl.col("referrals_ever") > 0) & (pl.col("referrals_l3m") == 0)
    with_field = (pl.col("team") == "field") & pl.col("owner_is_active")
    closing_soon = ~pl.col("is_closed") & pl.col("close_on").is_between(as_of, as_of + timedelta(days=30))
    books = accounts.filter(with_field, pl.col("carve_out").is_null()).group_by("owner_id").len()["len"]
    counts = accounts.select(
        accounts=pl.len(),
        carve_outs=pl.col("carve_out").is_not_null().sum(),
        l3m_referrers=(pl.col("referrals_l3m") > 0).sum(),
        dormant=is_dormant.sum(),
        never_referred=(pl.col("referrals_ever") == 0).sum(),
        referring=(pl.col("referrals_l12m") > 0).sum(),
        keep_with_owner=pl.col("keep_with_owner").sum(),
        house=pl.col("is_house").sum(),
        held_for_new_hire=pl.col("held_for_new_hire").sum(),
        subsidiaries=pl.col("parent_id").is_not_null().sum(),
        co_owned=(pl.col("co_owner_ids").list.len() > 0).sum(),
        with_field_reps=with_field.sum(),
        of_departed_reps=(~pl.col("owner_is_active")).sum(),
        with_inside_sales=pl.col("team").is_in(["arm", "growers", "activators"]).sum(),
        of_placeholder=(pl.col("team") == "placeholder").sum(),
        off_territory=(with_field & ~pl.col("covers").list.contains(pl.col("state"))).sum(),
        in_uncovered_states=(~pl.col("state").is_in(covered.implode())).sum(),
    ).row(0, named=True)
    return counts | {
        "field_reps": company.reps.filter(pl.col("team") == "field", "is_active").height,
        "receivers": receivers.height,
        "seats": int(receivers["capacity"].fill_null(100).sum()),
        "smallest_book": books.min() or 0,
        "largest_book": books.max() or 0,
        "opportunities": company.opportunities.height,
        "open_opportunities": company.opportunities.filter(~pl.col("is_closed")).height,
        "closing_soon": company.opportunities.filter(closing_soon).height,
    }
