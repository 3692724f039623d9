"""Whether the org refuses a change of a record that was modified meanwhile: proven before a plan's first write.

The proof rides on the first read. Where it fails nothing is written, until a person has signed for what comes next: a
second probe with the value that a record has, or, where that fails too, writing without.
"""

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hmac import compare_digest
from typing import Any, Literal, NoReturn, get_args

from assignment_assets.domain.errors import NotEntitled, SourceUnavailable
from assignment_assets.domain.identity.codes import sign, signer_token, verify
from assignment_assets.io.salesforce.field_changes import OWNER, PRECONDITION_FAILED, Answer, Target
from assignment_assets.io.salesforce.records import RecordGateway
from assignment_assets.write_back.circuit_breaker import MINUTE, CircuitBreaker, Pause
from assignment_assets.write_back.document import TARGET, Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.open_changes import Pace
from assignment_assets.write_back.states import Event

PRECONDITION, PERMITTED = "PRECONDITION", "PERMITTED"
"""Events about a plan: what a probe came to, and what a person has signed for."""
PROVEN, DISPROVEN, UNDECIDED = "proven", "disproven", "undecided"
Permission = Literal["second-probe", "without-precondition"]
ABOUT_THE_OWNER = frozenset(
    {
        "INVALID_CROSS_REFERENCE_KEY",
        "INSUFFICIENT_ACCESS_ON_CROSS_REFERENCE_ENTITY",
        "INACTIVE_OWNER_OR_USER",
        "OP_WITH_INVALID_USER_TYPE_EXCEPTION",
        "FIELD_INTEGRITY_EXCEPTION",
        "MALFORMED_ID",
    }
)
"""By these codes an org says that it has judged the owner and not the condition."""
WINDOW = 25
"""Without a precondition so many records are read, compared and written at a time."""


class Unproven(SourceUnavailable):
    """The org has not shown that it honours a precondition."""


@dataclass(frozen=True)
class PreconditionProof:
    """The proof for one plan, in its journal."""

    journal: Journal
    plan: Plan
    key: bytes
    signers: Sequence[str]
    clock: Callable[[], datetime]

    def arm(self, gateway: RecordGateway, breaker: CircuitBreaker, pace: Pace) -> Pace:
        """The pace at which the plan may be written; where the proof fails, the breaker is stopped instead.

        The first probe is only prepared: the gateway's next read before writing carries it, and is not handed on where
        it fails.

        Raises
        ------
        SourceUnavailable
        """
        last, permitted = self._last(PRECONDITION), self._permission()
        if last is not None and last["code"] == PROVEN:
            return pace
        if last is not None and last["code"] == DISPROVEN and permitted == "without-precondition":
            return replace(pace, is_armed=False, group=WINDOW, read_ahead=WINDOW)
        if last is not None and last["code"] == DISPROVEN and permitted == "second-probe":
            self._second_probe(gateway, breaker)
        elif last is not None and last["code"] == DISPROVEN:
            breaker.stop(Pause("PRECONDITION_DISPROVEN", last["sentence"]))
        else:
            gateway.ask_precondition(Judge(breaker, self.note, _advice(self.plan, "second-probe")))
        return pace

    def note(self, verdict: str, sentence: str) -> None:
        """Writes what a probe came to into the journal."""
        self.journal.record(
            [Event(self.plan.plan_id, "", 0, PRECONDITION, self.clock(), None, None, verdict, sentence)]
        )
        self.journal.commit()

    def _second_probe(self, gateway: RecordGateway, breaker: CircuitBreaker) -> None:
        """Asks with the value that the least recently changed record of the plan has, and reads it back."""
        wanted = self._records()
        there = gateway.records(wanted)
        owned = [record for record in there.values() if record.value]
        if not owned:
            breaker.stop(Pause("PRECONDITION_DISPROVEN", "The org shows none of the plan's accounts to ask with."))
            return
        chosen = min(owned, key=lambda record: (record.modified_at, record.record_id))
        target = next(target for target, records in wanted.items() if chosen.record_id in records)
        answer = gateway.probe(target, chosen.record_id, chosen.value or "")
        now = gateway.records({target: [chosen.record_id]}).get(chosen.record_id)
        seen = f"read back with the {target.noun} {now.value if now else 'unknown'}, before it was {chosen.value}"
        if answer.code == PRECONDITION_FAILED:
            self.note(PROVEN, f"{chosen.record_id}: its own owner was refused by the condition (412); {seen}")
            return
        sentence = (
            f"{chosen.record_id}: the org took its own owner for it although the account was modified after the "
            f"condition's date ({answer.code or 'done'}); {seen}. This org does not honour If-Unmodified-Since within "
            f"composite calls. Nothing more was sent. {_advice(self.plan, 'without-precondition')}"
        )
        self.note(DISPROVEN, sentence)
        breaker.stop(Pause("PRECONDITION_DISPROVEN", sentence))

    def _records(self) -> dict[Target, list[str]]:
        """The plan's records by what is changed of them."""
        wanted: dict[Target, list[str]] = {}
        for record, kind, field in self.journal.rows(self.plan.plan_id).select("account_id", *TARGET).iter_rows():
            wanted.setdefault(Target(kind, field) if kind else OWNER, []).append(record)
        return wanted

    def _permission(self) -> Permission | None:
        """What a signer has signed for since the last probe, if anything."""
        event, probed = self._last(PERMITTED), self._last(PRECONDITION)
        if event is None or (probed is not None and event["seq"] < probed["seq"]):
            return None
        person, _, signature = event["sentence"].partition(" ")
        wanted = next((each for each in get_args(Permission) if each == event["code"]), None)
        if wanted is None or person not in self.signers:
            return None
        content = _permitted(self.plan, wanted, person)
        return wanted if verify(signer_token(self.key, person), content, signature) else None

    def _last(self, state: str) -> dict[str, Any] | None:
        return self.journal.last_plan_event(self.plan.plan_id, state)


