"""Routing, measured: a simulated quarter, throughput, replay, interference, idle cost; a JSON line each."""

import hashlib
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import replace
from datetime import date, datetime, timedelta
from itertools import pairwise
from statistics import median

import polars as pl

from assignment_assets.bench.interference import interference
from assignment_assets.bench.played import Evening, Played, Stage, play, staged
from assignment_assets.bench.quarter import Size, Story, draw
from assignment_assets.bench.reaction import at_rest, reaction
from assignment_assets.domain.placed import READ_BACK
from assignment_assets.domain.routing.candidates import NewAccountsInput, new_accounts
from assignment_assets.domain.routing.latest_decisions import ON_THE_WAY
from assignment_assets.domain.routing.people import People, loads
from assignment_assets.domain.routing.router import Router
from assignment_assets.domain.routing.rules import routing_rules
from assignment_assets.domain.routing.tables import (
    ALERTS,
    ANSWERS,
    CONFLICTS,
    DECISIONS,
    EVENT_CYCLES,
    EVENTS,
    WRITES,
    NewAccountsFrame,
)
from assignment_assets.domain.routing.views import OWNER_TIMES, minutes_to_owner
from assignment_assets.domain.tables import AccountsFrame
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.settings import SourceSetting
from assignment_assets.io.sources.changes import ChangeReader
from assignment_assets.io.warehouse.routing_copies import answer_routing, read_routing
from assignment_assets.routing.look import look
from assignment_assets.routing.rules_file import read_rules
from assignment_assets.sample.company import generate
from assignment_assets.sandbox import mapping_path, write_log

BEGINS = date(2026, 10, 1)
SHORT = Size(reps=16, accounts=600, arrivals=40, departures=2, starters=2, leaves=3, territory_changes=2, days=4)
BUSY = Size(reps=120, accounts=12_000, arrivals=2_000, departures=0, starters=0, leaves=0, territory_changes=0)
BAR_MINUTES = 10
HALF_FULL = 50  # accounts in the fullest book, so that there are seats for what is routed
RECORDS = ("arrival", "deal")
Line = dict[str, object]


def story_of(size: Size, seed: int = 7) -> Story:
    """The quarter of this size."""
    return draw(size, generate(size.reps, size.accounts, seed, BEGINS), BEGINS, seed)


def quarter(size: Size, cycles: int, say: Callable[[Line], object], replay_days: int) -> None:
    """Plays the quarter and judges it by the org's own records; its first days a second time for the replay."""
    story = story_of(size)
    with staged(story) as stage:
        started, spent = time.perf_counter(), time.process_time()
        played = play(story, stage, cycles, dusk)
        say(
            _judged(story, played)
            | {"seconds": round(time.perf_counter() - started, 1), "cpu_seconds": round(time.process_time() - spent, 1)}
        )
    if replay_days:
        with staged(story) as stage:
            again = play(story, stage, cycles, dusk, replay_days)
        last = again.evenings[-1]
        say(
            {
                "figure": "replay",
                "days": len(again.evenings),
                "of_days": len(played.evenings),
                "same_log": [each.log for each in again.evenings]
                == [each.log for each in played.evenings][:replay_days],
                "sha256": last.log,
                "target": "byte for byte",
            }
        )


def dusk(day: date, stage: Stage) -> Evening:
    """How the day ended, by the org's own records and by the log."""
    alerted = read_routing(stage.folder, ALERTS).filter(pl.col("kind") == "unowned")["subject_id"]
    ownerless = stage.address.hook("ownerless", "GET")["accounts"]
    return Evening(day, frozenset(alerted), frozenset(ownerless), log_digest(stage.folder))


def log_digest(folder: DataFolder) -> str:
    """sha256 over the routing log as CSV: decisions, conflicts, writes, answers, events, in their order."""
    digest = hashlib.sha256()
    for table in (DECISIONS, CONFLICTS, WRITES, ANSWERS, EVENTS, EVENT_CYCLES):
        digest.update(read_routing(folder, table).write_csv().encode())
    return digest.hexdigest()


