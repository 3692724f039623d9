"""Brings the views up to date: workload, alerts, summary, conflicts, the missing rule, KPIs."""

from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.routing.events.departure import WAYS_OF_LEAVERS
from assignment_assets.domain.routing.families import HierarchyInput, hierarchy_conflicts
from assignment_assets.domain.routing.latest_decisions import ON_THE_WAY
from assignment_assets.domain.routing.missing_rule import missing_rules
from assignment_assets.domain.routing.people import People, loads
from assignment_assets.domain.routing.rules import RoutingRules
from assignment_assets.domain.routing.tables import (
    ALERTS,
    CONFLICT_PAIRS,
    CONFLICTS,
    DECISIONS,
    DEPARTURE_WAYS,
    HIERARCHY_CONFLICTS,
    KPIS,
    MISSING_RULES,
    NEW_ACCOUNTS,
    PASSES,
    POLLS,
    SEEN_ACCOUNTS,
    SEEN_REPS,
    SUMMARY,
    UNOWNED,
    WORKLOAD,
    AlertsFrame,
    ConflictPairsFrame,
    DepartureWaysFrame,
    HierarchyConflictsFrame,
    KpisFrame,
    MissingRulesFrame,
    NewAccountsFrame,
)
from assignment_assets.domain.routing.views import (
    DECISIONS_BY_RULE,
    PAIRS_OF_RULES,
    KpisInput,
    kpis,
    span_starts,
    summary,
)
from assignment_assets.domain.routing.watch import AlertsInput, alerts
from assignment_assets.domain.routing.workload import WEEK, WORKLOAD_COUNTS, workload
from assignment_assets.domain.tables import AccountsFrame
from assignment_assets.io.durable import write_whole
from assignment_assets.routing.log import RoutingLog, Transaction
from assignment_assets.routing.reconcile import beside

KPI_EVERY = timedelta(hours=1)
REPLAYED_AT_MOST = 5_000


def watch(log: RoutingLog, rules: RoutingRules, now: datetime) -> AlertsFrame:
    """Brings workload, unowned accounts, alerts and the summary up to date; returns the alerts that stand.

    It ends the pass: what was planned in it may go on from here.
    """
    with log.open() as transaction:
        counts = transaction.answer(WORKLOAD_COUNTS, week_from=now - WEEK)
        transaction.replace(WORKLOAD, workload(counts, transaction.table(WORKLOAD), rules, now))
        polls = transaction.table(POLLS)
        before_last = polls["polled_at"][-2] if polls.height > 1 else now
        raised, lasting = alerts(AlertsInput.read(transaction, rules), before_last, rules, now)
        transaction.replace(UNOWNED, lasting)
        transaction.replace(ALERTS, raised)
        transaction.replace(SUMMARY, summary(transaction.answer(DECISIONS_BY_RULE, **span_starts(now))))
        transaction.replace(PASSES, pl.DataFrame({"ended_at": [now]}, schema=PASSES.columns))
    _tell(log, raised, now)
    return raised


def _tell(log: RoutingLog, raised: AlertsFrame, now: datetime) -> None:
    """Management's alerts, a line each with how long it has lasted, accounts of nobody first, then reps above the
    high-water mark; the file says so where there is nothing left."""
    path = log.folder.root / "alerts" / "routing.txt"
    if not raised.height and not path.is_file():
        return
    first = raised.sort(["kind", "hours", "subject_id"], descending=[True, True, False])
    lines = [f"{row['subject_id']}: {row['sentence']}, for {row['hours']:.1f} hours." for row in first.to_dicts()]
    write_whole(path, "\n".join([f"As of {now:%Y-%m-%d %H:%M} UTC:", *(lines or ["nothing stands out."])]) + "\n")


def study_conflicts(
    log: RoutingLog, rules: RoutingRules, now: datetime
) -> tuple[ConflictPairsFrame, MissingRulesFrame]:
    """Tables `conflict_pairs` and `missing_rules`: how often rules meet, and which rule would have kept them apart."""
    with log.open() as transaction:
        conflicts = transaction.table(CONFLICTS)
        arrivals = NewAccountsFrame(transaction.table(NEW_ACCOUNTS).tail(REPLAYED_AT_MOST))
        reps, counts = transaction.table(SEEN_REPS), _loads(transaction)
        pairs = transaction.answer(PAIRS_OF_RULES)
        missing = missing_rules(arrivals, conflicts, rules, lambda: People(reps, counts, (), now.date()))
        transaction.replace(CONFLICT_PAIRS, pairs)
        transaction.replace(MISSING_RULES, missing)
    return pairs, missing


def study_families(log: RoutingLog) -> HierarchyConflictsFrame:
    """Table `hierarchy_conflicts` as of the last poll."""
    with log.open() as transaction:
        found = hierarchy_conflicts(HierarchyInput.read(transaction))
        transaction.replace(HIERARCHY_CONFLICTS, found)
    return found


def follow_departures(log: RoutingLog) -> DepartureWaysFrame:
    """Table `departure_ways` as of the last poll."""
    with log.open() as transaction:
        ways = transaction.answer(WAYS_OF_LEAVERS)
        transaction.replace(DEPARTURE_WAYS, ways)
    return ways


def _loads(transaction: Transaction) -> dict[str, int]:
    """Loads without what routing itself has given: the replay gives it anew."""
    given = transaction.table(DECISIONS)["account_id"]
    accounts = transaction.table(SEEN_ACCOUNTS).filter(~pl.col("account_id").is_in(given.implode()))
    return loads(AccountsFrame(accounts), ON_THE_WAY.rows.empty())


def measure(log: RoutingLog, rules: RoutingRules, now: datetime) -> KpisFrame:
    """The KPIs as of now; they join the history at most once an hour."""
    with log.open() as transaction:
        rows = kpis(KpisInput.read(transaction, rules, beside(transaction, log.folder)), rules, now)
        last: datetime | None = transaction.table(KPIS).select(pl.col("at").max()).item()
        if last is None or now - last >= KPI_EVERY:
            transaction.append(KPIS, rows)
    return rows
