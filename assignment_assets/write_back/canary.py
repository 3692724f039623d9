"""The first batch of a plan as a canary: written, looked at again after a wait, and the rest waits for a person."""

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime
from hmac import compare_digest
from typing import Any, Literal

import polars as pl

from assignment_assets.domain.errors import NotEntitled, SourceUnavailable
from assignment_assets.domain.identity.codes import sign, signer_token, verify
from assignment_assets.io.salesforce.connection import Org
from assignment_assets.write_back.circuit_breaker import CircuitBreaker, Pause
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.machine import why_unread
from assignment_assets.write_back.plan import Change
from assignment_assets.write_back.second_look import SecondLook, Snapshot, second_look, snapshot
from assignment_assets.write_back.states import Event, State

SNAPSHOT, LOOKED, GO_ON = "SNAPSHOT", "LOOKED", "GO_ON"
"""Events about a plan: its first batch before and after the write, and who signed that the rest may go."""
Policy = Literal["ask", "go"]


@dataclass(frozen=True)
class Watch:
    """What becomes of the rest once the first batch is verified.

    Attributes
    ----------
    policy
        `ask` waits for a person; `go` goes on by itself where every owner is still the one whom we wrote.
    wait_seconds
        After so long the org's automations have had their turn.
    """

    policy: Policy = "ask"
    wait_seconds: int = 60


@dataclass(frozen=True)
class Canary:
    """The first batch of one plan, in its journal."""

    journal: Journal
    plan: Plan
    key: bytes
    signers: Sequence[str]
    clock: Callable[[], datetime]
    pause: Callable[[float], None]
    watch: Watch = field(default_factory=Watch)

    def parts(
        self, org: Org, breaker: CircuitBreaker, changes: Sequence[Change], in_flight: Collection[str], ended: int
    ) -> Iterator[list[Change]]:
        """What is to be written together: all, or the first batch, and the rest once that was looked at.

        Where the rest must wait the breaker is stopped before it comes.

        Parameters
        ----------
        ended
            Changes of the plan that need nothing more.
        """
        count = self.plan.first_batch - ended
        batch = [each for place, each in enumerate(changes) if place < count or each.record_id in in_flight]
        is_whole = len(batch) == len(changes) and self.looked is None
        if self.plan.first_batch == 0 or is_whole or self._is_passed():
            yield list(changes)
            return
        if self.looked is not None:
            batch = []
        if batch:
            self._keep(org, breaker, batch)
            yield batch
        if not breaker.pause and self.looked is None:
            self._look(org, breaker)
        if not breaker.pause and not self._is_passed():
            breaker.stop(Pause("CANARY", self._asks()))
        sent = {each.record_id for each in batch}
        yield [each for each in changes if each.record_id not in sent]

    @property
    def looked(self) -> dict[str, Any] | None:
        """The event of the second look; None before it."""
        return self.journal.last_plan_event(self.plan.plan_id, LOOKED)

    @property
    def waits(self) -> bool:
        """Whether the rest waits for somebody's signature."""
        return self.looked is not None and not self._is_passed()

    def go_on(self, person: str, token: str) -> Event:
        """The event by which a person signs that the rest may go after what was found.

        Raises
        ------
        NotEntitled
            The person may not sign for all regions, or the token is not theirs.
        """
        if person not in self.signers:
            raise NotEntitled(
                f"plan {self.plan.plan_id}: {person} may not let it go on, expected one of "
                f"{', '.join(self.signers) or 'the signers of all regions, of whom there are none'}. "
                "Nothing was signed."
            )
        if not compare_digest(token.encode(), signer_token(self.key, person).encode()):
            raise NotEntitled(
                f"plan {self.plan.plan_id}: the token is not that of {person}, expected theirs. Nothing was signed."
            )
        return self._event(GO_ON, person, sign(token, self._signed(person)))

    def _is_passed(self) -> bool:
        if self.looked is None:
            return False
        if self.watch.policy == "go" and not SecondLook.of(self.looked["sentence"]).owners:
            return True
        event = self.journal.last_plan_event(self.plan.plan_id, GO_ON)
        if event is None or event["code"] not in self.signers:
            return False
        return verify(signer_token(self.key, event["code"]), self._signed(event["code"]), event["sentence"])

    def _keep(self, org: Org, breaker: CircuitBreaker, batch: list[Change]) -> None:
        """Keeps the accounts as they are, of which nothing was kept and nothing was sent."""
        states = self.journal.account_states(self.plan.plan_id).filter(pl.col("sends") > 0)["account_id"]
        known = set(states).union(*(each.digests for each in self._kept()))
        new = [each.record_id for each in batch if each.record_id not in known]
        if new and not breaker.pause:
            try:
                kept = snapshot(org, new)
            except SourceUnavailable as error:
                breaker.stop(why_unread(error))
                return
            self._note(SNAPSHOT, "", kept.text())

    def _look(self, org: Org, breaker: CircuitBreaker) -> None:
        rows, states = self.journal.rows(self.plan.plan_id), self.journal.account_states(self.plan.plan_id)
        ours = rows.join(states.filter(pl.col("state") == State.VERIFIED), on="account_id", how="semi")
        kept = self._kept()
        began_at = min((datetime.fromisoformat(each.at) for each in kept), default=org.server_now)
        self.pause(self.watch.wait_seconds)
        written = dict(ours.select("account_id", "new_owner_id").iter_rows())
        try:
            found = second_look(org, written, kept, began_at, self.watch.wait_seconds)
        except SourceUnavailable as error:
            breaker.stop(why_unread(error))
            return
        self._note(LOOKED, "changed" if found.owners else "kept", found.text())

    def _asks(self) -> str:
        looked = self.looked
        found = f"{SecondLook.of(looked['sentence'])}. " if looked else ""
        return (
            f"{found}The rest waits for a named person's go on. `assignment write-back status {self.plan.cycle}` shows "
            f"what was found, `assignment write-back go-on {self.plan.cycle} --as YOU` lets the rest go"
        )

    def _kept(self) -> list[Snapshot]:
        events = self.journal.events([self.plan.plan_id]).filter(pl.col("state") == SNAPSHOT)
        return [Snapshot.of(text) for text in events["sentence"]]

    def _signed(self, person: str) -> dict[str, str]:
        """What is signed: this plan, after this look."""
        looked = self.looked or {"hash": ""}
        return {"plan": self.plan.plan_id, "sha256": self.plan.sha256, "after": looked["hash"], "signed_by": person}

    def _note(self, state: str, code: str, sentence: str) -> None:
        self.journal.record([self._event(state, code, sentence)])
        self.journal.commit()

    def _event(self, state: str, code: str, sentence: str) -> Event:
        return Event(self.plan.plan_id, "", 0, state, self.clock(), code=code, sentence=sentence)
