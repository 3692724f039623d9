"""When a gate may close: who has answered, who is missing, whether time is up.

A gate waits for the people named in its manifest. It closes when the deadline has passed, or when all
have answered and a correction window after the last receipt is over. Per person (and, for sign-offs, per
region) the accepted receipt with the highest number counts. Times are UTC without zone.
"""

import hashlib
import json
from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass
from datetime import datetime, timedelta
from typing import Any

from assignment_assets.domain.errors import WrongSchema
from assignment_assets.domain.gate import GATES
from assignment_assets.domain.identity.codes import canonical_json
from assignment_assets.domain.regions import named_now

CORRECTION_MINUTES = 15
RECEIPT_VERSION = 3
"""Of a receipt's fields. Receipts are evidence and never rewritten: each says its own version; one that says none, of
before versions, has the fields of version 2. Before version 3 the pseudo-region had another name. A gate's manifest
follows the same count."""
NAMED_SINCE = 3
_NAMED = 5


@dataclass(frozen=True)
class Addressee:
    """A person who is asked: `person` is the folder's name, `subject` the region to sign, else empty."""

    person: str
    name: str
    email: str
    file: str
    subject: str = ""


@dataclass(frozen=True)
class GateManifest:
    """What was asked of whom and until when; stored as `gate.json` beside the packets.

    `correction_minutes` (≥ 0) is how long the gate stays open after the last answer. A draft is never
    answered: its gate neither opens nor closes.
    """

    cycle: str
    revision: int
    gate: str
    issued_at: datetime
    deadline: datetime
    persons: tuple[Addressee, ...]
    correction_minutes: float = CORRECTION_MINUTES
    is_draft: bool = False

    def to_json(self) -> str:
        """The manifest as indented JSON, times in ISO 8601 with Z."""
        times = {"issued_at": to_text(self.issued_at), "deadline": to_text(self.deadline)}
        fields = asdict(self) | times | {"schema_version": RECEIPT_VERSION}
        return json.dumps(fields, indent=1, sort_keys=True, ensure_ascii=False) + "\n"

    @classmethod
    def from_json(cls, text: str) -> "GateManifest":
        """The manifest that `to_json` of this release or an earlier one wrote.

        Raises
        ------
        WrongSchema
            A newer release has written it.
        """
        fields = json.loads(text)
        version = _readable_version(fields, f"manifest of {fields.get('gate')}")
        times = {name: from_text(fields[name]) for name in ("issued_at", "deadline")}
        persons = tuple(Addressee(**each | {"subject": _subject(each, version)}) for each in fields["persons"])
        return cls(**fields | times | {"persons": persons})


@dataclass(frozen=True)
class Receipt:
    """One file that came in and what became of it.

    `verdict` is `accepted`, `refused` (with a `rule`), `ignored` (the same content again) or `held` (two
    different files came at once). `revision` is the one named by the file, 0 where it names none.
    """

    receipt_no: int
    gate: str
    person: str
    subject: str
    file_name: str
    digest: str
    suffix: str
    received_at: datetime
    is_late: bool
    revision: int
    verdict: str
    rule: str
    message: str

    def to_json(self) -> str:
        """One line of JSON."""
        fields = asdict(self) | {"received_at": to_text(self.received_at), "schema_version": RECEIPT_VERSION}
        return canonical_json(fields)

    @classmethod
    def from_json(cls, text: str) -> "Receipt":
        """The receipt that `to_json` of this release or an earlier one wrote.

        Raises
        ------
        WrongSchema
            A newer release has written it.
        """
        fields = json.loads(text)
        version = _readable_version(fields, f"receipt {fields.get('receipt_no')} of {fields.get('gate')}")
        changed = {"received_at": from_text(fields["received_at"]), "subject": _subject(fields, version)}
        return cls(**fields | changed)


@dataclass(frozen=True)
class Closing:
    """Whether a gate may close, why, who is missing, and each person's receipt that counts.

    `digest` changes exactly when the set of counting receipts or of missing people changes.
    """

    is_closed: bool
    why: str
    missing: tuple[Addressee, ...]
    latest: tuple[Receipt, ...]
    digest: str


def latest_receipts(receipts: Iterable[Receipt], revision: int) -> tuple[Receipt, ...]:
    """Each person's (and subject's) accepted receipt with the highest number, in person order."""
    latest: dict[tuple[str, str], Receipt] = {}
    for receipt in sorted(receipts, key=lambda each: each.receipt_no):
        if receipt.verdict == "accepted" and receipt.revision == revision:
            latest[receipt.person, receipt.subject] = receipt
    return tuple(latest[key] for key in sorted(latest))


