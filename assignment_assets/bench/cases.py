"""Cases beside the plain sample company: the sizes of public figures, and real places."""

import os
from pathlib import Path

import numpy as np
import polars as pl

from assignment_assets.bench.instances import Problem, problem_of, problem_of_company
from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.sample import company, geography
from assignment_assets.sample.accounts import generate_accounts
from assignment_assets.sample.opportunities import generate_opportunities
from assignment_assets.sample.reps import generate_reps

PUBLIC = {"public-small": (7_619, 48, 160), "public-large": (75_000, 44, 1_750)}  # accounts, reps, seats a rep
OWNED_SHARE, NEAR = 0.8, 3
HOSPITALS_VARIABLE, HOSPITAL_REPS = "HOSPITALS_FILE", 60
TAM_A_BED, VALUE_A_BED = 2_000_000, 100_000  # cents, as in examples/us_hospitals.toml
UNKNOWN_BEDS = -999


def draw_public(case: str, seed: int) -> Problem:
    """The size of a published figure: every account of the sample company in one phase, any rep for any account.

    Every account is referring and none is locked; every rep covers every state and has the same seats, so that all
    accounts are placed. Four in five accounts are owned, by one of the three reps who live nearest.
    """
    num_accounts, num_reps, seats = PUBLIC[case]
    drawn = problem_of_company(case, _with_every_account(company.generate(num_reps, num_accounts, seed)))
    accounts = drawn.accounts.with_columns(
        _owners(drawn, np.random.default_rng([seed, 9])), referring=pl.lit(True), locked=pl.lit(False)
    )
    states = sorted(accounts["state"].unique())
    reps = drawn.reps.with_columns(
        capacity=pl.lit(seats, dtype=pl.Int64), covered_states=pl.Series([states] * len(drawn.reps))
    )
    return problem_of(f"{case}-{seed}", accounts, reps, {})


def _owners(drawn: Problem, generator: np.random.Generator) -> pl.Series:
    away = geography.miles(
        *(drawn.accounts[name].to_numpy()[:, None] for name in ("latitude", "longitude")),
        *(drawn.reps[name].to_numpy() for name in ("latitude", "longitude")),
    )
    nearest = np.argsort(away, axis=1, kind="stable")[:, :NEAR]
    owner = nearest[np.arange(len(nearest)), generator.integers(NEAR, size=len(nearest))]
    is_owned = generator.random(len(owner)) < OWNED_SHARE
    return pl.Series("owner", owner.astype(np.int32)).set(pl.Series(~is_owned), None)


def _with_every_account(drawn: company.Company) -> company.Company:
    nothing = pl.lit(None, dtype=drawn.accounts.schema["carve_out"])
    return company.Company(drawn.accounts.with_columns(carve_out=nothing), drawn.reps, drawn.opportunities)


def draw_hospitals(seed: int) -> Problem:
    """The open hospitals of the file that `HOSPITALS_FILE` names, with 60 generated reps who live near them.

    Places and TAM and value (by beds) are the file's; referrals, owners, opportunities and BPS are drawn as for the
    sample company, which is also how locks and the accounts of phase 2 come about.

    Raises
    ------
    InvalidInput
        The variable is not set, or names no file.
    """
    path = os.environ.get(HOSPITALS_VARIABLE, "")
    if not path or not Path(path).is_file():
        raise InvalidInput(
            "hospitals",
            [
                Fault(
                    HOSPITALS_VARIABLE,
                    repr(path),
                    "the path of the hospitals' CSV file",
                    "Set it, as examples/us_hospitals.toml says.",
                )
            ],
        )
    places = _hospitals(Path(path))
    reps = generate_reps(places, HOSPITAL_REPS, seed, company.AS_OF)
    beds = places["beds"]
    accounts = generate_accounts(places, reps, seed, company.AS_OF).with_columns(
        tam_cents=beds * TAM_A_BED, value_cents=beds * VALUE_A_BED, carve_out=pl.lit(None, dtype=pl.String)
    )
    return problem_of_company(
        f"hospitals-{seed}", company.Company(accounts, reps, generate_opportunities(accounts, seed, company.AS_OF))
    )


def _hospitals(path: Path) -> pl.DataFrame:
    """Open hospitals in the states: state, postal_code, city, coordinates, beds (0 where unknown)."""
    return (
        pl.read_csv(path, infer_schema=False)
        .filter(pl.col("status") != "CLOSED", pl.col("state").is_in(list(geography.states())))
        .select(
            "state",
            pl.col("zip").str.zfill(5).alias("postal_code"),
            "city",
            pl.col("latitude", "longitude").cast(pl.Float64),
            pl.col("beds").cast(pl.Int64).replace(UNKNOWN_BEDS, 0).fill_null(0),
        )
        .drop_nulls(["latitude", "longitude"])
    )
