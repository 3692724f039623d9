"""What is being run: the run config, its parameters, defaults and help."""

import hashlib
import json
from collections.abc import Iterable, Mapping
from datetime import date
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, field_validator

from assignment_assets.domain.errors import Fault
from assignment_assets.domain.identity.person_keys import safe_key

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
    opened_by: str = Field(
        "",
        description="E-mail address of the person who opens the cycle. From the Launchpad it is a recorded name; "
        "`assignment cycle new` has it proven where the settings have [roles].",
    )
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
    preset: Literal["brief", "quick", "standard", "thorough"] = Field(
        "standard", description="How long the optimiser works."
    )
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
    stop_on_jumps: bool = Field(
        False,
        description="Whether a figure of the sources that has jumped since the previous cycle stops the cycle before "
        "anything is sent, until somebody confirms it; the schedule's cycles always do.",
    )

    @field_validator("reps", "books", "placeholder_owner_ids")
    @classmethod
    def _keys_of(cls, rep_ids: list[str]) -> list[str]:
        """Reps by the key that stands for their id; a safe id is its own key."""
        return [safe_key(rep_id) for rep_id in rep_ids]

    @field_validator("capacities", "covered_states", "revenue_caps")
    @classmethod
    def _by_key(cls, values: dict[str, Any]) -> dict[str, Any]:
        return {safe_key(rep_id): value for rep_id, value in values.items()}

    @field_validator("coverage_overrides")
    @classmethod
    def _of_keys(cls, overrides: list[dict[str, str]]) -> list[dict[str, str]]:
        return [each | {"rep_id": safe_key(each["rep_id"])} if "rep_id" in each else each for each in overrides]

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


def model_faults(error_list: Iterable[Mapping[str, Any]], what: str = "run config") -> list[Fault]:
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
