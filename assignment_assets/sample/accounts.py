"""Generated accounts: heavy-tailed money, referral histories, owners, families, and the marks that rules look at."""

from datetime import date

import numpy as np
import polars as pl

from assignment_assets.domain.tables import ACCOUNTS
from assignment_assets.sample import geography, names, ownership, referrals
from assignment_assets.sample.record_ids import ACCOUNT, record_ids

CARVE_OUTS = {"Partnerships": 0.017, "SUD": 0.014, "TAD": 0.009}
PARENT_SHARE, SUBSIDIARY_SHARE = 0.012, 0.05
NO_ONE = -1


def generate_accounts(places: pl.DataFrame, reps: pl.DataFrame, seed: int, as_of: date) -> pl.DataFrame:
    """One account a place, in the columns of the accounts table.

    TAM is log-normal with a Pareto tail; value is what part of it is won; both in cents, rounded to 100 dollars.
    """
    rng = np.random.default_rng([seed, 2])
    count = places.height
    force = ownership.FieldForce.of(reps, rng)
    size = rng.normal(size=count)
    candidate = ownership.nearest_covering(places, force, rng)
    pull = np.where(candidate == ownership.NOBODY, 0.7, force.referral_pull[candidate])
    status = referrals.referral_status(size, pull, rng)
    attachment = 1.5 * (status == referrals.L3M) + 0.4 * (status == referrals.DORMANT) + rng.normal(size=count)
    kept = ownership.kept_in_books(candidate, attachment, force)
    owner = ownership.owner_rows(candidate, kept, status, reps, force, rng)
    ids = pl.Series("account_id", record_ids(ACCOUNT, count))
    parent = _parents(places["state"], rng)
    is_parent = np.isin(np.arange(count), parent)
    stem = names.stems(count, rng)
    stem[parent != NO_ONE] = stem[parent[parent != NO_ONE]]
    history = referrals.histories(status, size, as_of, rng)
    frame = places.select("state", "postal_code", "latitude", "longitude").with_columns(
        ids,
        names.account_names(stem, is_parent, places["city"], rng).alias("name"),
        reps["rep_id"][owner].alias("owner_id"),
        ids[parent].set(pl.Series(parent == NO_ONE), None).alias("parent_id"),
        _carve_outs(count, rng),
        *history.get_columns(),
        *_money(size, history, rng),
        *_marks(owner, status, reps, rng),
        _co_owners(owner, reps, rng),
    )
    return ACCOUNTS.conform(frame)


def _parents(state: pl.Series, rng: np.random.Generator) -> np.ndarray:
    """Per account the position of its parent in the same state, or `NO_ONE`; parents have none themselves."""
    chance, codes = rng.random(len(state)), state.to_numpy()
    is_parent = chance < PARENT_SHARE
    is_subsidiary = (chance >= PARENT_SHARE) & (chance < PARENT_SHARE + SUBSIDIARY_SHARE)
    parent = np.full(len(state), NO_ONE)
    for code in geography.states():
        heads, members = np.flatnonzero(is_parent & (codes == code)), np.flatnonzero(is_subsidiary & (codes == code))
        if len(heads):
            parent[members] = rng.choice(heads, size=len(members))
    return parent


def _carve_outs(count: int, rng: np.random.Generator) -> pl.Series:
    kinds = pl.Series("carve_out", [*CARVE_OUTS, None])
    return kinds[rng.choice(len(kinds), size=count, p=[*CARVE_OUTS.values(), 1 - sum(CARVE_OUTS.values())])]


def _money(size: np.ndarray, history: pl.DataFrame, rng: np.random.Generator) -> list[pl.Series]:
    """The measures that are balanced: opportunities, BPS in hundredths, and TAM, value and revenue in cents."""
    count = len(size)
    recent, yearly = history["referrals_l3m"].to_numpy(), history["referrals_l12m"].to_numpy()
    tail = 1 + np.where(rng.random(count) < 0.06, rng.pareto(1.9, size=count), 0)
    tam = (np.exp(11.0 + 0.95 * size + 0.35 * rng.normal(size=count)) * tail).clip(2_000, 60_000_000)
    won = rng.beta(1.6, 6.0, size=count) * np.where(yearly > 0, 1.4, 0.8) * (rng.random(count) > 0.07)
    value = tam * won.clip(0, 0.95)
    revenue = np.where(yearly > 0, value * rng.uniform(0.2, 0.7, size=count), 0)
    opp_count = rng.poisson(rng.gamma(1.4, 1.1, size=count) + 1.3 * yearly)
    bps = np.exp(2.6 + 0.35 * size + 0.7 * rng.normal(size=count)) * (1 + 0.15 * recent)
    tier = np.select([tam >= 600_000, tam >= 180_000, tam >= 50_000], ["A", "B", "C"], "D")
    return [
        pl.Series("opp_count", opp_count),
        pl.Series("bps", np.round(bps * 100).astype(int)),
        *(
            pl.Series(name, np.round(dollars / 100).astype(int) * 100 * 100)
            for name, dollars in (("tam_cents", tam), ("value_cents", value), ("revenue_cents", revenue))
        ),
        pl.Series("tier", tier),
    ]


def _marks(owner: np.ndarray, status: np.ndarray, reps: pl.DataFrame, rng: np.random.Generator) -> list[pl.Series]:
    """Keep-with-owner and house accounts of active field reps; accounts that Inside Sales holds for a new hire."""
    team, is_active = reps["team"].to_numpy()[owner], reps["is_active"].to_numpy()[owner]
    chance = rng.random(len(owner))
    with_rep = (team == "field") & is_active
    with_queue = np.isin(team, ("growers", "activators"))
    return [
        pl.Series("keep_with_owner", with_rep & (chance < 0.012)),
        pl.Series("is_house", with_rep & (chance > 0.994)),
        pl.Series("held_for_new_hire", with_queue & (status != referrals.L3M) & (chance < 0.04)),
    ]


def _co_owners(owner: np.ndarray, reps: pl.DataFrame, rng: np.random.Generator) -> pl.Series:
    """One or two other active field reps on about 1.5 % of the accounts, else an empty list."""
    active = np.flatnonzero((reps["team"] == "field") & reps["is_active"])
    shared = np.repeat(np.flatnonzero(rng.random(len(owner)) < 0.015), 2)
    other = rng.choice(active, size=len(shared))
    is_wanted = (other != owner[shared]) & (rng.random(len(shared)) < 0.75)
    pairs = pl.DataFrame({"account": shared[is_wanted], "co_owner_ids": reps["rep_id"][other[is_wanted]]})
    lists = pairs.group_by("account").agg(pl.col("co_owner_ids").unique().sort())
    everyone = pl.DataFrame({"account": np.arange(len(owner))})
    joined = everyone.join(lists, on="account", how="left", maintain_order="left")
    return joined["co_owner_ids"].fill_null([])
