"""The routing rules that Growth Strategy writes in TOML, their order, their defaults, and what can be wrong.

::

    order = ["named_owner", "existing_opportunity", "parent_owner", "usage_threshold", "territory"]
    inside_territory = "capacity"       # or "round_robin"; a territory may say otherwise
    accept_hours = 24                   # 0: nobody needs to accept

    [named_owners]                      # account id → rep id; goes before covered states
    "0015g00000AAAAA" = "0055g00000BBBBB"

    [[territories]]                     # none: every state is a territory of the reps who cover it
    name = "Metro"
    states = ["NY"]
    postal_prefixes = ["100", "101"]
    reps = []                           # empty: every rep who covers the account's state
    pod = "Metro pod"                   # or: the pod's primary, then its members

    [[pods]]
    name = "Metro pod"
    primary = "0055g00000CCCCC"
    members = ["0055g00000DDDDD"]

    [[usage_thresholds]]                # usage-triggered accounts go to named reps
    measure = "opp_count"
    at_least = 50
    reps = ["0055g00000EEEEE"]
"""

import hashlib
import json
from collections import Counter
from collections.abc import Iterator
from typing import Any, Literal

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.domain.setup.run_config import Queue, model_faults
from assignment_assets.domain.sources.states import STATE_CODES
from assignment_assets.domain.tables import RepsFrame

RuleName = Literal["named_owner", "existing_opportunity", "parent_owner", "usage_threshold", "territory"]
Choice = Literal["capacity", "round_robin"]


class _Strict(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True)


class Territory(_Strict):
    """A part of the country and who serves it; a smaller `priority` goes first where two of them match."""

    name: str
    states: list[str] = []
    postal_prefixes: list[str] = []
    reps: list[str] = []
    pod: str = ""
    inside: Choice | None = None
    priority: int = 100


class Pod(_Strict):
    """A team with one accountable owner: the primary, then the members in order."""

    name: str
    primary: str
    members: list[str] = []

    @property
    def reps(self) -> list[str]:
        """The primary first."""
        return [self.primary, *self.members]


class UsageThreshold(_Strict):
    """Accounts whose measure reaches a figure go to these reps; money in cents, bps in hundredths."""

    measure: Literal["opp_count", "bps", "tam", "value", "revenue"]
    at_least: int
    reps: list[str]


class Marks(_Strict):
    """Above `high` a rep gets no inbound accounts until the index is below `low`."""

    high: float = 95.0
    low: float = 85.0


class Workload(_Strict):
    """How the workload index is made: points per account, in percent of the rep's capacity."""

    per_account: float = 1.0
    per_pipeline_account: float = 0.5
    per_weekly_inbound: float = 0.5
    per_weekly_activity: float = 0.0
    marks: Marks = Marks()
    segments: dict[str, Marks] = {}

    def marks_of(self, segment: str) -> Marks:
        """The segment's own marks, else those of all."""
        return self.segments.get(segment, self.marks)


class Pilot(_Strict):
    """The segment to begin with: only its accounts are written and only its events run; the rest is decided, logged
    and compared. Both empty: no pilot, everything counts."""

    regions: list[str] = []
    states: list[str] = []

    @property
    def is_on(self) -> bool:
        """Whether there is a pilot."""
        return bool(self.regions or self.states)


