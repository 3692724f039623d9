"""Generated activities with the truth behind them: what people did for which deal, and how they logged it.

The story comes first and the records after it. Somebody of a deal's team, now and then somebody else, does something,
mostly around a change of its stage, sometimes before there is a record of it or after its close, often twice within
days. Besides, accounts are looked after for no deal's sake. Each logs as their habit is: on the deal's record, on a
second record of it that is merged later, on the account, on both, now and then on a wrong one. A subject may say what
the deal is about, another product, or nothing. Nothing here knows the rules that link activities.
"""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta

import numpy as np
import polars as pl

from assignment_assets.domain.overlays.activities import tables
from assignment_assets.domain.tables import FLAG, TEXT, WHOLE
from assignment_assets.sample.deals import PRODUCTS, SPAN_DAYS, Deal, People, Work, deals_of, popularity
from assignment_assets.sample.names import words
from assignment_assets.sample.record_ids import ACCOUNT, OPPORTUNITY, USER, record_ids

AS_OF = date(2026, 10, 1)
TASK, CONTACT = "00T", "003"
CONTACTS = 12  # the most that an account has
TYPES = ("Call", "Email", "Meeting", "Demo", "Proof of concept", "Pricing", "Check-in", "Support", "Training", "Review")
DEAL_TYPES = (0.26, 0.24, 0.2, 0.12, 0.07, 0.06, 0.02, 0.01, 0.01, 0.01)
ACCOUNT_TYPES = (0.2, 0.2, 0.13, 0.03, 0.01, 0.01, 0.18, 0.12, 0.06, 0.06)
SUBJECTS = ("{type}", "{type} with {account}", "Follow-up", "{type} notes", "Next steps", "{type}: open questions")
NAMED = ("{type}: {product}", "{product} {kind}", "{product} follow-up", "{type} {product} next steps")
TRUTH = {
    "activity_id": TEXT,
    "event_no": WHOLE,  # rows of the same number are the same call
    "opportunity_id": TEXT,  # null: it belongs to none
    "is_on_account": FLAG,
}
"""What only a checker may read."""


DAY_MINUTES = 660  # of a working day, from seven on
OTHER_RECORD, MISFILED = 0.005, 0.02  # logged on another deal of the account; on a deal though it belongs to none


@dataclass(frozen=True)
class LoggedWork:
    """What a source would hand over, a frame a table, and the truth."""

    activities: tables.LoggedActivitiesFrame
    opportunities: tables.LinkedOpportunitiesFrame
    teams: tables.OpportunityTeamsFrame
    stages: tables.OpportunityStagesFrame
    merges: tables.OpportunityMergesFrame
    truth: pl.DataFrame

    @property
    def handed_over(self) -> dict[str, pl.DataFrame]:
        """Table → frame, without the truth."""
        frames = (self.activities, self.opportunities, self.teams, self.stages, self.merges)
        return {table.name: frame for table, frame in zip(tables.HANDED_OVER, frames, strict=True)}


def generate_activities(count: int = 5_000, seed: int = 7, work: Work | None = None, as_of: date = AS_OF) -> LoggedWork:
    """So many activities of a company that works like this: the same arguments give the same rows."""
    log = _Log(count, np.random.default_rng([seed, 6]), work or Work())
    log.fill()
    return log.written(as_of)