def who_is_missing(manifest: GateManifest, receipts: Iterable[Receipt]) -> tuple[Addressee, ...]:
    """The people asked of whom no accepted receipt of this revision is there, in the manifest's order.

    Where a subject is given (a region to sign), anybody's receipt on it answers for all who were asked about it.
    """
    latest = latest_receipts(receipts, manifest.revision)
    persons, subjects = {receipt.person for receipt in latest}, {receipt.subject for receipt in latest}
    return tuple(
        each
        for each in manifest.persons
        if (each.subject not in subjects if each.subject else each.person not in persons)
    )


def on_hold(receipts: Sequence[Receipt], revision: int) -> tuple[Receipt, ...]:
    """The held receipts that no later accepted receipt of the same person and subject has settled."""
    latest = {(each.person, each.subject): each.receipt_no for each in latest_receipts(receipts, revision)}
    return tuple(
        each
        for each in receipts
        if each.verdict == "held"
        and each.revision == revision
        and each.receipt_no > latest.get((each.person, each.subject), 0)
    )


def closing(manifest: GateManifest, receipts: Sequence[Receipt], now: datetime) -> Closing:
    """Whether the gate may close at `now`, and a sentence that says why or whom it waits for.

    A person with two different files on hold has not answered, whatever they sent before, until one of
    them is settled or the deadline passes; then their last accepted receipt, if any, counts.
    """
    latest = latest_receipts(receipts, manifest.revision)
    missing = who_is_missing(manifest, receipts)
    held = on_hold(receipts, manifest.revision)
    asked, answered = _count(manifest.persons), _count(manifest.persons) - _count(missing)
    last_at = max((receipt.received_at for receipt in latest), default=manifest.issued_at)
    open_until = last_at + timedelta(minutes=manifest.correction_minutes)
    noun = GATES[manifest.gate].noun
    tally = f"{answered} of {asked} {noun}"
    if manifest.is_draft:
        is_closed, why = False, "a draft: nobody is asked"
    elif now >= manifest.deadline:
        is_closed, why = True, f"the deadline {_minute(manifest.deadline)} has passed with {tally}{_names(missing)}"
    elif missing:
        is_closed, why = False, f"waiting: {tally}{_names(missing)}; deadline {_minute(manifest.deadline)}"
    elif held:
        people = ", ".join(sorted({receipt.person for receipt in held}))
        is_closed, why = False, f"waiting: {tally}, two different files on hold from {people}"
    elif now < open_until:
        is_closed, why = False, f"all {asked} {noun} are in; open for corrections until {_minute(open_until)}"
    else:
        is_closed, why = True, f"all {asked} {noun} are in"
    return Closing(is_closed, why, missing, latest, _digest(manifest, latest, missing))


def _readable_version(fields: dict[str, Any], what: str) -> int:
    """The version that stored fields say they have, taken out of them; 1 where they say none."""
    version: int = fields.pop("schema_version", 1)
    if version > RECEIPT_VERSION:
        raise WrongSchema(
            f"{what}: its schema is version {version}, expected {RECEIPT_VERSION} or older. Nothing was changed: "
            "install the release that wrote it, or one that is newer."
        )
    return version


def _subject(fields: dict[str, Any], version: int) -> str:
    """What is asked or answered: a region as it is called now, else empty or a decision's own words."""
    subject = fields.get("subject", "")
    return subject if version >= NAMED_SINCE else named_now(subject)


def to_text(moment: datetime) -> str:
    """A UTC time without zone as ISO 8601 text with Z."""
    return moment.isoformat(timespec="microseconds" if moment.microsecond else "seconds") + "Z"


def from_text(text: str) -> datetime:
    """The UTC time without zone that `to_text` wrote."""
    return datetime.fromisoformat(text.removesuffix("Z"))


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")


def _names(missing: Sequence[Addressee]) -> str:
    if not missing:
        return ""
    names = list({each.subject or each.person: _name(each) for each in missing}.values())
    rest = len(names) - _NAMED
    return f", missing {', '.join(names[:_NAMED])}" + (f" and {rest} more" if rest > 0 else "")


def _count(persons: Sequence[Addressee]) -> int:
    """How many answers are asked for: one a region where regions are to be signed, else one a person."""
    return len({each.subject or each.person for each in persons})


def _name(addressee: Addressee) -> str:
    """What stands for an addressee in sentences: the region to sign, else the person."""
    return addressee.subject or addressee.name or addressee.person


def _digest(manifest: GateManifest, latest: Sequence[Receipt], missing: Sequence[Addressee]) -> str:
    content = canonical_json(
        {
            "cycle": manifest.cycle,
            "revision": manifest.revision,
            "gate": manifest.gate,
            "latest": [[each.person, each.subject, each.receipt_no, each.digest] for each in latest],
            "missing": [[each.person, each.subject] for each in missing],
        }
    )
    return hashlib.sha256(content.encode()).hexdigest()
