"""Problems to measure on: the shared instances, or the sample company of any size and seed."""

import json
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import polars as pl

from assignment_assets.optimizer.model.instance import NO_REP, Instance
from assignment_assets.sample import company

SIZES = {"S": (20, 2_500), "M": (100, 12_000), "L": (500, 60_000), "XL": (2_500, 300_000)}
LOADS = ("opp_count", "bps", "tam", "value")
FILES = ("accounts.parquet", "reps.parquet", "reference.json")


@dataclass(frozen=True, eq=False)
class Problem:
    """An instance, the whole company that it comes from, and reference figures where there are some.

    Parameters
    ----------
    accounts
        Every account, locked ones too: account, state, latitude, longitude, owner (null: none), opp_count, bps, tam,
        value, referring, locked.
    reps
        rep, latitude, longitude, covered_states, performance, capacity. A rep's capacity is also the weight of their
        targets.
    reference
        `reference.json` of a shared instance; empty otherwise.
    """

    name: str
    accounts: pl.DataFrame
    reps: pl.DataFrame
    instance: Instance
    reference: dict


def read_problem(folder: Path) -> Problem:
    """A folder with `accounts.parquet`, `reps.parquet` and perhaps `reference.json`."""
    accounts, reps, reference = (folder / name for name in FILES)
    return problem_of(
        folder.name,
        _in_order(accounts, "account"),
        _in_order(reps, "rep"),
        json.loads(reference.read_text()) if reference.exists() else {},
    )


def _in_order(path: Path, key: str) -> pl.DataFrame:
    """The file by its key; one column at a time and sorted only where it must be, which halves the memory."""
    frame = pl.read_parquet(path, parallel="none", low_memory=True)
    return frame if frame[key].is_sorted() else frame.sort(key)


def write_problem(folder: Path, problem: Problem) -> None:
    """The files that `read_problem` takes."""
    folder.mkdir(parents=True, exist_ok=True)
    problem.accounts.write_parquet(folder / FILES[0])
    problem.reps.write_parquet(folder / FILES[1])
    (folder / FILES[2]).write_text(json.dumps(problem.reference))


def draw_problem(size: str, seed: int) -> Problem:
    """The sample company's field reps and non-carve-out accounts; who referred in the last three months is locked."""
    return problem_of_company(f"{size}-{seed}", company.generate(*SIZES[size], seed=seed))


def problem_of_company(name: str, drawn: company.Company) -> Problem:
    """A company's field reps and the accounts they may hold; who referred in the last three months is locked."""
    reps = drawn.reps.filter(pl.col("is_active") & (pl.col("team") == "field")).sort("rep_id")
    number = pl.DataFrame({"owner_id": reps["rep_id"], "owner": np.arange(len(reps), dtype=np.int32)})
    reps = reps.select(
        rep=pl.int_range(pl.len(), dtype=pl.Int32),
        latitude="latitude",
        longitude="longitude",
        covered_states="covered_states",
        performance=pl.col("performance").fill_null(pl.col("performance").median()),
        capacity=pl.col("capacity").fill_null(100).cast(pl.Int64),
    )
    covered = reps.select(owner="rep", state="covered_states").explode("state").with_columns(is_covered=True)
    accounts = (
        drawn.accounts.filter(
            pl.col("carve_out").is_null()
            & pl.col("latitude").is_not_null()
            & pl.col("longitude").is_not_null()
            & pl.col("state").is_not_null()
        )
        .join(number, on="owner_id", how="left")
        .join(covered, on=["owner", "state"], how="left")
        .sort("account_id")
        .with_columns(wants_lock=(pl.col("referrals_l3m") > 0) & pl.col("is_covered").fill_null(False))
        .with_columns(turn=pl.col("wants_lock").cum_sum().over("owner"))
        .join(reps.select(owner="rep", capacity="capacity"), on="owner", how="left")
        .sort("account_id")
        .select(
            account=pl.int_range(pl.len(), dtype=pl.Int32),
            state="state",
            latitude="latitude",
            longitude="longitude",
            owner="owner",
            opp_count="opp_count",
            bps="bps",
            tam="tam_cents",
            value="value_cents",
            referring=pl.col("referrals_l12m").fill_null(0) > 0,
            locked=(pl.col("wants_lock") & (pl.col("turn") <= pl.col("capacity"))).fill_null(False),
        )
    )
    return problem_of(name, accounts, reps, {})


def problem_of(name: str, accounts: pl.DataFrame, reps: pl.DataFrame, reference: dict) -> Problem:
    """The frames with the optimiser's arrays of what is free in them."""
    locked = accounts["locked"].to_numpy()
    free = ~locked
    measures = np.column_stack([accounts[name].fill_null(0).to_numpy().astype(np.int64) for name in LOADS])
    owner = accounts["owner"].fill_null(NO_REP).to_numpy().astype(np.int32)
    states = sorted(set(accounts["state"].unique()) | set(reps["covered_states"].explode().drop_nulls()))
    place = {state: index for index, state in enumerate(states)}
    covers = np.zeros((len(reps), len(states)), dtype=bool)
    for row, covered in enumerate(reps["covered_states"]):
        covers[row, [place[state] for state in covered]] = True
    base = np.zeros((len(reps), 4), dtype=np.int64)
    np.add.at(base, owner[locked], measures[locked])
    held = np.bincount(owner[locked], minlength=len(reps))
    capacity = reps["capacity"].to_numpy()
    instance = Instance(
        account_ids=[f"{account:09d}" for account in accounts["account"].to_numpy()[free]],
        rep_ids=[f"{rep:06d}" for rep in reps["rep"]],
        states=states,
        account_state=accounts["state"].replace_strict(place, return_dtype=pl.Int32).to_numpy()[free],
        covers=covers,
        seats=capacity - held,
        is_referring=accounts["referring"].to_numpy()[free],
        measures=measures[free, :3],
        value=measures[free, 3],
        owner=owner[free],
        has_owner=owner[free] >= 0,
        base_load=base,
        weight=capacity,
        performance=reps["performance"].to_numpy(),
        account_latitude=accounts["latitude"].to_numpy()[free],
        account_longitude=accounts["longitude"].to_numpy()[free],
        rep_latitude=reps["latitude"].to_numpy(),
        rep_longitude=reps["longitude"].to_numpy(),
    )
    return Problem(name, accounts, reps, instance, reference)