class RoutingRules(_Strict):
    """How new accounts find their owner; owned by Growth Strategy."""

    order: list[RuleName] = ["named_owner", "existing_opportunity", "parent_owner", "usage_threshold", "territory"]
    inside_territory: Choice = "capacity"
    accept_hours: int = Field(0, ge=0, le=24 * 14)
    unowned_alert_hours: int = Field(24, ge=1, le=24 * 14)
    response_hours: int = Field(24, ge=1, le=24 * 14, description="Within so long an owner first acts on an account.")
    shadow_days: int = Field(180, ge=1, le=3650, description="A customer billed or seen within so many days is active.")
    pilot: Pilot = Pilot()
    overlap_minutes: int = Field(10, ge=1, le=24 * 60)
    quiet_minutes: int = Field(30, ge=0, le=24 * 60)
    placeholder_owner_ids: list[str] = []
    named_owners: dict[str, str] = {}
    territories: list[Territory] = []
    pods: list[Pod] = []
    usage_thresholds: list[UsageThreshold] = []
    workload: Workload = Workload()
    queue_for_referring: Queue = "arm"
    queue_for_dormant: Queue = "growers"
    queue_for_never_referred: Queue = "activators"
    low_tiers: list[str] = Field(["C", "D"], description="A leaver's accounts of these tiers wait for a new hire.")
    low_value: int = Field(0, ge=0, description="Cents; so do never-referred ones up to this value. 0: by tier alone.")

    def digest(self) -> str:
        """sha256 of the rules as they count, whatever their file looks like."""
        text = json.dumps(self.model_dump(), sort_keys=True, ensure_ascii=False, separators=(",", ":"))
        return hashlib.sha256(text.encode()).hexdigest()


def routing_rules(content: dict[str, Any], what: str = "routing rules") -> RoutingRules:
    """The rules that a TOML file's content holds.

    Raises
    ------
    InvalidInput
        Every unknown or wrong entry.
    """
    try:
        rules = RoutingRules.model_validate(content)
    except ValidationError as error:
        raise InvalidInput(what, model_faults(error.errors(), what)) from error
    faults = list(_faults(rules, what))
    if faults:
        raise InvalidInput(what, faults)
    return rules


def unknown_reps(rules: RoutingRules, reps: RepsFrame) -> list[Fault]:
    """The rep ids that the rules name and the source does not know."""
    named = [
        *(("named_owners", rep_id) for rep_id in rules.named_owners.values()),
        *((f"territory {each.name}", rep_id) for each in rules.territories for rep_id in each.reps),
        *((f"pod {each.name}", rep_id) for each in rules.pods for rep_id in each.reps),
        *((f"usage threshold {each.measure}", rep_id) for each in rules.usage_thresholds for rep_id in each.reps),
    ]
    known = set(reps["rep_id"])
    return [
        Fault(f"routing rules, {place}", f"{rep_id!r} is not in reps", "a rep_id of the source", "Correct the id.")
        for place, rep_id in named
        if rep_id not in known
    ]


def _faults(rules: RoutingRules, what: str) -> Iterator[Fault]:
    for name, names in (
        ("order", rules.order),
        ("territories", [each.name for each in rules.territories]),
        ("pods", [each.name for each in rules.pods]),
    ):
        for twice in (entry for entry, count in Counter(names).items() if count > 1):
            yield Fault(f"{what}, {name}", f"{twice!r} stands there twice", "each once", "Remove one.")
    pods = {each.name for each in rules.pods}
    for each in rules.territories:
        place = f"{what}, territory {each.name}"
        if not each.states and not each.postal_prefixes:
            yield Fault(place, "neither states nor postal_prefixes", "one of them", "Say where it lies.")
        if each.pod and each.pod not in pods:
            yield Fault(place, f"pod {each.pod!r} is not there", "a pod of the file", "Add it under [[pods]].")
        if each.pod and each.reps:
            yield Fault(place, "both reps and a pod", "one of them", "Remove one.")
        yield from _state_faults(each.states, place)
    yield from _state_faults(rules.pilot.states, f"{what}, pilot")
    for segment, marks in [("all", rules.workload.marks), *rules.workload.segments.items()]:
        if marks.low > marks.high:
            yield Fault(
                f"{what}, workload marks of {segment}",
                f"low {marks.low} above high {marks.high}",
                "low at most high",
                "Correct one of them.",
            )


def _state_faults(states: list[str], place: str) -> Iterator[Fault]:
    for state in sorted(set(states) - STATE_CODES):
        yield Fault(place, f"state {state!r}", "a USPS code", "Correct it.")
