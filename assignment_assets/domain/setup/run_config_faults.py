"""Everything that can be wrong with a run config, told at once."""

from datetime import date

import polars as pl

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import RepsFrame

RANGES = {
    "book_size": (1, 100),
    "dormant_quota": (0, 100),
    "never_referred_quota": (0, 100),
    "protected_deal_days": (0, 365),
    "non_productive_share": (0.0, 1.0),
    "non_productive_months": (0, 60),
    "surplus_book_size": (1, 1000),
    "max_adds": (0, 100),
    "closing_deal_days": (0, 365),
    "revenue_cap": (0, 10**12),
    "far_above": (1.0, 100.0),
    "max_drops": (0, 100),
    "lock_days": (0, 90),
    "review_days": (0, 90),
    "correction_minutes": (0, 1440),
    "weight_balance": (0.0, 1.0),
    "weight_drive": (0.0, 1.0),
    "weight_moves": (0.0, 1.0),
    "tie_band_minutes": (0, 240),
    "seed": (0, 2**31 - 1),
}
"""Number → its least and its greatest value."""


def config_faults(config: RunConfig, reps: RepsFrame | None = None) -> list[Fault]:
    """Everything that is wrong with a run config, judged alone or, with `reps`, against the source."""
    faults = [*_date_faults(config), *_range_faults(config), *_scope_faults(config), *_override_faults(config)]
    return faults if reps is None else [*faults, *_unknown_name_faults(config, reps)]


def _date_faults(config: RunConfig) -> list[Fault]:
    faults = []
    for name, text, is_required in (
        ("as_of", config.as_of, True),
        ("write_not_before", config.write_not_before, False),
    ):
        if not text and not is_required:
            continue
        if not _is_day(text):
            faults.append(
                Fault(
                    f"run config, {name}",
                    f"{text!r}" if text else "it is not given",
                    "a day as YYYY-MM-DD",
                    f"Set {name}, for example to 2026-10-01.",
                )
            )
    if not config.opened_by.strip():
        faults.append(
            Fault(
                "run config, opened_by",
                "it is not given",
                "the e-mail address of who opens the cycle",
                "Set opened_by: every decision is recorded with a name.",
            )
        )
    return faults


def _is_day(text: str) -> bool:
    """Whether the text is a real day in the one spelling that also sorts as text."""
    try:
        return f"{date.fromisoformat(text)}" == text
    except ValueError:
        return False


def _range_faults(config: RunConfig) -> list[Fault]:
    faults = []
    for name, (low, high) in RANGES.items():
        value = getattr(config, name)
        if not low <= value <= high:
            faults.append(
                Fault(f"run config, {name}", f"it is {value}", f"{low} to {high}", f"Set {name} within bounds.")
            )
    if config.weight_balance + config.weight_drive + config.weight_moves <= 0:
        faults.append(Fault("run config, weights", "they sum to 0", "at least one above 0", "Raise weight_balance."))
    low, high = RANGES["revenue_cap"]
    faults += [
        Fault(f"run config, revenue_caps, {rep_id}", f"it is {cap}", f"{low + 1} to {high}", "Set it within bounds.")
        for rep_id, cap in sorted(config.revenue_caps.items())
        if not low < cap <= high
    ]
    if config.enforce_revenue_cap and not config.revenue_cap and not config.revenue_caps:
        faults.append(
            Fault(
                "run config, enforce_revenue_cap",
                "it is true and there is no cap",
                "revenue_cap or revenue_caps",
                "Set revenue_cap, in dollars.",
            )
        )
    for rep_id, capacity in sorted(config.capacities.items()):
        if not 0 <= capacity <= config.book_size:
            faults.append(
                Fault(
                    f"run config, capacities, {rep_id}",
                    f"it is {capacity}",
                    f"0 to the book size of {config.book_size}",
                    "Capacities may be lowered, not raised.",
                )
            )
    return faults


def _scope_faults(config: RunConfig) -> list[Fault]:
    wanted = {
        "global": {},
        "region": {"regions": "one region or more"},
        "rep": {"reps": "exactly one rep"},
        "churn": {},
        "new_starter_class": {"reps": "one new starter or more"},
    }[config.scope]
    allowed = {"churn": {"regions", "books"}}.get(config.scope, set()) | set(wanted)
    faults = [
        Fault(f"run config, {name}", "it is empty", f"{expected} (scope {config.scope})", f"Name them in {name}.")
        for name, expected in wanted.items()
        if not getattr(config, name)
    ]
    if config.scope == "rep" and len(config.reps) > 1:
        faults.append(
            Fault(
                "run config, reps",
                f"{len(config.reps)} reps are named",
                "exactly one rep (scope rep)",
                "Open one cycle for each, or use the scope region.",
            )
        )
    faults += [
        Fault(
            f"run config, {name}",
            "it is given",
            f"nothing (scope {config.scope} does not use it)",
            f"Empty {name}, or choose the scope that you meant.",
        )
        for name in ("regions", "reps", "books")
        if getattr(config, name) and name not in allowed
    ]
    return faults


def _override_faults(config: RunConfig) -> list[Fault]:
    keys = {"account_id", "rep_id", "reason"}
    return [
        Fault(
            f"run config, coverage_overrides, entry {number}",
            f"it has {sorted(override)}",
            "account_id, rep_id and reason, none empty",
            "A coverage override names one account and says why.",
        )
        for number, override in enumerate(config.coverage_overrides, 1)
        if set(override) != keys or not all(text.strip() for text in override.values())
    ]


def _unknown_name_faults(config: RunConfig, reps: RepsFrame) -> list[Fault]:
    known_reps = set(reps["rep_id"])
    known_regions = set(reps.filter(pl.col("team") == "field")["region"].drop_nulls())
    named = [
        *(("reps", rep_id) for rep_id in config.reps),
        *(("books", rep_id) for rep_id in config.books),
        *(("capacities", rep_id) for rep_id in config.capacities),
        *(("revenue_caps", rep_id) for rep_id in config.revenue_caps),
        *(("covered_states", rep_id) for rep_id in config.covered_states),
        *(("coverage_overrides", override.get("rep_id", "")) for override in config.coverage_overrides),
    ]
    faults = [
        Fault(f"run config, {name}", f"{rep_id!r} is not in reps", "a rep_id of the source", "Correct the id.")
        for name, rep_id in named
        if rep_id not in known_reps
    ]
    standing = {row["rep_id"]: row for row in reps.select("rep_id", "team", "is_active").iter_rows(named=True)}
    faults += [
        Fault(
            "run config, reps",
            f"{rep_id!r} is {'inactive' if row['team'] == 'field' else 'of team ' + row['team']}",
            "an active field rep",
            "Name reps who can receive accounts; for a departure use the scope churn with books.",
        )
        for rep_id in config.reps
        if (row := standing.get(rep_id)) and (row["team"] != "field" or not row["is_active"])
    ]
    return faults + [
        Fault(
            "run config, regions",
            f"{region!r} has no field rep",
            "one of " + ", ".join(sorted(known_regions)),
            "Correct the region's name.",
        )
        for region in config.regions
        if region not in known_regions
    ]
