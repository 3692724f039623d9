"""Referral counts that a source does not have, told by what it has; and columns that contradict each other."""

from datetime import date

import polars as pl


def with_referrals(accounts: pl.DataFrame, as_of: date | None) -> tuple[pl.DataFrame, tuple[str, ...]]:
    """The accounts with the counts that no column gives bounded from below, and sentences on what was done.

    A last referral within three (twelve) months before `as_of` is at least one in that time; whoever has referred in
    twelve months, or has a last referral, has referred at some time. Without a day, or without a last referral, what
    is absent stays absent: nobody is locked for referrals of three months then, which is said.
    """
    there = set(accounts.columns)
    last = pl.col("last_referral_on") if "last_referral_on" in there else pl.lit(None, pl.Date)
    told: list[pl.Expr] = []
    notes: list[str] = []
    for column, months in (("referrals_l3m", 3), ("referrals_l12m", 12)):
        if column in there:
            continue
        if as_of is None or "last_referral_on" not in there:
            notes.append(f"{column} is not mapped, nor a last referral to tell it by: {_MEANS[column]}")
            continue
        since = pl.lit(as_of).dt.offset_by(f"-{months}mo")
        count = last.is_between(since, pl.lit(as_of)).fill_null(False).cast(pl.Int64)
        told.append(count.alias(column))
        notes.append(
            f"{column} is not mapped: {accounts.select(count.sum()).item()} of {accounts.height} accounts have a last "
            f"referral within {months} months before {as_of}, and count as 1."
        )
    bounded = accounts.with_columns(told)
    if "referrals_ever" not in there:
        known = [pl.col(name) for name in ("referrals_l3m", "referrals_l12m") if name in bounded.columns]
        bounded = bounded.with_columns(
            referrals_ever=pl.max_horizontal(*known, last.is_not_null().cast(pl.Int64), pl.lit(0, pl.Int64))
        )
        have = int((bounded["referrals_ever"] > 0).sum())
        notes.append(f"referrals_ever is not mapped: {have} of {accounts.height} accounts have referred by what is.")
    return bounded, (*notes, *_contradictions(accounts, as_of))


FIRST_YEAR = 1970
"""No referral is older; a spreadsheet's empty day is 1899-12-30."""
_MEANS = {
    "referrals_l3m": "nobody locks an account for its referrals of three months.",
    "referrals_l12m": "no account counts as referring.",
}


def _contradictions(accounts: pl.DataFrame, as_of: date | None) -> tuple[str, ...]:
    there = set(accounts.columns)
    found = []
    if as_of is not None and "last_referral_on" in there:
        last = pl.col("last_referral_on")
        found += [(accounts.filter(last > as_of).height, f"have a last referral after {as_of}")]
        found += [(accounts.filter(last.dt.year() < FIRST_YEAR).height, f"have a last referral before {FIRST_YEAR}")]
    if as_of is not None and {"referrals_l3m", "last_referral_on"} <= there:
        recent = pl.col("last_referral_on") >= pl.lit(as_of).dt.offset_by("-3mo")
        late = accounts.filter((pl.col("referrals_l3m") == 0) & recent).height
        early = accounts.filter(
            (pl.col("referrals_l3m") > 0) & (pl.col("last_referral_on") < pl.lit(as_of).dt.offset_by("-4mo"))
        ).height
        found += [(late, "have a last referral within three months and none counted in them")]
        found += [(early, "have referrals counted in three months and a last one before them")]
    if {"referrals_l12m", "referrals_ever"} <= there:
        found += [
            (
                accounts.filter(pl.col("referrals_ever") < pl.col("referrals_l12m")).height,
                "have more referrals in twelve months than ever",
            )
        ]
    return tuple(f"Contradiction: {count} accounts {what}." for count, what in found if count)
