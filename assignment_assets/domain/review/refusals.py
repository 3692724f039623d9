"""Edits that no count can save: each refused with the rule's name and a sentence that says what is."""

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from assignment_assets.domain.review.facts import Account, Edit, ReviewFacts, person_key

EDIT_REASONS = ("morale", "disruption", "edge_case", "relationship")


@dataclass(frozen=True)
class Refusal:
    """The rule that an edit breaks, and the sentence for the person who made it."""

    rule: str
    message: str


def cite(edits: Iterable[Edit]) -> str:
    """The edits as sentences name them: "rows 3 and 4 of dana@example.com's review (receipt 2)"."""
    rows_of: dict[tuple[int, str], set[int]] = {}
    for edit in edits:
        rows_of.setdefault((edit.receipt_no, edit.director), set()).add(edit.row_no)
    parts = []
    for (receipt_no, director), rows in sorted(rows_of.items()):
        word = "row" if len(rows) == 1 else "rows"
        parts.append(f"{word} {listed(str(row) for row in sorted(rows))} of {director}'s review (receipt {receipt_no})")
    return "; ".join(parts)


def listed(words: Iterable[str]) -> str:
    """Words as a sentence lists them: "a, b and c"."""
    words = list(words)
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def refuse_faulty(edits: list[Edit], facts: ReviewFacts) -> dict[Edit, Refusal]:
    """Refusals of edits for what they are, before anything is counted; `edits` in the order of judging."""
    refusals = {}
    first: dict[tuple[int, str, str], Edit] = {}
    for edit in edits:
        refusal = next(_faults(edit, facts), None)
        if refusal is None:
            earlier = first.setdefault((edit.receipt_no, edit.edit_kind, edit.account_id), edit)
            if earlier is not edit:
                refusal = Refusal(
                    "duplicate_edit",
                    f"Row {earlier.row_no} of the same review already {edit.edit_kind}s account {edit.account_id}"
                    f" ({facts.book(earlier.rep_id)}); the first row counts. Keep one of the two.",
                )
        if refusal is not None:
            refusals[edit] = refusal
    return refusals


def _faults(edit: Edit, facts: ReviewFacts) -> Iterator[Refusal]:
    if (edit.edit_reason or "").strip() not in EDIT_REASONS:
        found = f"'{edit.edit_reason}' is not a reason" if (edit.edit_reason or "").strip() else "The reason is missing"
        yield Refusal("no_reason", f"{found}. Every edit needs one of {listed(EDIT_REASONS)}.")
    account = facts.accounts.get(edit.account_id)
    if account is None or edit.account_id in facts.withdrawn:
        yield _not_in_review(edit, facts)
        return
    rep = facts.reps.get(edit.rep_id)
    if rep is None or not rep.is_field:
        found = f"{rep.name} is an Inside Sales member" if rep else f"Rep '{edit.rep_id}' is unknown"
        yield Refusal("unknown_rep", f"{found}; an edit names a field rep's book.")
        return
    in_book = account.proposed_owner_id == edit.rep_id
    gives_away = edit.edit_kind == "add" and account.is_in_field_book
    theirs = facts.heads(edit.director, edit.rep_id)
    if not theirs and not (gives_away and facts.heads(edit.director, account.proposed_owner_id)):
        yield Refusal("not_your_region", _not_your_region(edit, facts))
    if account.is_locked:
        yield Refusal(
            "locked",
            f"Account {edit.account_id} is locked in {facts.book(account.proposed_owner_id)};"
            " locks hold to the end of the cycle.",
        )
    if edit.edit_kind == "drop" and not in_book:
        yield Refusal(
            "not_in_book",
            f"Account {edit.account_id} is not in {facts.book(edit.rep_id)}: it is proposed"
            f" for {facts.name(account.proposed_owner_id)}.",
        )
    if edit.edit_kind == "add":
        yield from _faults_of_add(edit, account, facts)


def _faults_of_add(edit: Edit, account: Account, facts: ReviewFacts) -> Iterator[Refusal]:
    rep = facts.reps[edit.rep_id]
    if account.proposed_owner_id == edit.rep_id:
        yield Refusal("already_there", f"Account {edit.account_id} is in {facts.book(edit.rep_id)} already.")
    if not (rep.is_active and rep.is_receiver) or rep.is_on_leave:
        standing = "on leave" if rep.is_on_leave else "no receiver of this cycle"
        why = f"is {standing if rep.is_active else 'not active'}"
        yield Refusal("not_a_receiver", f"{rep.name} {why} and receives no accounts. Choose another rep.")
    if not facts.covers(edit.rep_id, account):
        yield Refusal(
            "covered_states",
            f"Account {edit.account_id} is in {account.state or 'no known state'}; {rep.name} covers"
            f" {listed(sorted(rep.covered_states)) or 'no state'}. Growth Strategy may make a named exception.",
        )


def _not_in_review(edit: Edit, facts: ReviewFacts) -> Refusal:
    other_cycle = facts.withdrawn.get(edit.account_id)
    if other_cycle is not None:
        found = f"Account {edit.account_id} was withdrawn: the narrower cycle {other_cycle} decides its owner"
    else:
        found = f"Account '{edit.account_id}' is not in this cycle's books: it is fixed, carved out or unknown"
    return Refusal("not_in_review", f"{found}. Only accounts of the review book can be edited.")


def _not_your_region(edit: Edit, facts: ReviewFacts) -> str:
    regions = facts.regions_of.get(person_key(edit.director), frozenset())
    theirs = f"is director of {listed(sorted(regions))}" if regions else "is director of no region"
    return (
        f"{facts.book(edit.rep_id)} belongs to {facts.region(edit.rep_id)}; {edit.director} {theirs}."
        " Ask that region's director."
    )
