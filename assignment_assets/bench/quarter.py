"""A quarter of a company's life, drawn from a seed: new accounts, leavers, starters, leaves, new territories."""

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from random import Random

import polars as pl

from assignment_assets.sample.company import Company
from assignment_assets.sample.record_ids import record_ids
from assignment_assets.sandbox.loading import HUMAN_USER_ID

OPENS, HOURS = 8, 10
POLL_MINUTES = 5
HEARTBEAT = 24  # polls: two hours


@dataclass(frozen=True)
class Size:
    """How large the company is and how much happens in how many working days."""

    reps: int = 400
    accounts: int = 40_000
    arrivals: int = 3_000
    departures: int = 40
    starters: int = 25
    leaves: int = 60
    territory_changes: int = 20
    days: int = 65


@dataclass(frozen=True)
class Happening:
    """One thing that people do in the org at one moment: `hook` with `entries`; `subject` is whom it is about."""

    at: datetime
    kind: str
    subject: str
    hook: str
    entries: dict


@dataclass(frozen=True)
class Story:
    """A company on its first day, and what happens, in order."""

    size: Size
    begins: date
    company: Company
    happenings: tuple[Happening, ...]

    def working_days(self) -> Iterator[date]:
        """Mondays to Fridays."""
        return _working_days(self.begins, self.size.days)


def draw(size: Size, company: Company, begins: date, seed: int) -> Story:
    """The story of this size and seed: the same arguments give the same happenings."""
    rng = Random(seed)
    moments = _moments(size, begins, rng)
    field = company.reps.filter((pl.col("team") == "field") & pl.col("is_active")).sort("rep_id")
    here = field.filter(pl.col("on_leave_until").is_null() | (pl.col("on_leave_until") < begins))
    reps = here["rep_id"].to_list()
    rng.shuffle(reps)
    leavers, away = reps[: size.departures], reps[size.departures : size.departures + size.leaves]
    moving = reps[size.departures + size.leaves :][: size.territory_changes]
    rows = {row["rep_id"]: row for row in field.iter_rows(named=True)}
    happenings = [*_arrivals(size, company, moments, rng), *_starters(company, size, rows, reps, moments, rng)]
    for rep_id in leavers:
        happenings.append(_edit(next(moments), "departure", rep_id, IsActive=False))
    for rep_id in away:
        at = next(moments)
        until = at.date() + timedelta(days=rng.randint(3, 20))
        happenings.append(_edit(at, "leave_started", rep_id, On_Leave_Until__c=until.isoformat()))
    states = sorted(set(field["covered_states"].explode().drop_nulls()))
    for rep_id in moving:
        gained = rng.choice([state for state in states if state not in rows[rep_id]["covered_states"]])
        covered = sorted([*rows[rep_id]["covered_states"], gained])
        happenings.append(_edit(next(moments), "states_gained", rep_id, Covered_States__c=";".join(covered)))
    return Story(size, begins, company, tuple(sorted(happenings, key=lambda each: (each.at, each.subject))))


def polls(story: Story) -> Iterator[tuple[datetime, list[Happening]]]:
    """Every poll that has something to see, and one each morning and evening, with what happened before it."""
    waiting = list(story.happenings)
    for day in story.working_days():
        start = datetime(day.year, day.month, day.day, OPENS)
        for number in range(HOURS * 60 // POLL_MINUTES + 9):
            at = start + timedelta(minutes=POLL_MINUTES * number)
            due = [each for each in waiting if each.at <= at]
            if due or number == 0 or number % HEARTBEAT == 8:
                waiting = waiting[len(due) :]
                yield at, due


def _working_days(begins: date, count: int) -> Iterator[date]:
    day = begins
    while count:
        if day.weekday() < 5:
            yield day
            count -= 1
        day += timedelta(days=1)


def _moments(size: Size, begins: date, rng: Random) -> Iterator[datetime]:
    days = list(_working_days(begins, size.days))
    while True:
        day = rng.choice(days[1:] or days)
        yield datetime(day.year, day.month, day.day, OPENS) + timedelta(seconds=rng.randrange(HOURS * 3600))


def _edit(at: datetime, kind: str, rep_id: str, **fields: object) -> Happening:
    return Happening(at, kind, rep_id, "edit", {"object": "User", "id": rep_id, "fields": fields})


def _arrivals(size: Size, company: Company, moments: Iterator[datetime], rng: Random) -> Iterator[Happening]:
    """New clinics beside old ones: most without anything, some with a parent, an open deal, or both."""
    old = company.accounts.filter(pl.col("carve_out").is_null()).sort("account_id")
    deals = iter(record_ids("006", company.opportunities.height + size.arrivals)[company.opportunities.height :])
    owners = _owners_by_state(company)
    models = old.select("account_id", "state", "postal_code", "latitude", "longitude", "value_cents", "tier").rows()
    for account_id in record_ids("001", company.accounts.height + size.arrivals)[company.accounts.height :]:
        model, at = rng.choice(models), next(moments)
        record = {
            "Id": account_id,
            "Name": f"New clinic {account_id[-8:]}",
            "OwnerId": HUMAN_USER_ID,
            "BillingStateCode": model[1],
            "BillingPostalCode": model[2],
            "BillingLatitude": model[3],
            "BillingLongitude": model[4],
            "Account_Value__c": model[5] / 100,
            "Tier__c": model[6],
            "Opp_Count__c": rng.randrange(60),
            "BPS__c": rng.randrange(100),
            "TAM__c": rng.randrange(100_000),
        }
        if rng.random() < 0.15:
            record["ParentId"] = model[0]
        yield Happening(at, "arrival", account_id, "create", {"object": "Account", "records": [record]})
        deal_id, able = next(deals), owners.get(model[1])
        if able and rng.random() < 0.1:
            deal = {
                "Id": deal_id,
                "AccountId": account_id,
                "OwnerId": rng.choice(able),
                "StageName": "Qualification",
                "Amount": rng.randrange(1_000, 90_000),
                "CloseDate": (at.date() + timedelta(days=60)).isoformat(),
            }
            yield Happening(at, "deal", deal_id, "create", {"object": "Opportunity", "records": [deal]})


def _owners_by_state(company: Company) -> dict[str, list[str]]:
    field = company.reps.filter((pl.col("team") == "field") & pl.col("is_active"))
    covering = field.select("rep_id", state="covered_states").explode("state").drop_nulls().sort("rep_id")
    return dict(covering.group_by("state", maintain_order=True).agg("rep_id").iter_rows())


def _starters(
    company: Company, size: Size, rows: dict[str, dict], reps: list[str], moments: Iterator[datetime], rng: Random
) -> Iterator[Happening]:
    """New reps beside old ones, with half a book of seats."""
    for rep_id in record_ids("005", company.reps.height + size.starters)[company.reps.height :]:
        beside, at = rows[rng.choice(reps)], next(moments)
        record = {
            "Id": rep_id,
            "Name": f"Starter {rep_id[-6:]}",
            "Email": f"{rep_id.lower()}@example.com",
            "IsActive": True,
            "Assignment_Team__c": "field",
            "Region__c": beside["region"],
            "Director_Email__c": beside["director_email"],
            "Latitude__c": beside["latitude"],
            "Longitude__c": beside["longitude"],
            "Covered_States__c": ";".join(beside["covered_states"]),
            "Started_On__c": at.date().isoformat(),
            "Book_Capacity__c": 50,
        }
        yield Happening(at, "new_starter", rep_id, "create", {"object": "User", "records": [record]})


def utc(moment: datetime) -> datetime:
    """The same moment with its zone, as the org's clock tells it."""
    return moment.replace(tzinfo=UTC)