def _judged(story: Story, played: Played) -> Line:
    decisions, writes = read_routing(played.folder, DECISIONS), read_routing(played.folder, WRITES)
    arrivals = {each.subject for each in story.happenings if each.kind == "arrival"}
    timed = minutes_to_owner(decisions, answer_routing(played.folder, OWNER_TIMES)).filter(
        pl.col("account_id").is_in(list(arrivals))
    )
    minutes = timed.group_by("account_id").agg(pl.col("minutes").min()).drop_nulls()["minutes"]
    log = write_log(played.state_dir).filter((pl.col("field") == "OwnerId") & (pl.col("channel") == "api"))
    unexplained = (
        log.group_by(account_id="record_id")
        .len()
        .join(_explained(played, writes), on="account_id", how="left")
        .filter(pl.col("len") > pl.col("known").fill_null(0))
    )
    first = decisions.filter(pl.col("why") == "new_record")
    twice = first.group_by("account_id").len().filter(pl.col("len") > 1)
    events = read_routing(played.folder, EVENTS)
    wanted = sorted((each.kind, each.subject) for each in story.happenings if each.kind not in RECORDS)
    found = sorted(
        events.filter(pl.col("kind").is_in(sorted({kind for kind, _ in wanted})))
        .select("kind", "subject_id")
        .iter_rows()
    )
    cycles = read_routing(played.folder, EVENT_CYCLES)["cycle"]
    return {
        "figure": "quarter",
        "size": vars(story.size),
        "new_accounts": len(arrivals),
        "owned": minutes.len(),
        "within_10_minutes": int((minutes <= BAR_MINUTES).sum()),
        "median_minutes": minutes.median(),
        "worst_minutes": minutes.max(),
        "passes": len(played.pass_seconds),
        "pass_seconds_median": round(median(played.pass_seconds), 3),
        "pass_seconds_worst": round(max(played.pass_seconds), 3),
        "ended_in_the_middle": played.crashes,
        "owners_written": log.height,
        "owners_written_unexplained": unexplained.height,
        "decided_twice": twice.height,
        "conflicts": read_routing(played.folder, CONFLICTS).height,
        "by_rule": dict(first.group_by("rule").len().sort("rule").iter_rows()),
        "events_expected": len(wanted),
        "events_handled": len(found),
        "events_as_expected": found == wanted,
        "event_cycles": cycles.len(),
        "cycles_twice": cycles.len() - cycles.n_unique(),
        "departures_run": len(played.cycles_run),
        "departure_seconds_median": round(median(played.cycle_seconds), 1) if played.cycle_seconds else None,
        "unowned_a_day_without_alert": len(_unalerted(played)),
        "evenings_with_an_account_of_nobody": sum(bool(each.ownerless) for each in played.evenings),
        "departures_not_done_the_same_day": _late_departures(story, played, log),
    }


def _explained(played: Played, writes: pl.DataFrame) -> pl.DataFrame:
    """account_id and how many owner changes the routing log and the cycles' write-back logs account for."""
    folders = sorted((played.folder.root / "published").glob("*/write_back_log.parquet"))
    logs = [writes, *(pl.read_parquet(path) for path in folders)]
    settled = [frame.filter(pl.col("outcome").is_in(READ_BACK)).select("account_id") for frame in logs]
    return pl.concat(settled).group_by("account_id").len("known")


def _unalerted(played: Played) -> set[str]:
    """Accounts that were ownerless on two evenings running, a day or more apart, and had no alert on the second."""
    silent = set()
    for before, after in pairwise(played.evenings):
        if after.day - before.day >= timedelta(days=1):
            silent |= (before.ownerless & after.ownerless) - after.alerted
    return silent


