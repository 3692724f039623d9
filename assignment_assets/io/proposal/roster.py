"""A roster made of the accounts' owners, or completed by them: which states they cover, and where they live."""

from collections.abc import Mapping
from typing import Any

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.sources.deal_accounts import with_owners_of_deals
from assignment_assets.domain.sources.names import id_of_name, plain_names
from assignment_assets.domain.tables import TEXT
from assignment_assets.io.mapping.translation import translate
from assignment_assets.io.proposal.answers import Answers
from assignment_assets.io.proposal.answers_check import excludes_of
from assignment_assets.io.proposal.columns import Proposed
from assignment_assets.io.proposal.owners import BY
from assignment_assets.io.proposal.tables import Found
from assignment_assets.io.sources.mapped_texts import with_states

COVERED = 0.05
"""The least share of somebody's accounts that lies in a state for them to cover it."""
REGION = "All"
MADE = (
    "The roster is made of those who own accounts: they cover the states in which at least 5 % of their accounts lie, "
    "and live in the middle of these. A state that nobody covers so goes to whoever has most accounts there. Correct "
    "the file where that is wrong."
)
_PLACE = ("latitude", "longitude")


def roster_of_owners(
    found: Mapping[str, Found], chosen: Mapping[str, Proposed], answers: Answers
) -> tuple[pl.DataFrame, list[str]]:
    """The roster in the contract's columns, as texts, and sentences on it.

    Where there is a roster already, what it says stays, what it lacks is filled, and whoever owns no account is left
    out: exports of users hold many who do not sell.

    Raises
    ------
    InvalidInput
        No account has an owner, or none of them a state.
    """
    whole = _books(found, chosen, answers)
    books = whole.drop_nulls(["owner_id", "state"]).with_columns(key=plain_names(pl.col("owner_id")))
    if not books.height:
        lacking = [field for field in ("owner_id", "state") if not whole[field].count()] or ["owner_id"]
        faults = [_LACKING[field](found["accounts"]) for field in lacking]
        raise InvalidInput("No roster can be made of the owners", faults)
    covered = _covered(books)
    places = books.group_by("key", maintain_order=True).agg(
        pl.col("owner_id").first(), *(pl.col(name).median() for name in _PLACE)
    )
    facts = places.join(covered, on="key", how="left", maintain_order="left")
    if "reps" not in found:
        return _made(facts), [f"Owners of accounts: {facts.height}. {MADE}"]
    known = _read("reps", found, chosen)
    return _completed(known, facts, found["reps"].path.name)


def _read(table: str, found: Mapping[str, Found], chosen: Mapping[str, Proposed], **options: Any) -> pl.DataFrame:
    mapping = chosen[table].mapping(path=table, **options)
    texts = with_states(found[table].texts, table, mapping)
    return translate(table, mapping, texts, found[table].path.name).frame


def _books(found: Mapping[str, Found], chosen: Mapping[str, Proposed], answers: Answers) -> pl.DataFrame:
    """Owner, state and place of every account, null where there is none."""
    states = {"states": "from postal_code"} if answers.states_from_zip else {}
    frame = _read("accounts", found, chosen, exclude=excludes_of(answers, "accounts"), **states)
    if answers.owners_from_deals and "opportunities" in found:
        frame, _ = with_owners_of_deals(frame, _read("opportunities", found, chosen))
    absent = [
        pl.lit(None, TEXT if name in ("owner_id", "state") else pl.Float64).alias(name)
        for name in ("owner_id", "state", *_PLACE)
        if name not in frame.columns
    ]
    return frame.with_columns(absent).select("owner_id", "state", *_PLACE)


def _covered(books: pl.DataFrame) -> pl.DataFrame:
    """key → covered_states."""
    counts = books.group_by("key", "state").agg(pl.len().alias("count")).sort("key", "count", "state")
    of_person, in_state = pl.col("count").sum().over("key"), pl.col("count").max().over("state")
    judged = counts.with_columns(
        is_covered=(pl.col("count") >= COVERED * of_person) | (pl.col("count") == pl.col("count").max().over("key")),
        is_most=pl.col("count") == in_state,
    )
    is_alone = ~pl.col("is_covered").any().over("state")
    kept = judged.filter(pl.col("is_covered") | (is_alone & pl.col("is_most")))
    return kept.group_by("key").agg(pl.col("state").sort().alias("covered_states"))


def _made(facts: pl.DataFrame) -> pl.DataFrame:
    return facts.select(
        rep_id=pl.col("owner_id").map_elements(id_of_name, return_dtype=TEXT),
        name="owner_id",
        region=pl.lit(REGION),
        team=pl.lit("field"),
        covered_states=pl.col("covered_states").list.join(";"),
        latitude=pl.col("latitude").round(4).cast(TEXT),
        longitude=pl.col("longitude").round(4).cast(TEXT),
    )


def _completed(known: pl.DataFrame, facts: pl.DataFrame, name: str) -> tuple[pl.DataFrame, list[str]]:
    """The known people who own accounts, with what their row lacks."""
    owning = pl.DataFrame(schema={"row_no": pl.Int64, "key": TEXT})
    for field in BY:
        if field in known.columns:
            keyed = known.select("row_no", key=plain_names(pl.col(field))).unique("key", keep="none")
            met = keyed.join(facts.select("key"), on="key", how="semi")
            owning = pl.concat([owning, met.join(owning, on="row_no", how="anti")])
    both = known.join(owning, on="row_no", how="inner", maintain_order="left")
    found = both.join(facts, on="key", how="left", maintain_order="left", suffix="_found")
    filled = []
    if "covered_states" in known.columns:
        is_empty = pl.col("covered_states").is_null() | (pl.col("covered_states").list.len() == 0)
        states = pl.when(is_empty).then("covered_states_found").otherwise("covered_states")
    else:
        states = pl.col("covered_states")
    filled.append(states.list.join(";").alias("covered_states"))
    for place in _PLACE:
        taken = pl.coalesce(place, f"{place}_found") if place in known.columns else pl.col(place)
        filled.append(taken.round(4).cast(TEXT).alias(place))
    if "region" not in known.columns:
        filled.append(pl.lit(REGION).alias("region"))
    rest = [each for each in known.columns if each not in ("row_no", "postal_code", "covered_states", *_PLACE)]
    left_out = known.height - found.height
    notes = [f"Owners of accounts in {name}: {found.height}. {MADE}"]
    if left_out:
        notes.append(f"Left out of the roster, for they own no account: {left_out} of {name}.")
    lists = [pl.col(each).list.join(";") if known.schema[each] == pl.List(TEXT) else each for each in rest]
    return found.select(*lists, *filled).with_columns(pl.col(pl.Boolean).cast(TEXT)), notes


def _no_owners(accounts: Found) -> Fault:
    return Fault(
        f"{accounts.path.name}, owner",
        "no column that names one",
        "whose each account is",
        'Export the accounts with their owners, or say --column accounts.owner_id="…"; or name a roster among FILES. '
        "--owners-from-deals takes whoever has most of an account's deals.",
    )


def _no_states(accounts: Found) -> Fault:
    return Fault(
        f"{accounts.path.name}, state",
        "no column that holds one",
        "the state of each account",
        'Export the accounts with their states, or say --column accounts.state="…", or --states-from-zip.',
    )


_LACKING = {"owner_id": _no_owners, "state": _no_states}