@dataclass(frozen=True)
class Judge:
    """Judges the answers of the first probe and tells `note` what decided; stops the run where the proof fails."""

    breaker: CircuitBreaker
    note: Callable[[str, str], None]
    advice: str

    def __call__(self, answer: Answer) -> bool:
        """Whether the answer decides; the condition has held where it does.

        Raises
        ------
        Unproven
        """
        said = _said(answer)
        if answer.code == PRECONDITION_FAILED:
            self.note(PROVEN, f"{said}, to a change on condition that it was not modified since the year 2000")
            return True
        if answer.code and (answer.is_lost or answer.code not in ABOUT_THE_OWNER):
            return False
        sentence = (
            f"{said}. A change of its owner, on condition that it was not modified since the year 2000, was judged by "
            "the new owner and not by the condition: a person's change could be overwritten unseen. Nothing was "
            f"written. {self.advice}"
        )
        self.note(DISPROVEN, sentence)
        self.breaker.stop(Pause("PRECONDITION_DISPROVEN", sentence))
        raise Unproven(sentence)

    def undecided(self, answer: Answer) -> NoReturn:
        """Stops the run: nobody knows yet. It goes on by itself where the last answer was lost.

        Raises
        ------
        Unproven
        """
        sentence = (
            f"{_said(answer)}. Whether the org honours preconditions is not known, expected 412. Nothing was written."
        )
        code = "PRECONDITION_UNDECIDED" if answer.is_lost else answer.code
        self.breaker.stop(Pause(code, sentence, 5 * MINUTE if answer.is_lost else None))
        raise Unproven(sentence)


def is_disproven(journal: Journal, plan: Plan) -> bool:
    """Whether the plan's last probe found that the org ignores preconditions."""
    last = journal.last_plan_event(plan.plan_id, PRECONDITION)
    return last is not None and last["code"] == DISPROVEN


def permit(plan: Plan, wanted: Permission, person: str, token: str, key: bytes, at: datetime) -> Event:
    """The event by which a person signs for a second probe, or for writing without a precondition.

    Raises
    ------
    NotEntitled
        The token is not the person's.
    """
    if not compare_digest(token.encode(), signer_token(key, person).encode()):
        raise NotEntitled(
            f"plan {plan.plan_id}: the token is not that of {person}, expected theirs. Nothing was signed."
        )
    signature = sign(token, _permitted(plan, wanted, person))
    return Event(plan.plan_id, "", 0, PERMITTED, at, code=wanted, sentence=f"{person} {signature}")


def _permitted(plan: Plan, wanted: str, person: str) -> dict[str, str]:
    return {"plan": plan.plan_id, "sha256": plan.sha256, "org": plan.org_id, "permits": wanted, "signed_by": person}


def _said(answer: Answer) -> str:
    return f"{answer.record_id}: {answer.code or 'done'} {answer.message}".rstrip(" .")


def _advice(plan: Plan, option: Permission) -> str:
    what = (
        "asks once more with the owner that an account has"
        if option == "second-probe"
        else "reads, compares and writes 25 accounts at a time; what a person changes in between is lost"
    )
    return f"`assignment write-back apply {plan.cycle} --{option} --as YOU` {what}."
