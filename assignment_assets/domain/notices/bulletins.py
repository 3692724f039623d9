"""What a channel is told: who signed, how much changes hands, who answered, who took what was routed to them.

A channel is read by many: bulletins count and name people, never accounts.
"""

import hashlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime

import polars as pl

from assignment_assets.domain.gate import GATES
from assignment_assets.domain.gates.gates import GateManifest, Receipt, latest_receipts, who_is_missing
from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.domain.regions import NO_REGION
from assignment_assets.domain.routing.tables import AnswersFrame
from assignment_assets.domain.tables import ApprovedDiffFrame, RepsFrame

NAMED = 12


@dataclass(frozen=True)
class Bulletin:
    """One message: about which cycle (or `routing`), of which kind, on what; its lines, the first a heading.

    `kind` is `approval`, `change` or `acceptance`.
    """

    cycle: str
    kind: str
    subject: str
    lines: tuple[str, ...]

    @property
    def digest(self) -> str:
        """The same for every message on the same matter: nobody is told twice, however it is worded."""
        named = {"cycle": self.cycle, "kind": self.kind, "subject": self.subject}
        return hashlib.sha256(canonical_json(named).encode()).hexdigest()

    @property
    def text(self) -> str:
        """The whole message."""
        return "\n".join(self.lines)


def approvals(cycle: str, approved: ApprovedDiffFrame, reps: RepsFrame) -> Iterator[Bulletin]:
    """Two bulletins a sign-off: who approved what, and what changes for whom."""
    names = dict(reps.select("rep_id", "name").iter_rows())
    for (number,), rows in approved.sort("sign_off_no").group_by("sign_off_no", maintain_order=True):
        now, later = (rows.filter(pl.col("status") == status) for status in ("approved", "deferred"))
        regions = ", ".join(sorted(set(rows["region"].drop_nulls()))) or NO_REGION
        signed = " and ".join(sorted(set(rows["signed_by"].drop_nulls())))
        verb = "waits" if later.height == 1 else "wait"
        waits = f"; {_accounts(later.height)} {verb} for a seat" if later.height else ""
        yield Bulletin(
            cycle,
            "approval",
            f"sign-off {number}",
            (f"*Approved* ({cycle}): {regions}, by {signed}", f"{_accounts(now.height)} may change hands{waits}."),
        )
        if now.height:
            yield Bulletin(
                cycle,
                "change",
                f"sign-off {number}",
                (f"*Changes* ({cycle}): {_accounts(now.height)} in {regions}", *_per_person(now, names)),
            )


def closing_of(manifest: GateManifest, receipts: Sequence[Receipt]) -> Bulletin:
    """Who answered a gate that has closed, and who did not."""
    latest, missing = latest_receipts(receipts, manifest.revision), who_is_missing(manifest, receipts)
    asked = len({each.person for each in manifest.persons})
    names = [each.name or each.person for each in missing]
    lines = [
        f"*{GATES[manifest.gate].title} are closed* ({manifest.cycle}): {len({each.person for each in latest})} of "
        f"{asked} answered."
    ]
    lines += [f"Missing: {_listed(names)}."] if names else []
    return Bulletin(manifest.cycle, "acceptance", f"{manifest.gate} {manifest.revision}", tuple(lines))


def routed_on(day: date, answers: AnswersFrame, waiting: int, reps: dict[str, str]) -> Bulletin | None:
    """How new owners answered on one day; None where nobody did.

    Parameters
    ----------
    waiting
        How many routed accounts wait for an answer now.
    reps
        Rep id → name.
    """
    start = datetime.combine(day, datetime.min.time())
    mine = answers.filter(pl.col("at").dt.truncate("1d") == start)
    if mine.is_empty():
        return None
    count = dict(mine.group_by("answer").len().iter_rows())
    lapsed = sorted({reps.get(each, each) for each in mine.filter(pl.col("answer") != "accepted")["rep_id"]})
    lines = [
        f"*Routed accounts* on {day:%-d %b %Y}: {count.get('accepted', 0)} accepted, "
        f"{count.get('declined', 0)} declined, {count.get('lapsed', 0)} not answered in time; {waiting} wait."
    ]
    lines += [f"Not taken by {_listed(lapsed)}; routed again."] if lapsed else []
    return Bulletin("routing", "acceptance", day.isoformat(), tuple(lines))


def _per_person(rows: pl.DataFrame, names: dict[str, str]) -> list[str]:
    """A line a receiver, those who get most first."""
    gains = dict(rows.group_by("new_owner_id").len().iter_rows())
    losses = dict(rows.group_by("old_owner_id").len().iter_rows())
    ordered = sorted(gains, key=lambda each: (-gains[each], each))
    lines = [f"• {names.get(each, each)}: {gains[each]} in, {losses.get(each, 0)} out" for each in ordered[:NAMED]]
    return [*lines, f"• and {len(ordered) - NAMED} more"] if len(ordered) > NAMED else lines


def _listed(names: Sequence[str]) -> str:
    rest = len(names) - NAMED
    return ", ".join(names[:NAMED]) + (f" and {rest} more" if rest > 0 else "")


def _accounts(count: int) -> str:
    return f"{count:,} account{'' if count == 1 else 's'}"