class _Log:
    """What is written down, row by row, until there are enough activities."""

    def __init__(self, count: int, rng: np.random.Generator, work: Work):
        self.count, self.rng, self.work = count, rng, work
        self.people = People.of(10 + count // 25, work, rng)
        self.names: list[str] = []
        self.deals: list[Deal] = []
        self.records = 0
        self.events = 0
        self.rows: list[tuple] = []  # event, truth, person, record or −1, account, contact, day, type, subject

    def fill(self) -> None:
        """Account after account."""
        starts, kinds = words()["stem_starts"], words()["kinds"]
        ends = words()["stem_ends"]
        while len(self.rows) < self.count:
            pod = tuple(int(self.rng.choice(each)) for each in (self.people.owners, self.people.sas, self.people.csms))
            self.names.append(f"{self._one(starts)}{self._one(ends)} {self._one(kinds)}")
            account = len(self.names) - 1
            contacts = min(CONTACTS, 3 + int(self.rng.poisson(3)))
            deals = deals_of(account, pod, contacts, self.people, self.work, self.records, self.rng)
            self.records += sum(1 + len(deal.duplicates) for deal in deals)
            self.deals += deals
            for deal in deals:
                self._work_on(deal, deals)
            self._look_after(account, pod, contacts, deals)

    def _work_on(self, deal: Deal, deals: list[Deal]) -> None:
        rng, weeks = self.rng, (deal.end - deal.created) / 7
        persons, shares = zip(*deal.workers, strict=True)
        known, weights = zip(*deal.contacts, strict=True)
        for _ in range(rng.poisson(0.8 * rng.lognormal(0, 0.5) * weeks + 1.5)):
            at, person = self._when(deal), int(rng.choice(persons, p=np.array(shares) / sum(shares)))
            if rng.random() < self.work.by_others:
                person = int(rng.integers(len(self.people.habit)))
            contact = int(rng.choice(known, p=np.array(weights) / sum(weights)))
            again = rng.random() < 0.25  # a second one within days, such as the letter after a call
            for day in (at, at + rng.exponential(2.0)) if again else (at,):
                if day < 0:
                    self._log(deal, deals, person, contact, deal.account, day, str(rng.choice(TYPES, p=DEAL_TYPES)))

    def _when(self, deal: Deal) -> float:
        """Mostly around a change, else evenly through its life, or shortly before and after it."""
        rng, draw = self.rng, self.rng.random()
        if draw < 0.5:
            return deal.changes[int(rng.integers(len(deal.changes)))][0] + rng.laplace(-1.0, 4.0)
        if draw < 0.88:
            return rng.uniform(deal.created, deal.end)
        return (
            deal.created - rng.exponential(9.0) if draw < 0.94 or not deal.is_closed else deal.end + rng.exponential(14)
        )

    def _look_after(self, account: int, pod: tuple[int, ...], contacts: int, deals: list[Deal]) -> None:
        rng = self.rng
        for _ in range(rng.poisson(self.work.weekly_account_work * SPAN_DAYS / 7)):
            person = pod[int(rng.choice(3, p=[0.15, 0.25, 0.6]))]
            if rng.random() < self.work.by_others:
                person = int(rng.integers(len(self.people.habit)))
            day = -SPAN_DAYS * rng.random()
            contact = int(rng.choice(contacts, p=popularity(contacts)))
            self._log(None, deals, person, contact, account, day, str(rng.choice(TYPES, p=ACCOUNT_TYPES)))

    def _log(
        self, deal: Deal | None, deals: list[Deal], person: int, contact: int, account: int, day: float, kind: str
    ) -> None:
        """One event as one row, or as two."""
        rng = self.rng
        truth = -1 if deal is None else deal.record
        record = self._record(deal, deals, person, day)
        places = [record]
        if deal and rng.random() < self.work.logged_twice:
            second = self._own_record(deal, day)
            places = [-1, second] if second in (deal.record, record) else [record, second]
        subject = self._subject(deal, deals, account, kind)
        if rng.random() < self.work.without_contact:
            contact = -1
        for number, place in enumerate(places):
            later = float(np.clip(day + number * rng.uniform(-55, 55) / DAY_MINUTES, day // 1, day // 1 + 0.999))
            said = self._subject(deal, deals, account, kind) if number and rng.random() < 0.4 else subject
            self.rows.append((self.events, truth, person, place, account, contact, later, kind, said))
        self.events += 1

    def _record(self, deal: Deal | None, deals: list[Deal], person: int, day: float) -> int:
        """What it is logged on; −1: the account."""
        rng = self.rng
        if deal is None:
            known = [each.record for each in deals if each.created <= day <= each.end]
            return int(rng.choice(known)) if known and rng.random() < MISFILED else -1
        if day < deal.created or rng.random() < self.people.habit[person]:
            return -1
        if len(deals) > 1 and rng.random() < OTHER_RECORD:
            return int(rng.choice([each.record for each in deals if each is not deal]))
        return self._own_record(deal, day)

    def _own_record(self, deal: Deal, day: float) -> int:
        """The deal's record, or one of its duplicates while there were some."""
        there = [each.record for each in deal.duplicates if each.created <= day <= each.merged]
        return int(self.rng.choice([deal.record] * max(1, len(there)) + there))

    def _subject(self, deal: Deal | None, deals: list[Deal], account: int, kind: str) -> str:
        rng, about = self.rng, deal
        named = rng.random() < (self.work.names_product if deal else 0.15)
        if deal is None or rng.random() < 0.03:
            about = deals[int(rng.integers(len(deals)))]
        product = about.product if about and rng.random() < 0.97 else self._one(PRODUCTS)
        said = {"type": kind, "account": self.names[account], "product": product, "kind": about.kind if about else ""}
        return self._one(NAMED if named else SUBJECTS).format(**said)

    def _one(self, choices: tuple[str, ...] | list[str]) -> str:
        return choices[int(self.rng.integers(len(choices)))]

    def written(self, as_of: date) -> LoggedWork:
        """The rows as a source has them, shuffled, with ids."""
        rng = self.rng
        accounts, users = record_ids(ACCOUNT, len(self.names)), record_ids(USER, len(self.people.habit))
        contacts = record_ids(CONTACT, CONTACTS * len(self.names))
        records = record_ids(OPPORTUNITY, self.records)
        drawn = rng.permutation(len(self.rows))[: self.count]
        logged, truth = [], []
        for activity_id, place in zip(record_ids(TASK, len(drawn)), drawn, strict=True):
            event, deal, person, record, account, contact, day, kind, subject = self.rows[place]
            what = records[record] if record >= 0 else accounts[account] if rng.random() < 0.5 else None
            on = accounts[account] if record < 0 or rng.random() < 0.9 else None
            met = contacts[CONTACTS * account + contact] if contact >= 0 else None
            said = (on, met, _moment(as_of, day), kind, subject)
            logged.append((activity_id, users[person], self.people.role(person), what, *said))
            truth.append((activity_id, event, records[deal] if deal >= 0 else None, record < 0))
        frames = _deal_rows(self.deals, records, accounts, users, self.names, as_of, rng)
        return LoggedWork(
            _frame(tables.LOGGED_ACTIVITIES, logged), *frames, pl.DataFrame(truth, schema=TRUTH, orient="row")
        )


def _deal_rows(
    deals: list[Deal],
    records: list[str],
    accounts: list[str],
    users: list[str],
    names: list[str],
    as_of: date,
    rng: np.random.Generator,
) -> tuple:
    """The tables of opportunities, teams, stages and merges; of merged records one in five is still there, closed."""
    found: dict[str, list[tuple]] = {"opportunities": [], "teams": [], "stages": [], "merges": []}
    for deal in deals:
        own, account, name = records[deal.record], accounts[deal.account], names[deal.account]
        called = f"{name} - {deal.product} {deal.kind}"
        created, stage = _day(as_of, deal.created), deal.changes[-1][1]
        closed = _day(as_of, deal.end) if deal.is_closed else None
        is_won = stage == "Closed Won"
        row = (own, account, called, name, created, closed, deal.is_closed, is_won, stage, 100 * deal.amount)
        found["opportunities"].append(row)
        found["teams"] += [(own, users[person], role) for person, role in deal.team.items()]
        found["stages"] += [(own, _moment(as_of, day), stage) for day, stage in deal.changes]
        for each in deal.duplicates:
            into = records[each.into] if each.into >= 0 else "006000000000000AAA"
            found["merges"].append((records[each.record], into, _moment(as_of, each.merged)))
            if rng.random() < 0.2:
                days = (_day(as_of, each.created), _day(as_of, each.merged))
                found["opportunities"].append(
                    (records[each.record], account, called, name, *days, True, False, "Merged", 0)
                )
    kept = (tables.LINKED_OPPORTUNITIES, tables.OPPORTUNITY_TEAMS, tables.OPPORTUNITY_STAGES, tables.OPPORTUNITY_MERGES)
    return tuple(_frame(table, rows) for table, rows in zip(kept, found.values(), strict=True))


def _frame(table: tables.Table, rows: list[tuple]) -> pl.DataFrame:
    return table.conform(pl.DataFrame(rows, schema=table.columns, orient="row"))


def _day(as_of: date, day: float) -> date:
    return (datetime.combine(as_of, time()) + timedelta(days=day)).date()


def _moment(as_of: date, day: float) -> datetime:
    """A minute of a working day's hours, at that day."""
    whole, part = divmod(day, 1.0)
    minutes = 7 * 60 + int(part * DAY_MINUTES)
    return datetime.combine(as_of, time()) + timedelta(days=whole, minutes=minutes)
