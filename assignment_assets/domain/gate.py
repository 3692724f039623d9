"""The three gates where the waterfall waits for people, and all that is known of a gate before anybody is asked.

A gate's name is its asset, its folder in the inbox and the outbox, and what files and tables store; everything else
about it is asked of the gate. Whether a gate of a cycle may close is another matter: `domain/gates/`.
"""

from dataclasses import dataclass

from assignment_assets.domain.segment import PROPOSE, REVIEW, SIGN_OFF, Segment


@dataclass(frozen=True)
class Gate:
    """One gate: who answers what, from which packets, in which kinds of file, and what goes on behind it.

    Parameters
    ----------
    name
        The gate's asset, its folder, and what is stored.
    title
        What it is called at the head of a line.
    noun
        What is counted while it is open.
    role, team
        Who answers: the role in a personal link, the owner of the asset.
    stage
        The stage that asks: re-opened from there or from an earlier one, the gate's packets are withdrawn.
    packets
        The asset that asks.
    segment
        What runs once it has been answered.
    kind, suffixes
        The form of an answer, and the suffixes of its files.
    has_sheets
        Whether it can be answered in a Google Sheet too.
    is_signed
        Answers are signed decisions on regions: each is judged at once and none comes too late, for nothing is
        assumed of a region that has no answer. Otherwise each person answers with one file until the gate closes,
        and silence after the deadline counts as an answer.
    description, waits_for
        What people read of the gate's asset and of the sensor that watches it.
    """

    name: str
    title: str
    noun: str
    role: str
    team: str
    stage: str
    packets: str
    segment: Segment
    kind: str
    suffixes: tuple[str, ...]
    has_sheets: bool
    is_signed: bool
    description: str
    waits_for: str

    @property
    def next_gate(self) -> "Gate | None":
        """The gate that comes after this one; None after the last."""
        order = tuple(GATES.values())
        following = order[order.index(self) + 1 :]
        return following[0] if following else None


LOCK_GATE = Gate(
    name="lock_lists",
    title="Keep-lists",
    noun="lists",
    role="rep",
    team="reps",
    stage="locks",
    packets="lock_packets",
    segment=PROPOSE,
    kind="excel",
    suffixes=(".xlsx", ".ods", ".csv"),
    has_sheets=True,
    is_signed=False,
    description="Reps return their keep-lists to `inbox/<cycle>/lock_lists/<rep>/`. Waits for all of them or the "
    "deadline.",
    waits_for="Gives a receipt for every returned keep-list. Starts `propose` when all reps have answered and had "
    "time to correct themselves, or at the deadline. Its skip reason says who is missing.",
)
REVIEW_GATE = Gate(
    name="review_edits",
    title="Reviews",
    noun="reviews",
    role="director",
    team="regional-directors",
    stage="review",
    packets="review_packets",
    segment=REVIEW,
    kind="excel",
    suffixes=(".xlsx", ".ods", ".csv"),
    has_sheets=True,
    is_signed=False,
    description="Regional Directors return their reviews to `inbox/<cycle>/review_edits/<director>/`.",
    waits_for="Gives a receipt for every returned review. Starts `review` when all directors have answered and "
    "had time to correct themselves, or at the deadline. Its skip reason says who is missing.",
)
SIGN_OFF_GATE = Gate(
    name="sign_offs",
    title="Sign-offs",
    noun="sign-offs",
    role="gs",
    team="growth-strategy",
    stage="sign_off",
    packets="sign_off_packets",
    segment=SIGN_OFF,
    kind="json",
    suffixes=(".json",),
    has_sheets=False,
    is_signed=True,
    description="Growth Strategy signs region by region with `assignment sign-off`. Never assumed.",
    waits_for="Gives a receipt for every signed decision and starts `sign_off` for it: a signed region does not "
    "wait for the others. A sign-off is never assumed.",
)
GATES = {gate.name: gate for gate in (LOCK_GATE, REVIEW_GATE, SIGN_OFF_GATE)}
"""Name → gate, in the order in which the waterfall comes to them."""
