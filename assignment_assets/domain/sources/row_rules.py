"""What is wrong with single rows of a source, and what then happens to the row.

Each rule names the column, what was expected and what to do. A row that breaks a rule leaves its table, unless
the rule keeps it: a rep's accounts need their owner, an account can do without its parent.
"""

from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.sources.fields import IN_CENTS
from assignment_assets.domain.sources.ids import damaged
from assignment_assets.domain.sources.states import NO_STATES, STATE_CODES

TEAMS = ("field", "arm", "growers", "activators", "placeholder")
"""Field reps; the three Inside Sales queues; users who only stand in where nobody owns an account."""
_STATES = sorted(STATE_CODES)
_FIX_NUMBER = "Correct the number, or map the value that stands for unknown with null_if."


@dataclass(frozen=True)
class RowRule:
    """One thing a row must fulfil.

    `is_broken` says whether a row fails; `found` shows what it holds. With `keeps_row` the row stays, its cell
    replaced by `repaired` where that is given.
    """

    column: str
    is_broken: pl.Expr
    expected: str
    remedy: str
    found: pl.Expr
    keeps_row: bool = False
    repaired: pl.Expr | None = None


def account_rules(rep_ids: pl.Series, account_ids: pl.Series) -> list[RowRule]:
    """The rules of accounts, given the ids of all known reps and of all accounts read."""
    owner, parent = pl.col("owner_id"), pl.col("parent_id")
    return [
        *_id_rules("account_id"),
        RowRule(
            "state",
            pl.col("state").is_null() | ~pl.col("state").is_in(_STATES),
            "a USPS state code",
            "Fill in the state, or leave the account out with exclude.",
            _named_kind("state"),
        ),
        RowRule(
            "latitude",
            ~_has_place(),
            "coordinates, or a ZIP code that has some",
            "Fill in coordinates or a valid ZIP code.",
            _place(),
        ),
        *(
            _not_negative(column)
            for column in (
                "opp_count",
                "bps",
                "tam",
                "value",
                "revenue",
                "referrals_l3m",
                "referrals_l12m",
                "referrals_ever",
            )
        ),
        RowRule(
            "owner_id",
            owner.is_not_null() & ~owner.is_in(rep_ids.to_list()),
            "the id of one of the reps",
            "Add the owner to the reps, or correct the account's owner.",
            owner,
        ),
        RowRule(
            "parent_id",
            parent.is_not_null()
            & (~parent.is_in(account_ids.drop_nulls().to_list()) | (parent == pl.col("account_id"))),
            "the id of another account",
            "The account is treated as having no parent.",
            parent,
            keeps_row=True,
            repaired=pl.lit(None, pl.String),
        ),
    ]


def rep_rules() -> list[RowRule]:
    """The rules of reps; all but an unusable id or team keep the row, and its rep receives nothing.

    Addresses are asked for where the source has any: a company that sends no mail needs none.
    """
    is_field = pl.col("team") == "field"
    strangers = pl.col("covered_states").list.set_difference(pl.lit(_STATES))
    known = pl.col("covered_states").list.set_intersection(pl.lit(_STATES)).list.sort()
    return [
        *_id_rules("rep_id"),
        RowRule(
            "team",
            pl.col("team").is_null() | ~pl.col("team").is_in(TEAMS),
            f"one of {', '.join(TEAMS)}",
            "Fill in the team, or map its name.",
            pl.col("team"),
        ),
        RowRule(
            "region",
            is_field & pl.col("region").is_null(),
            "a region",
            "Fill in the region; until then the rep receives nothing.",
            pl.col("region"),
            keeps_row=True,
        ),
        *(
            RowRule(
                column,
                is_field & pl.col("is_active") & ~_is_address(column) & pl.col(column).is_not_null().any(),
                "an e-mail address",
                f"Fill in {whose}; until then the rep receives nothing.",
                pl.col(column),
                keeps_row=True,
            )
            for column, whose in (("email", "the rep's address"), ("director_email", "the Regional Director's address"))
        ),
        RowRule(
            "latitude",
            is_field & pl.col("is_active") & ~_has_place(),
            "coordinates, or a ZIP code that has some",
            "Fill in where the rep lives; until then the rep receives nothing.",
            _place(),
            keeps_row=True,
            repaired=pl.lit(None, pl.Float64),
        ),
        RowRule(
            "covered_states",
            strangers.list.len() > 0,
            "USPS state codes",
            "Correct the codes; until then the rep receives nothing.",
            pl.col("covered_states").list.join(", "),
            keeps_row=True,
            repaired=known,
        ),
        RowRule(
            "covered_states",
            is_field & pl.col("is_active") & (pl.col("covered_states").list.len() == 0),
            "at least one USPS state code",
            "Fill in the covered states; until then the rep receives nothing.",
            pl.lit(None, pl.String),
            keeps_row=True,
        ),
        RowRule(
            "capacity",
            pl.col("capacity") < 0,
            "a number of accounts of 0 or more",
            "Correct the capacity; until then the rep receives nothing.",
            pl.col("capacity").cast(pl.String),
            keeps_row=True,
            repaired=pl.lit(None, pl.Int64),
        ),
    ]


def opportunity_rules(account_ids: pl.Series) -> list[RowRule]:
    """The rules of opportunities, given the ids of the accounts that stayed."""
    account = pl.col("account_id")
    return [
        *_id_rules("opportunity_id"),
        RowRule(
            "account_id",
            account.is_null() | ~account.is_in(account_ids.to_list()),
            "the id of one of the accounts",
            "Add the account, or correct the opportunity.",
            account,
        ),
        _not_negative("amount"),
    ]


def _id_rules(column: str) -> list[RowRule]:
    is_damaged = pl.col(column).map_batches(damaged, return_dtype=pl.Boolean).fill_null(False)
    return [
        RowRule(column, pl.col(column).is_null(), "an id", "Fill in the id.", pl.col(column)),
        RowRule(
            column,
            is_damaged,
            "an id whose last three characters agree with its capitals",
            "Copy the id again from its source.",
            pl.col(column),
        ),
    ]


def _not_negative(column: str) -> RowRule:
    unknown = pl.lit(None if column in ("revenue", "amount") else 0, pl.Int64)
    return RowRule(
        column,
        pl.col(column) < 0,
        "a number of 0 or more",
        _FIX_NUMBER,
        _shown(column),
        keeps_row=True,
        repaired=unknown,
    )


def _shown(column: str) -> pl.Expr:
    if column in IN_CENTS:
        return pl.format("{} dollars", (pl.col(column) / 100).round(2))
    return (pl.col(column) / 100).cast(pl.String) if column == "bps" else pl.col(column).cast(pl.String)


def _named_kind(column: str) -> pl.Expr:
    """The cell, with what it is where that is known and no state."""
    kind = pl.col(column).str.to_uppercase().replace_strict(NO_STATES, default=None, return_dtype=pl.String)
    return pl.when(kind.is_null()).then(pl.col(column)).otherwise(pl.format("{} ({})", column, kind))


def _is_address(column: str) -> pl.Expr:
    return pl.col(column).str.contains(r"^[^@\s,;<>/\\]+@[^@\s,;<>/\\]+\.[^@\s,;<>/\\.]+$").fill_null(False)


def _has_place() -> pl.Expr:
    latitude, longitude = pl.col("latitude"), pl.col("longitude")
    is_on_earth = latitude.is_between(-90, 90) & longitude.is_between(-180, 180)
    return (is_on_earth & ~((latitude == 0) & (longitude == 0))).fill_null(False)


def _place() -> pl.Expr:
    return pl.format("{}, {}", "latitude", "longitude")
