"""The journal's hash chain: every event carries the hash of the one before it, and all of what it says."""

import hashlib

import polars as pl

from assignment_assets.write_back.states import JOURNAL, Event

FIRST = hashlib.sha256(b"the journal begins here").hexdigest()
"""What the chain begins with."""
CHAINED = [name for name in JOURNAL.columns if name not in ("seq", "hash")]


def linked(before: str, line: str) -> str:
    """The hash of an event that follows another."""
    return hashlib.sha256(f"{before}\x1e{line}".encode()).hexdigest()


def line_of(event: Event) -> str:
    """What of an event the chain holds."""
    modified = event.modified_at.isoformat(timespec="microseconds") if event.modified_at else ""
    return "\x1f".join(
        (
            event.plan_id,
            event.account_id,
            str(event.attempt),
            event.state,
            event.at.isoformat(timespec="microseconds"),
            event.found_owner_id or "",
            modified,
            event.code,
            event.sentence,
        )
    )


def lines_of(events: pl.DataFrame) -> pl.Series:
    """The same of JOURNAL rows, in their order."""
    moments = [pl.col(name).dt.strftime("%Y-%m-%dT%H:%M:%S%.6f").fill_null("") for name in ("at", "modified_at")]
    others = [pl.col(name).cast(pl.String).fill_null("") for name in CHAINED if name not in ("at", "modified_at")]
    texts = {expression.meta.output_name(): expression for expression in (*moments, *others)}
    return events.select(pl.concat_str([texts[name] for name in CHAINED], separator="\x1f")).to_series()
