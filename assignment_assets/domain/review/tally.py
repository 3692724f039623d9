"""The count of a review: what is dropped, who takes what, which books are used up, which would be overfull."""

from dataclasses import dataclass, field

from assignment_assets.domain.review.facts import Edit, ReviewFacts
from assignment_assets.domain.review.refusals import Refusal, cite

Transfer = tuple[str, str]
"""What an add asks for: account_id to rep_id. Two directors who ask for the same make one transfer."""


@dataclass
class Taking:
    """A transfer that stands, with every edit that asked for it, the first one first."""

    account_id: str
    rep_id: str
    is_held: bool
    edits: list[Edit]


@dataclass
class Tally:
    """One pass over the edits: per book who used its adds and drops, and what was refused on the way.

    `adds` and `drops` map a rep to the accounts counted and the edit that each is counted for, so that an account
    that is dropped by one edit and taken by another counts once on either book.
    """

    adds: dict[str, dict[str, Edit]] = field(default_factory=dict)
    drops: dict[str, dict[str, Edit]] = field(default_factory=dict)
    dropped: dict[str, Edit] = field(default_factory=dict)
    takings: dict[str, Taking] = field(default_factory=dict)
    refusals: dict[Edit, Refusal] = field(default_factory=dict)
    displaced: dict[Transfer, Edit] = field(default_factory=dict)


