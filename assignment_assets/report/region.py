"""One region's part of a cycle: what its director may see, and nothing else."""

from collections.abc import Iterable
from dataclasses import replace

import polars as pl

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.identity.file_names import plain_name
from assignment_assets.domain.identity.person_keys import safe_key
from assignment_assets.report.books import ownership
from assignment_assets.report.inputs import RUN_SUMMARY_COLUMNS, ReportInput

OF_THE_COMPANY = ("referring_front", "chosen_points", "cycle_events")
"""Tables without rows of anybody's accounts: shown as they are."""
BY_ACCOUNT = (
    "eligible_pool",
    "locks",
    "proposed_books",
    "overflow",
    "reviewed_books",
    "decided_books",
    "opportunities",
)
BY_OWNERS = ("approved_diff", "write_back_log")
ENDS = {
    "proposed_books": ("current_owner_id", "rep_id"),
    "overflow": ("current_owner_id", "member_id"),
    "reviewed_books": ("current_owner_id", "reviewed_owner_id"),
    "decided_books": ("current_owner_id", "reviewed_owner_id"),
}
"""Table → who has the account before and after: a move that touches none of the region's reps is not the region's."""
BY_REGION = ("sign_off_packets", "region_digests", "sign_off_verdicts", "conflicts")


def regions(report: ReportInput) -> list[str]:
    """The regions that have field reps, in alphabetical order."""
    field = report.frame("reps").filter(pl.col("team") == "field")
    return sorted(set(field["region"].drop_nulls()))


def file_names(names: Iterable[str]) -> dict[str, str]:
    """Region → the name of its file, each once: lower case, underscores, a number where two would be the same."""
    found: dict[str, str] = {}
    for name in sorted(names):
        plain = plain_name(name.lower()) or "region"
        taken = sum(other == plain or other.startswith(f"{plain}-") for other in found.values())
        found[name] = f"{plain}-{taken + 1}" if taken else plain
    return {name: f"{plain}.html" for name, plain in found.items()}


def of_region(report: ReportInput, region: str) -> ReportInput:
    """The same cycle with the rows of one region only.

    A row belongs to the region when its account is, or would be, with one of the region's field reps; answers belong
    to it when one of its reps or directors gave them. Of other regions' reps the names of those remain who give
    accounts to the region or take some. What is told of the whole company (the front, what is proven about the books)
    has no rows of anybody's accounts; the run config's settings are left out.

    Raises
    ------
    InvalidInput
        No field rep belongs to the region.
    """
    if region not in regions(report):
        fault = Fault("region", repr(region), f"one of {', '.join(regions(report)) or 'none yet'}", "Correct the name.")
        raise InvalidInput(f"report on {report.cycle}", [fault])
    reps = report.frame("reps")
    own = reps.filter((pl.col("team") == "field") & (pl.col("region") == region))
    accounts, others = _accounts(report, own)
    people = {*own["rep_id"], *map(safe_key, own["director_email"].drop_nulls())}
    tables = {name: report.tables[name] for name in OF_THE_COMPANY if report.has_run(name)}
    tables |= {name: _of(report, name, "account_id", accounts) for name in BY_ACCOUNT if report.has_run(name)}
    tables |= {name: _of(report, name, "region", {region}) for name in BY_REGION if report.has_run(name)}
    chosen = {
        "accounts": pl.col("account_id").is_in(accounts),
        "reps": pl.col("rep_id").is_in([*own["rep_id"], *others]),
        "current_books": pl.col("rep_id").is_in(own["rep_id"].implode()),
        "lock_verdicts": pl.col("rep_id").is_in(own["rep_id"].implode()),
        "edit_verdicts": pl.col("account_id").is_in(accounts),
        "decision_verdicts": pl.col("account_id").is_in(accounts),
        "submissions": pl.col("person").is_in(people),
        "source_exceptions": pl.col("record_id").is_in([*accounts, *own["rep_id"]])
        | pl.col("owner_id").is_in(own["rep_id"].implode()),
        "audit_log": pl.col("actor").is_in(own["rep_id"].implode())
        | pl.col("subject").is_in([region, *accounts, *own["rep_id"]])
        | (pl.col("actor").is_in(people) & pl.col("action").str.starts_with("returned")),
        "certificate": (pl.col("phase") != "seats") | pl.col("state").is_in(_states(own)),
        "run_config": pl.lit(True),
    }
    tables |= {name: report.tables[name].filter(rule) for name, rule in chosen.items() if report.has_run(name)}
    for name in BY_OWNERS:
        if report.has_run(name):
            tables[name] = report.tables[name].filter(_held_by(own, ("old_owner_id", "new_owner_id")))
    for name in ENDS.keys() & tables.keys():
        tables[name] = tables[name].with_columns(is_move=pl.col("is_move") & _held_by(own, ENDS[name]))
    if "run_config" in tables:
        tables["run_config"] = tables["run_config"].with_columns(config_json=pl.lit("{}"))
    summary = pl.DataFrame(schema=RUN_SUMMARY_COLUMNS)
    return replace(report, tables=tables, region=region, run_summary=summary, drive_minutes=None)


def _accounts(report: ReportInput, own: pl.DataFrame) -> tuple[list[str], list[str]]:
    """Ids of the region's accounts, and of everybody else who owns one of them before or after."""
    owned = ownership(
        report.frame("accounts"),
        report.optional("proposed_books"),
        report.optional("overflow"),
        report.optional("reviewed_books"),
        report.optional("decided_books"),
    )
    states = [name for name in ("before", "proposed", "reviewed", "decided") if name in owned.columns]
    ids = own["rep_id"].implode()
    mine = owned.filter(pl.any_horizontal(pl.col(name).is_in(ids) for name in states))
    holders = {holder for name in states for holder in mine[name].drop_nulls()}
    carved = report.frame("accounts").filter(pl.col("owner_id").is_in(ids))["account_id"]
    unread = report.frame("source_exceptions").filter(pl.col("owner_id").is_in(ids))["record_id"]
    return sorted({*mine["account_id"], *carved, *unread}), sorted(holders - set(own["rep_id"]))


def _held_by(own: pl.DataFrame, ends: tuple[str, ...]) -> pl.Expr:
    return pl.any_horizontal(pl.col(end).is_in(own["rep_id"].implode()).fill_null(False) for end in ends)


def _states(own: pl.DataFrame) -> list[str]:
    return sorted(set(own["covered_states"].explode().drop_nulls()))


def _of(report: ReportInput, name: str, column: str, values: Iterable[str]) -> pl.DataFrame:
    return report.tables[name].filter(pl.col(column).is_in(list(values)))