def _late_departures(story: Story, played: Played, log: pl.DataFrame) -> int:
    """Of the departures whose cycles were run, those after whose day the leaver still owned accounts."""
    leavers = read_routing(played.folder, EVENTS).filter(
        pl.col("cycle").is_in(played.cycles_run) & (pl.col("kind") == "departure")
    )
    late = 0
    for row in leavers.iter_rows(named=True):
        last = log.filter(pl.col("old_value") == row["subject_id"])["at"].max()
        left = story.company.accounts.filter(
            (pl.col("owner_id") == row["subject_id"]) & pl.col("carve_out").is_null()
        ).height
        gone = log.filter(pl.col("old_value") == row["subject_id"]).height
        late += gone < left or last is None or last[:10] != f"{row['detected_at']:%Y-%m-%d}"
    return late


def throughput(owned: tuple[int, ...], decisions: int, say: Callable[[Line], object]) -> None:
    """Decisions a second on one core, in companies that own more and more accounts with the same reps."""
    for count in owned:
        company = generate(400, count, 7, BEGINS)
        begins = datetime(2026, 10, 1)
        sample = company.accounts.filter(pl.col("carve_out").is_null()).sort("account_id").head(min(count, 5_000))
        rules = routing_rules({})
        fresh = sample.with_columns(created_at=pl.lit(begins), owner_id=pl.lit(None, pl.String))
        asked = NewAccountsInput(AccountsFrame(fresh), company.reps, company.opportunities)
        batch = new_accounts(asked, rules, begins, begins)
        batch = NewAccountsFrame(pl.concat([batch] * (decisions // batch.height + 1)).head(decisions))
        started = time.perf_counter()
        counted = loads(company.accounts, ON_THE_WAY.rows.empty())
        prepared = time.perf_counter() - started
        half = {rep_id: round(HALF_FULL * number / max(counted.values())) for rep_id, number in counted.items()}
        router = Router(rules, People(company.reps.with_columns(capacity=pl.lit(100)), half, (), BEGINS), {}, 1)
        started = time.process_time()
        routed = router.route(batch, begins)
        spent = time.process_time() - started
        placed = sum(row["rule"] == "territory" for row in routed.decisions)
        say(
            {
                "figure": "throughput",
                "owned": count,
                "decisions": len(routed.decisions),
                "by_territory": placed,
                "decisions_per_second": round(len(routed.decisions) / spent),
                "target": 5_000,
                "counting_books_seconds": round(prepared, 3),
            }
        )


def idle(size: Size, looks: int, say: Callable[[Line], object]) -> None:
    """CPU seconds a minute of the poll's sensor where nothing happens."""
    story = story_of(size)
    with staged(story) as stage:
        for _ in range(2):
            stage.go()
            stage.clock[0] += timedelta(minutes=20)
        reader, rules = ChangeReader(SourceSetting(kind="salesforce", path=str(mapping_path()))), read_rules()
        first = look(stage.folder, reader, rules, "", stage.now)
        started = time.thread_time()
        for _ in range(looks):
            look(stage.folder, reader, rules, first.cursor, stage.now)
        spent = time.thread_time() - started
    say(
        {
            "figure": "idle",
            "looks": looks,
            "cpu_ms_per_look": round(1000 * spent / looks, 2),
            "cpu_ms_per_minute": round(1000 * spent / looks, 2),
            "look_every_seconds": 60,
        }
    )


def lines(short: bool, size: Size, cycles: int, replay_days: int) -> Iterator[str]:
    """Every figure as a JSON line, as soon as it is there; the short form leaves the real daemon out."""
    said: list[Line] = []
    counts = (600,) if short else (4_000, 40_000, 200_000)
    busy = replace(BUSY, reps=16, accounts=600, arrivals=200) if short else BUSY
    steps = [
        lambda: throughput(counts, 1_000 if short else 20_000, said.append),
        lambda: idle(size, 5 if short else 100, said.append),
        lambda: quarter(size, cycles, said.append, replay_days),
        lambda: interference(story_of(busy), 10 if short else 60, 20 if short else 300, said.append),
    ]
    if not short:
        steps += [lambda: reaction(10, said.append), lambda: at_rest(3, said.append)]
    for step in steps:
        step()
        yield from (json.dumps(line, default=str) for line in said)
        said.clear()
