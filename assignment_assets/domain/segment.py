"""The five segments of the waterfall: what runs in one go, without waiting for anybody.

Between two segments stand people: which gate opens the way to a segment is the gate's to say (`domain/gate.py`).
"""

from dataclasses import dataclass


@dataclass(frozen=True)
class Segment:
    """One run of the waterfall: the job's name, the assets that it materialises, and what it does in a sentence."""

    name: str
    assets: tuple[str, ...]
    description: str


OPEN_CYCLE = Segment(
    "open_cycle",
    (
        "accounts",
        "reps",
        "opportunities",
        "source_exceptions",
        "source_profile",
        "run_config",
        "arrivals",
        "current_books",
        "eligible_pool",
        "lock_packets",
    ),
    "Reads the sources, freezes the run config, settles the pool and sends the lock lists.",
)
PROPOSE = Segment(
    "propose",
    ("locks", "referring_front", "proposed_books", "overflow", "review_packets"),
    "Settles the locks, proposes books and sends them to the Regional Directors.",
)
REVIEW = Segment(
    "review",
    ("reviewed_books", "sign_off_packets", "conflicts"),
    "Judges the directors' edits and prepares what each region signs.",
)
SIGN_OFF = Segment(
    "sign_off",
    ("sign_off_packets", "conflicts", "approved_diff", "handoff_notices"),
    "Judges the sign-offs, approves what is signed, writes to whom it concerns.",
)
WRITE_BACK = Segment(
    "write_back",
    ("write_back_log",),
    "Writes the approved owners to Salesforce and reads every one back; from files, says what people are to load.",
)
SEGMENTS = {segment.name: segment for segment in (OPEN_CYCLE, PROPOSE, REVIEW, SIGN_OFF, WRITE_BACK)}
"""Name → segment, in the order in which they run."""
