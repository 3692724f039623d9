"""What is being run: the run config, its defaults, and everything that can be wrong with it."""

import hashlib
import json
from datetime import date
from typing import Literal

import polars as pl
from pydantic import BaseModel, ConfigDict, Field

from assignment_assets.domain.errors import Fault

Queue = Literal["arm", "growers", "activators"]


class RunConfig(BaseModel):
    """The parameters of one cycle, owned by Growth Strategy.

    Empty text and empty lists mean "not given": the Launchpad cannot show fields whose default is null.
    """

    model_config = ConfigDict(extra="forbid")

    as_of: str = Field(
        "", description="The day that every rule takes for today, as YYYY-MM-DD. No rule reads the clock."
    )
    mode: Literal["open", "draft"] = Field(
        "open", description="A draft sends nothing to people and can never write; use it to compare configurations."
    )
    scope: Literal["global", "region", "rep", "churn", "new_starter_class"] = Field(
        "global", description="Which accounts are free and which reps receive."
    )
    opened_by: str = Field("", description="E-mail address of the person who opens the cycle.")
    regions: list[str] = Field([], description="Scope region: its regions. Scope churn: the receivers' regions.")
    reps: list[str] = Field([], description="Scope rep: the one rep. Scope new_starter_class: the new starters.")
    books: list[str] = Field(
        [], description="Scope churn: the reps whose books are free; empty for all churned and non-productive ones."
    )
    book_size: int = Field(100, description="Capacity of a book: a hard cap, 1 to 100.")
    capacities: dict[str, int] = Field({}, description="Lower capacities of single reps: rep id → accounts.")
    covered_states: dict[str, list[str]] = Field(
        {}, description="Covered states that replace the source's: rep id → USPS codes."
    )
    coverage_overrides: list[dict[str, str]] = Field(
        [],
        description="Single accounts that a rep may hold outside covered states: account_id, rep_id, reason. The "
        "optimiser may place them there, a director may add them.",
    )
    families: Literal["apart", "together"] = Field(
        "apart",
        description="Whether a parent and its subsidiaries go to one rep together. Locks come first: where one holds a "
        "member, the others go there. Directors may part them in a review.",
    )
    family_without_a_book: Literal["split", "overflow"] = Field(
        "split",
        description="What becomes of a family that no receiving rep can hold whole: its members are placed one by one, "
        "or all of it goes to Inside Sales.",
    )
    placeholder_owner_ids: list[str] = Field([], description="Owners that mean nobody, e.g. a queue user.")
    dormant_quota: int = Field(5, description="Dormant accounts that a rep may keep, 0 to 100.")
    never_referred_quota: int = Field(5, description="Never-referred accounts that a rep may keep, 0 to 100.")
    protected_deal_days: int = Field(30, description="An open deal closing within so many days locks its account.")
    non_productive_share: float = Field(
        0.25, description="A book below this share of the field median of referrals per account is non-productive."
    )
    non_productive_months: int = Field(6, description="Months a rep must have been active before that is judged.")
    surplus_book_size: int = Field(
        100, description="Scope new_starter_class: accounts above this size of a book are free."
    )
    max_adds: int = Field(5, description="Adds that directors may make to one rep's book.")
    max_drops: int = Field(5, description="Drops that directors may make from one rep's book.")
    lock_days: int = Field(7, description="Days until the deadline of the keep-lists.")
    review_days: int = Field(7, description="Days until the deadline of the directors' reviews.")
    correction_minutes: int = Field(15, description="Minutes a gate stays open after the last person's answer.")
    queue_for_referring: Queue = Field("arm", description="Inside Sales queue of referring accounts without a seat.")
    queue_for_dormant: Queue = Field("growers", description="Inside Sales queue of dormant accounts without a seat.")
    queue_for_never_referred: Queue = Field("activators", description="Inside Sales queue of the rest.")
    preset: Literal["quick", "standard", "thorough"] = Field("standard", description="How long the optimiser works.")
    seed: int = Field(7, description="Seed of the optimiser: same inputs and seed, same books.")
    weight_balance: float = Field(0.5, description="Weight of balance in the choice of the knee.")
    weight_drive: float = Field(0.25, description="Weight of drive time in the choice of the knee.")
    weight_moves: float = Field(0.25, description="Weight of disruption in the choice of the knee.")
    tie_band_minutes: int = Field(0, description="Drive minutes within which two reps count as tied.")
    closing_deal_days: int = Field(
        60, description="Deals of moving accounts that close within so many days are shown before sign-off."
    )
    revenue_cap: int = Field(0, description="Revenue of one book, in dollars, above which it is a conflict; 0: none.")
    revenue_caps: dict[str, int] = Field({}, description="Lower revenue caps of single reps: rep id → dollars.")
    enforce_revenue_cap: bool = Field(
        False,
        description="Whether revenue caps are hard: nothing is proposed that takes a book above its cap. What directors"
        " add beyond it is a severe conflict, not refused.",
    )
    far_above: float = Field(1.5, description="A book worth so many times the usual one, seat for seat, is shown.")
    severe_conflicts_block: bool = Field(
        True, description="Whether a region with a severe conflict that nobody resolved can be approved."
    )
    opener_may_sign_alone: bool = Field(False, description="Whether who opened the cycle may be its only signer.")
    first_batch: int = Field(
        0, description="So many accounts must be verified before the rest is written; 0: no such batch."
    )
    write_not_before: str = Field("", description="Effective date, YYYY-MM-DD: no owner is written earlier.")

    @property
    def as_of_on(self) -> date:
        """`as_of` as a date."""
        return date.fromisoformat(self.as_of)

    def canonical_json(self) -> str:
        """The configuration as JSON with sorted keys: what is frozen and digested."""
        return json.dumps(self.model_dump(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))

    def digest(self) -> str:
        """sha256 of the canonical JSON."""
        return hashlib.sha256(self.canonical_json().encode()).hexdigest()


def model_faults(error_list: list[dict], what: str = "run config") -> list[Fault]:
    """pydantic's list of errors as faults in our words."""
    return [
        Fault(
            f"{what}, " + ".".join(str(part) for part in error["loc"]),
            f"{error['input']!r}",
            error["msg"][0].lower() + error["msg"][1:],
            "Remove it or correct its name." if error["type"] == "extra_forbidden" else "Correct the value.",
        )
        for error in error_list
    ]


def config_faults(config: RunConfig, reps: pl.DataFrame | None = None) -> list[Fault]:
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
        for rep_id, cap in sorted(config.revenue_caps.items()) if not low < cap <= high
    ]
    if config.enforce_revenue_cap and not config.revenue_cap and not config.revenue_caps:
        faults.append(Fault("run config, enforce_revenue_cap", "it is true and there is no cap",
                            "revenue_cap or revenue_caps", "Set revenue_cap, in dollars."))
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


def _unknown_name_faults(config: RunConfig, reps: pl.DataFrame) -> list[Fault]:
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
