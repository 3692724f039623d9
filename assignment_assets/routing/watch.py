"""Brings the views up to date: workload, alerts, summary, conflicts, the missing rule, KPIs."""

from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.routing.candidates import owners_in_force
from assignment_assets.domain.routing.events.departure import departure_ways
from assignment_assets.domain.routing.families import hierarchy_conflicts
from assignment_assets.domain.routing.missing_rule import missing_rules
from assignment_assets.domain.routing.people import People, loads
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    ALERTS,
    ANSWERS,
    CONFLICT_PAIRS,
    CONFLICTS,
    DECISIONS,
    DEPARTURE_WAYS,
    DEPARTURES,
    EVENTS,
    HIERARCHY_CONFLICTS,
    KPIS,
    MISSING_RULES,
    NEW_ACCOUNTS,
    PASSES,
    POLLS,
    SEEN_ACCOUNTS,
    SEEN_OPPORTUNITIES,
    SEEN_REPS,
    SUMMARY,
    UNOWNED,
    WORKLOAD,
    WRITES,
)
from assignment_assets.domain.routing.views import conflict_pairs, kpis, summary
from assignment_assets.domain.routing.watch import alerts, unowned
from assignment_assets.domain.routing.workload import workload
from assignment_assets.io.durable import write_whole
from assignment_assets.routing.log import RoutingLog, Transaction
from assignment_assets.routing.reconcile import activities, beside

KPI_EVERY = timedelta(hours=1)
REPLAYED_AT_MOST = 5_000


def watch(log: RoutingLog, rules: RoutingRules, now: datetime) -> pl.DataFrame:
    """Brings workload, unowned accounts, alerts and the summary up to date; returns the alerts that stand.

    It ends the pass: what was planned in it may go on from here.
    """
    with log.open() as transaction:
        accounts, reps, decisions = (
            transaction.rows(SEEN_ACCOUNTS),
            transaction.rows(SEEN_REPS),
            transaction.rows(DECISIONS),
        )
        loaded = workload(
            accounts,
            reps,
            transaction.rows(SEEN_OPPORTUNITIES),
            decisions,
            transaction.rows(WORKLOAD),
            rules,
            now,
            activities(transaction),
        )
        polls = transaction.rows(POLLS)
        before_last = polls["polled_at"][-2] if polls.height > 1 else now
        raised, lasting = alerts(
            unowned(accounts, reps, rules), loaded, transaction.rows(UNOWNED), before_last, rules, now
        )
        transaction.replace(WORKLOAD, loaded)
        transaction.replace(UNOWNED, lasting)
        transaction.replace(ALERTS, raised)
        transaction.replace(SUMMARY, summary(decisions, transaction.rows(WRITES), now))
        transaction.replace(PASSES, pl.DataFrame({"ended_at": [now]}, schema=PASSES.columns))
    _tell(log, raised, now)
    return raised


def _tell(log: RoutingLog, raised: pl.DataFrame, now: datetime) -> None:
    """Management's alerts, a line each with how long it has lasted, accounts of nobody first, then reps above the
    high-water mark; the file says so where there is nothing left."""
    path = log.folder.root / "alerts" / "routing.txt"
    if not raised.height and not path.is_file():
        return
    first = raised.sort(["kind", "hours", "subject_id"], descending=[True, True, False])
    lines = [f"{row['subject_id']}: {row['sentence']}, for {row['hours']:.1f} hours." for row in first.to_dicts()]
    write_whole(path, "\n".join([f"As of {now:%Y-%m-%d %H:%M} UTC:", *(lines or ["nothing stands out."])]) + "\n")


def study_conflicts(log: RoutingLog, rules: RoutingRules, now: datetime) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Tables `conflict_pairs` and `missing_rules`: how often rules meet, and which rule would have kept them apart."""
    with log.open() as transaction:
        conflicts = transaction.rows(CONFLICTS)
        arrivals = transaction.rows(NEW_ACCOUNTS).tail(REPLAYED_AT_MOST)
        reps, counts = transaction.rows(SEEN_REPS), _loads(transaction)
        pairs = conflict_pairs(conflicts)
        missing = missing_rules(arrivals, conflicts, rules, lambda: People(reps, counts, (), now.date()))
        transaction.replace(CONFLICT_PAIRS, pairs)
        transaction.replace(MISSING_RULES, missing)
    return pairs, missing


def study_families(log: RoutingLog) -> pl.DataFrame:
    """Table `hierarchy_conflicts` as of the last poll."""
    with log.open() as transaction:
        found = hierarchy_conflicts(transaction.rows(SEEN_ACCOUNTS), transaction.rows(SEEN_REPS))
        transaction.replace(HIERARCHY_CONFLICTS, found)
    return found


def follow_departures(log: RoutingLog) -> pl.DataFrame:
    """Table `departure_ways` as of the last poll."""
    with log.open() as transaction:
        ways = departure_ways(
            transaction.rows(DEPARTURES),
            transaction.rows(EVENTS),
            transaction.rows(SEEN_ACCOUNTS),
            transaction.rows(SEEN_REPS),
        )
        transaction.replace(DEPARTURE_WAYS, ways)
    return ways


def _loads(transaction: Transaction) -> dict[str, int]:
    """Loads without what routing itself has given: the replay gives it anew."""
    given = transaction.rows(DECISIONS)["account_id"]
    accounts = transaction.rows(SEEN_ACCOUNTS).filter(~pl.col("account_id").is_in(given.implode()))
    return loads(accounts, owners_in_force(DECISIONS.empty(), WRITES.empty()))


def measure(log: RoutingLog, rules: RoutingRules, now: datetime) -> pl.DataFrame:
    """The KPIs as of now; they join the history at most once an hour."""
    with log.open() as transaction:
        rows = kpis(
            transaction.rows(SEEN_ACCOUNTS),
            transaction.rows(SEEN_REPS),
            transaction.rows(DECISIONS),
            transaction.rows(WRITES),
            transaction.rows(ANSWERS),
            rules,
            now,
            beside(transaction, log.folder),
        )
        last: datetime | None = transaction.rows(KPIS).select(pl.col("at").max()).item()
        if last is None or now - last >= KPI_EVERY:
            transaction.append(KPIS, rows)
    return rows
