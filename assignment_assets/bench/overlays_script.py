"""What happens in a quarter beside the owners, drawn from a seed: in the CS system, and by people in the CRM."""

from collections import deque
from dataclasses import dataclass, field
from random import Random

from assignment_assets.bench.overlays_company import Size
from assignment_assets.sandbox.loading import HUMAN_USER_ID
from assignment_assets.sandbox.overlay_people import ADMINISTRATOR_ID, CS_OPERATIONS_ID, OverlayPeople

LISTED = (CS_OPERATIONS_ID, ADMINISTRATOR_ID)
APART = 30
"""So many happenings lie between two that touch one account."""


@dataclass(frozen=True)
class Happening:
    """One thing that somebody does.

    Attributes
    ----------
    kind
        change, override, account_override, close, reopen, closed_edit, new, merge, move, architect, account_architect.
    accounts
        Those that it touches, the record's own first.
    person_id
        Whom it names; null is nobody.
    by
        The user who does it.
    """

    kind: str
    accounts: tuple[str, ...]
    record_id: str = ""
    person_id: str | None = None
    by: str = HUMAN_USER_ID


@dataclass
class Draw:
    """The state that the draw goes by: not the org's, which is not known beforehand."""

    chosen: Random
    people: OverlayPeople
    csm: dict[str, str | None]
    open: dict[str, str]
    recent: deque[str] = field(default_factory=lambda: deque(maxlen=APART))
    closed: list[tuple[str, str]] = field(default_factory=list)
    overridden: set[str] = field(default_factory=set)

    def __post_init__(self) -> None:
        self.accounts = sorted(self.csm)
        self.last_word = dict(self.csm)

    def account(self, kind: str = "") -> str:
        """One that nothing has touched lately; those whose architect changes get no new opportunities, so that it makes
        no difference when the engine sees them."""
        part = {"account_architect": self.accounts[::5], "new": self.accounts[1::5]}.get(kind, self.accounts)
        while (account := self.chosen.choice(part)) in self.recent:
            continue
        return account

    def deal(self) -> str:
        """An open one of such an account."""
        deals = list(self.open)
        while self.open[deal := self.chosen.choice(deals)] in self.recent:
            continue
        return deal

    def another(self, *but: str | None) -> str:
        """A customer-success manager who is none of these."""
        return self.chosen.choice([each for each in self.people.csm_ids if each not in but])

    def touch(self, *accounts: str) -> None:
        """Notes that they have been touched."""
        self.recent.extend(accounts)


def quarter(size: Size, seed: int, csm: dict[str, str | None], open_deals: dict[str, str]) -> list[Happening]:
    """Everything that happens, in order.

    Parameters
    ----------
    csm
        Account → its person at first.
    open_deals
        Opportunity → account.
    """
    chosen = Random(f"quarter {seed}")
    counts = {
        **{"change": size.changes, "override": size.overrides, "account_override": size.account_overrides},
        **{"close": size.closings, "reopen": size.reopenings, "closed_edit": size.closed_edits, "new": size.new_deals},
        **{"merge": size.merges, "move": size.moves, "architect": size.architect_edits},
        "account_architect": size.account_architects,
    }
    kinds = [kind for kind, count in counts.items() for _ in range(count)]
    chosen.shuffle(kinds)
    later = [kind for kind in kinds if kind in ("reopen", "closed_edit")]
    rest = [kind for kind in kinds if kind not in ("reopen", "closed_edit")]
    half = len(rest) // 2  # what is about closed ones needs closings before it
    second = rest[half:] + later
    chosen.shuffle(second)
    draw = Draw(chosen, OverlayPeople(size.csms, size.architects), dict(csm), dict(open_deals))
    return [happening for kind in rest[:half] + second if (happening := _drawn(draw, kind)) is not None]


def beside(size: Size, seed: int, csm: dict[str, str | None]) -> list[Happening]:
    """The changes while a write-back runs; `csm` is each account's person by the CS system then."""
    chosen = Random(f"beside {seed}")
    people = OverlayPeople(size.csms, size.architects)
    found = []
    for account in chosen.sample(sorted(csm), size.beside):
        person = chosen.choice([each for each in people.csm_ids if each != csm[account]])
        found.append(Happening("change", (account,), account, person))
    return found


def _drawn(draw: Draw, kind: str) -> Happening | None:
    chosen = draw.chosen
    match kind:
        case "change" | "account_override" | "account_architect":
            happening = _on_account(draw, kind)
        case "reopen" | "closed_edit":
            ready = [place for place, (_, account) in enumerate(draw.closed) if account not in draw.recent]
            if not ready:
                return None
            deal, account = draw.closed.pop(chosen.choice(ready))
            by = chosen.choice([*LISTED, HUMAN_USER_ID, draw.people.csm_ids[0]])
            happening = Happening(kind, (account,), deal, draw.another() if kind == "closed_edit" else None, by)
            if kind == "reopen":
                draw.open[deal] = account
        case "new":
            account = draw.account(kind)
            person = draw.another() if chosen.random() < 0.3 else None
            happening = Happening(kind, (account,), "", person)
        case _:
            happening = _on_deal(draw, kind)
    draw.touch(*happening.accounts)
    return happening


def _on_account(draw: Draw, kind: str) -> Happening:
    chosen, account = draw.chosen, draw.account(kind)
    if kind == "account_architect":
        person = chosen.choice([*draw.people.solutions_architect_ids, None])
        return Happening(kind, (account,), account, person, ADMINISTRATOR_ID)
    person = draw.another(draw.csm[account], draw.last_word.get(account))
    if kind == "change" and chosen.random() < 0.08 and draw.last_word.get(account) and draw.csm[account]:
        person = None
    draw.csm[account] = person
    if kind == "change":
        draw.last_word[account] = person
        return Happening(kind, (account,), account, person)
    return Happening(kind, (account,), account, person, chosen.choice(LISTED))


def _on_deal(draw: Draw, kind: str) -> Happening:
    chosen, deal = draw.chosen, draw.deal()
    account = draw.open[deal]
    match kind:
        case "override":
            draw.overridden.add(deal)
            is_listed = chosen.random() < 0.5
            by = chosen.choice(LISTED) if is_listed else chosen.choice([HUMAN_USER_ID, *draw.people.csm_ids])
            return Happening(kind, (account,), deal, draw.another(), by)
        case "architect":
            by = chosen.choice(draw.people.solutions_architect_ids)
            return Happening(kind, (account,), deal, chosen.choice([by, None]), by)
        case "close":
            draw.closed.append((deal, account))
            del draw.open[deal]
            return Happening(kind, (account,), deal)
        case "move":
            while deal in draw.overridden:
                deal = draw.deal()
            source = draw.open[deal]
            target = source
            while target == source:
                target = draw.account()
            draw.open[deal] = target
            return Happening(kind, (source, target), deal)
        case _:
            winner = deal
            while winner == deal:
                winner = draw.deal()
            del draw.open[deal]
            return Happening("merge", (account, draw.open[winner]), deal, winner)
