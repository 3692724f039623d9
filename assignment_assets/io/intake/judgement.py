"""The judgement of one look: which new files are accepted, ignored, held or refused, and in which order."""

from collections.abc import Callable, Collection, Mapping
from dataclasses import replace
from datetime import datetime, timedelta

from assignment_assets.domain.gate import GATES
from assignment_assets.domain.gates.gates import GateManifest, Receipt, latest_receipts, on_hold
from assignment_assets.io.intake.files import Found, Notice
from assignment_assets.io.intake.log import SeenFiles, Sight
from assignment_assets.io.intake.verdicts import GOOD, REFUSED, WAITING, Judged, judge

PATIENCE = timedelta(hours=1)


class GateJudge:
    """One look at one gate, given what earlier looks left behind; writes nothing itself.

    Parameters
    ----------
    manifest
        The gate as issued.
    receipts, seen
        Receipts given so far; files that earlier looks saw.
    now
        UTC without zone.
    settled
        Seconds that a file must have been unchanged.
    closed_at
        When the gate closed, or None.
    arrivals
        (place, digest) → since when a content that was fetched from a store lay there.
    """

    def __init__(
        self,
        manifest: GateManifest,
        receipts: tuple[Receipt, ...],
        seen: SeenFiles,
        now: datetime,
        key: bytes,
        settled: float,
        closed_at: datetime | None,
        arrivals: Mapping[tuple[str, str], datetime] | None = None,
        sent: Callable[[str], Collection[str] | None] = lambda person: None,
    ):
        self.manifest, self.seen, self.now, self.key = manifest, seen, now, key
        self.settled, self.closed_at, self.arrivals = settled, closed_at, arrivals or {}
        self.sent = sent
        self.receipts = list(receipts)
        self.contents: dict[str, bytes] = {}
        self.is_settling = False
        self._num_old = len(receipts)

    @property
    def new_receipts(self) -> tuple[Receipt, ...]:
        """The receipts of this look, in the order of their numbers."""
        return tuple(self.receipts[self._num_old :])

    def judge_all(self, found: list[Found]) -> list[Notice]:
        """Gives receipts person by person; returns a notice for every file that waits."""
        notices = []
        for person in sorted({each.person for each in found}):
            notices += self._person([each for each in found if each.person == person])
        return notices

    def seen_now(self, found: list[Found], person: str = "") -> SeenFiles:
        """What the next look should know; where only one person's files were looked at, the others' as before."""
        taken = {(f"{receipt.person}/{receipt.file_name}", receipt.digest) for receipt in self.new_receipts}
        files = {each.key: self._sight(each, (each.key, each.digest) in taken) for each in found}
        others = {key: sight for key, sight in self.seen.files.items() if person and not key.startswith(f"{person}/")}
        return SeenFiles(len(self.receipts), others | files)

    def _person(self, files: list[Found]) -> list[Notice]:
        """Receipts for one person's new files; notices for those that wait."""
        new = [each for each in files if not self._sight(each).has_receipt]
        if any(not self._is_settled(each) for each in new):
            self.is_settling |= any(not self._is_late(each) for each in new)
            return [
                Notice(each.person, each.file_name, "unsettled", f"{each.file_name}: just arrived; looking again.")
                for each in new
            ]
        notices = []
        good: dict[str, list[tuple[Found, Judged]]] = {}
        for each in new:
            judged = self._timely(each, judge(each, self.manifest, self.key, self.sent))
            if judged.state == WAITING:
                notices.append(Notice(each.person, each.file_name, judged.rule, judged.sentence))
            elif judged.state == GOOD:
                good.setdefault(judged.subject, []).append((each, judged))
            else:
                self._give(each, judged, "refused")
        for entries in good.values():
            self._accept_or_hold(entries)
        if not good:
            self._settle_holds(files)
        return notices

    def _timely(self, found: Found, judged: Judged) -> Judged:
        """The same judgement, or a refusal where it comes too late or has waited too long."""
        waited = self.now - self._sight(found).since
        if judged.rule == "incomplete" and waited >= PATIENCE:
            return replace(
                judged,
                state=REFUSED,
                sentence=f"{found.file_name}: still not a whole workbook after an "
                "hour, expected .xlsx. Copy it again, or save it under a new name and copy that.",
            )
        if GATES[self.manifest.gate].is_signed or judged.state not in (WAITING, GOOD) or judged.rule == "incomplete":
            return judged
        if self.closed_at:
            return replace(
                judged,
                state=REFUSED,
                rule="gate_closed",
                sentence=f"{found.file_name}: the gate closed at "
                f"{_minute(self.closed_at)}; what counted then stands. "
                "Growth Strategy can re-open the cycle.",
            )
        is_late = self.now > self.manifest.deadline if judged.state == WAITING else self._is_late(found)
        if not is_late:
            return judged
        if judged.state == WAITING:
            return replace(
                judged,
                state=REFUSED,
                sentence=f"{found.file_name}: Finished? was not yes at the deadline "
                f"{_minute(self.manifest.deadline)}; it counts as not returned.",
            )
        return replace(
            judged,
            state=REFUSED,
            rule="late",
            sentence=f"{found.file_name}: it came after the deadline "
            f"{_minute(self.manifest.deadline)} and does not count. "
            "Growth Strategy can re-open the cycle.",
        )

    def _accept_or_hold(self, entries: list[tuple[Found, Judged]]) -> None:
        """One person's good files on one subject: accepted, ignored as known already, or held as contradictory."""
        person, subject = entries[0][0].person, entries[0][1].subject
        counting = next(
            (
                each
                for each in latest_receipts(self.receipts, self.manifest.revision)
                if (each.person, each.subject) == (person, subject)
            ),
            None,
        )
        holds = {
            each.digest
            for each in on_hold(self.receipts, self.manifest.revision)
            if (each.person, each.subject) == (person, subject)
        }
        known = counting.digest if counting and not holds else ""
        contents = {found.digest for found, _ in entries} - {known}
        names = ", ".join(found.file_name for found, _ in entries if found.digest != known)
        for found, judged in entries:
            if found.digest == known or self._was_given_now(found, subject):
                sentence = f"{found.file_name}: the same content as {self._counting(person, subject)}; nothing changes."
                self._give(found, replace(judged, rule="same_content", sentence=sentence), "ignored")
            elif len(contents) > 1:
                sentence = (
                    f"{judged.sentence}\n  Held: different files came at once ({names}). "
                    "Remove all but the one that you mean."
                )
                self._give(found, replace(judged, rule="two_files", sentence=sentence), "held")
            else:
                self._give(found, judged, "accepted")

    def _settle_holds(self, files: list[Found]) -> None:
        """Accepts what is left of files on hold once only one of their contents still lies there."""
        holds = [each for each in on_hold(self.receipts, self.manifest.revision) if each.person == files[0].person]
        for subject in sorted({each.subject for each in holds}):
            digests = {each.digest for each in holds if each.subject == subject}
            left = [each for each in files if each.digest in digests]
            if len({each.digest for each in left}) == 1:
                judged = self._timely(left[0], judge(left[0], self.manifest, self.key, self.sent))
                if judged.state == GOOD:
                    self._give(left[0], judged, "accepted")

    def _was_given_now(self, found: Found, subject: str) -> bool:
        return any(
            (each.person, each.subject, each.digest, each.verdict) == (found.person, subject, found.digest, "accepted")
            for each in self.new_receipts
        )

    def _counting(self, person: str, subject: str) -> str:
        counting = next(
            each
            for each in latest_receipts(self.receipts, self.manifest.revision)
            if (each.person, each.subject) == (person, subject)
        )
        return f"receipt {counting.receipt_no} ({counting.file_name})"

    def _give(self, found: Found, judged: Judged, verdict: str) -> None:
        self.contents[found.digest] = found.content
        self.receipts.append(
            Receipt(
                receipt_no=len(self.receipts) + 1,
                gate=self.manifest.gate,
                person=found.person,
                subject=judged.subject,
                file_name=found.file_name,
                digest=found.digest,
                suffix=found.suffix,
                received_at=self.now,
                is_late=self._is_late(found),
                revision=judged.revision,
                verdict=verdict,
                rule=judged.rule,
                message=judged.sentence,
            )
        )

    def _sight(self, found: Found, has_receipt: bool = False) -> Sight:
        """The file as seen before, where its content is the same; else as seen now for the first time."""
        known = self.seen.files.get(found.key)
        if known is not None and known.digest == found.digest:
            return replace(known, has_receipt=known.has_receipt or has_receipt)
        return Sight(found.digest, min(self.now, self.arrivals.get((found.key, found.digest), self.now)), has_receipt)

    def _is_settled(self, found: Found) -> bool:
        known = self.seen.files.get(found.key)
        return (
            self.settled <= 0
            or found.is_sealed
            or (known is not None and known.digest == found.digest)
            or self.now - found.changed_at >= timedelta(seconds=self.settled)
        )

    def _is_late(self, found: Found) -> bool:
        return self._sight(found).since > self.manifest.deadline


def _minute(moment: datetime) -> str:
    return moment.strftime("%Y-%m-%d %H:%M UTC")
