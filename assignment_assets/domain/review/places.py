"""Where edited accounts end up: with the rep who adds them, with their previous owner, or with Inside Sales."""

from dataclasses import dataclass

from assignment_assets.domain.errors import BrokenInvariant
from assignment_assets.domain.review.facts import Account, Edit, Rep, ReviewFacts
from assignment_assets.domain.review.refusals import cite
from assignment_assets.domain.review.tally import Counter, Tally


@dataclass(frozen=True)
class Place:
    """An edited account's owner after review, the edit that decided it and the sentence for the move."""

    account_id: str
    owner_id: str
    review_change: str
    edit: Edit
    sentence: str


def place(tally: Tally, counter: Counter) -> dict[str, Place]:
    """The place of every account that left its proposed owner, by account.

    Accounts that a rep takes go first; then, in the order of the drops, those without a taker go back to their
    previous owner, who must be an active field rep, not on leave, other than the rep they were dropped from, cover
    the state and have a seat beside all adds, held ones included. Returns so far count too. An Inside Sales member who
    had the account before keeps it. All others go to Inside Sales.

    Raises
    ------
    BrokenInvariant
        Where an account needs an Inside Sales member and none is named for it: no account is ever without an owner.
    """
    facts = counter.facts
    places = {}
    for taking in tally.takings.values():
        if not taking.is_held:
            edit = taking.edits[0]
            sentence = f"{edit.because}{_override_note(edit, facts)}"
            places[taking.account_id] = Place(taking.account_id, taking.rep_id, "added", edit, sentence)
    loads = facts.loads | {rep_id: max(ends) for rep_id, ends in counter.loads(tally).items()}
    seats = {rep_id: facts.reps[rep_id].capacity - load for rep_id, load in loads.items()}
    for account_id, edit in tally.dropped.items():
        if account_id not in places:
            places[account_id] = _place_without_taker(facts.accounts[account_id], edit, facts, seats)
    return places


def _place_without_taker(account: Account, edit: Edit, facts: ReviewFacts, seats: dict[str, int]) -> Place:
    previous = facts.reps.get(account.current_owner_id or "")
    obstacle = _obstacle(account, previous, edit, facts, seats)
    if previous is not None and obstacle is None:
        if previous.is_field:
            seats[previous.rep_id] -= 1
        sentence = f"{edit.because}; nobody took it, so it stays with {previous.name}"
        return Place(account.account_id, previous.rep_id, "returned", edit, sentence)
    member = facts.fallback.get(account.account_id)
    if member is None:
        raise BrokenInvariant(
            f"Review: account {account.account_id}, dropped by {cite([edit])}, has no Inside Sales member to go to."
            " Name one in the fallback for every unlocked account in a field book."
        )
    sentence = f"{edit.because}; nobody took it and {obstacle}, so it goes to {facts.name(member)} of Inside Sales"
    return Place(account.account_id, member, "to_inside_sales", edit, sentence)


def _obstacle(
    account: Account, previous: Rep | None, edit: Edit, facts: ReviewFacts, seats: dict[str, int]
) -> str | None:
    """Why the previous owner cannot have the account back; None where they can."""
    if previous is None:
        return "its previous owner is no rep"
    if previous.rep_id == edit.rep_id:
        return f"{previous.name} is its previous owner"
    if not previous.is_active:
        return f"{previous.name}, its previous owner, is not active"
    if not previous.is_field:
        return None if previous.is_inside_sales else f"{previous.name}, its previous owner, is a placeholder"
    if previous.is_on_leave:
        return f"{previous.name}, its previous owner, is on leave"
    if not facts.covers(previous.rep_id, account):
        return f"{previous.name}, its previous owner, does not cover {account.state or 'its state'}"
    if seats[previous.rep_id] <= 0:
        return f"{previous.name}, its previous owner, has no seat left"
    return None


def _override_note(edit: Edit, facts: ReviewFacts) -> str:
    account = facts.accounts[edit.account_id]
    why = facts.overrides.get((edit.account_id, edit.rep_id))
    if why is None or account.state in facts.reps[edit.rep_id].covered_states:
        return ""
    return f"; outside covered states by Growth Strategy's exception: {why}"