class Counter:
    """Counts a review's edits; the caller says which transfers are out already.

    Parameters
    ----------
    edits
        Edits without a fault of their own, in the order of judging.
    facts
        What is looked up.
    max_adds, max_drops
        The bounds per book.
    """

    def __init__(self, edits: list[Edit], facts: ReviewFacts, max_adds: int, max_drops: int):
        self.edits, self.facts = edits, facts
        self.bounds = {"add": max_adds, "drop": max_drops}
        self.asked: dict[Transfer, list[Edit]] = {}
        self.droppers: dict[str, list[Edit]] = {}
        for edit in edits:
            if edit.edit_kind == "add":
                self.asked.setdefault((edit.account_id, edit.rep_id), []).append(edit)
            else:
                self.droppers.setdefault(edit.account_id, []).append(edit)

    def source(self, account_id: str) -> str | None:
        """The field rep whose proposed book has the account; None where it is with Inside Sales."""
        account = self.facts.accounts[account_id]
        return account.proposed_owner_id if account.is_in_field_book else None

    def has_both_voices(self, transfer: Transfer) -> bool:
        """True where directors of both regions want the transfer: asked for it, or dropped the account."""
        account_id, rep_id = transfer
        asked = self.asked[transfer]
        source = self.source(account_id)
        takes = any(self.facts.heads(edit.director, rep_id) for edit in asked)
        gives = source is None or any(
            self.facts.heads(edit.director, source) for edit in [*asked, *self.droppers.get(account_id, [])]
        )
        return takes and gives

    def count(self, refused: set[Transfer], yielding: set[Edit]) -> Tally:
        """The tally without the transfers in `refused`, where edits in `yielding` displace no held edit."""
        tally = Tally()
        for edit in self.edits:
            if edit.edit_kind == "drop":
                self._count_drop(edit, tally)
            elif (edit.account_id, edit.rep_id) not in refused:
                self._count_add(edit, edit in yielding, tally)
        return tally

    def is_full(self, rep_id: str, tally: Tally) -> bool:
        """True where the book has no seat left at the end, held edits counted."""
        return self.load(rep_id, tally) >= self.facts.reps[rep_id].capacity

    def load(self, rep_id: str, tally: Tally) -> int:
        """Accounts in the book at the end, held edits counted as it needs most seats."""
        return max(self.loads(tally).get(rep_id, (self.facts.loads[rep_id],)))

    def loads(self, tally: Tally) -> dict[str, tuple[int, int]]:
        """Accounts in each edited book at the end: held edits left out, and held edits carried out."""
        ends: dict[str, list[int]] = {}

        def change(rep_id: str | None, without: int, with_held: int) -> None:
            if rep_id is not None:
                end = ends.setdefault(rep_id, [self.facts.loads[rep_id]] * 2)
                end[0] += without
                end[1] += with_held

        for account_id in tally.dropped:
            change(self.source(account_id), -1, -1)
        for taking in tally.takings.values():
            now = 0 if taking.is_held else 1
            change(taking.rep_id, now, 1)
            if taking.account_id not in tally.dropped:
                change(self.source(taking.account_id), -now, -1)
        return {rep_id: (without, with_held) for rep_id, (without, with_held) in ends.items()}

    def overfilling(self, tally: Tally) -> list[Taking]:
        """The latest transfers into books that end above capacity, as many as are too many."""
        loads = self.loads(tally)
        into: dict[str, list[Taking]] = {}
        for taking in sorted(tally.takings.values(), key=lambda taking: taking.edits[0].order):
            into.setdefault(taking.rep_id, []).append(taking)
        found = []
        for rep_id, takings in into.items():
            without, with_held = (max(0, load - self.facts.reps[rep_id].capacity) for load in loads[rep_id])
            accepted = [taking for taking in takings if not taking.is_held]
            too_many = accepted[::-1][:without]
            rest = [taking for taking in takings if taking not in too_many]
            found += too_many + rest[::-1][: max(0, with_held - len(too_many))]
        return found

    def _count_drop(self, edit: Edit, tally: Tally) -> None:
        drops = tally.drops.setdefault(edit.rep_id, {})
        if edit.account_id not in drops and len(drops) >= self.bounds["drop"]:
            tally.refusals[edit] = self._used_up("drop", edit.rep_id, tally)
            return
        drops.setdefault(edit.account_id, edit)
        tally.dropped.setdefault(edit.account_id, edit)

    def _count_add(self, edit: Edit, is_yielding: bool, tally: Tally) -> None:
        transfer = edit.account_id, edit.rep_id
        is_held = not self.has_both_voices(transfer)
        standing = tally.takings.get(edit.account_id)
        if standing is not None and standing.rep_id == edit.rep_id:
            standing.edits.append(edit)
            return
        if standing is not None and (is_held or is_yielding or not standing.is_held):
            tally.refusals[edit] = already_taken(standing, self.facts)
            return
        source = self.source(edit.account_id)
        drops = tally.drops.setdefault(source, {}) if source is not None else {edit.account_id: edit}
        adds = tally.adds.setdefault(edit.rep_id, {})
        if source is not None and edit.account_id not in drops and len(drops) >= self.bounds["drop"]:
            tally.refusals[edit] = self._used_up("drop", source, tally)
        elif len(adds) >= self.bounds["add"]:
            tally.refusals[edit] = self._used_up("add", edit.rep_id, tally)
        elif standing is not None:
            tally.displaced[edit.account_id, standing.rep_id] = edit
        else:
            drops.setdefault(edit.account_id, edit)
            adds[edit.account_id] = edit
            tally.takings[edit.account_id] = Taking(*transfer, is_held, [edit])

    def _used_up(self, kind: str, rep_id: str, tally: Tally) -> Refusal:
        bound = self.bounds[kind]
        rule = f"over_bound_{kind}s"
        if bound == 0:
            return Refusal(rule, f"No {kind}s are allowed on {self.facts.book(rep_id)} in this cycle.")
        users = (tally.adds if kind == "add" else tally.drops)[rep_id].values()
        takings = [tally.takings[edit.account_id] for edit in users if edit.account_id in tally.takings]
        held = [edit for taking in takings if taking.is_held for edit in taking.edits if edit in set(users)]
        note = f" Held for Growth Strategy, and counted: {cite(held)}." if held else ""
        return Refusal(
            rule, f"{len(users)} of {bound} {kind}s of {self.facts.book(rep_id)} are used: {cite(users)}.{note}"
        )


def already_taken(standing: Taking, facts: ReviewFacts) -> Refusal:
    """The refusal of an add for an account that another book takes."""
    rep_id = standing.rep_id
    where = f"is asked for {facts.book(rep_id)}" if standing.is_held else f"goes to {facts.name(rep_id)}"
    return Refusal("already_taken", f"Account {standing.account_id} {where} by {cite(standing.edits[:1])}.")
