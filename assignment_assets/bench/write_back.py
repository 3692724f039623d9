"""The write-back's bar, a JSON line a row: what was asked, what was measured, whether it is met."""

import json
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from assignment_assets.bench import write_back_rows
from assignment_assets.bench.foreign_clients import clients_of_others
from assignment_assets.bench.write_back_blocks import refused_rollbacks, restored_journals
from assignment_assets.bench.write_back_checks import names_in_any_case, planted_hazards
from assignment_assets.bench.write_back_crashes import crash_runs, summed
from assignment_assets.bench.write_back_org import AS_OF, KEY, OrgTrial, movable, org_trial
from assignment_assets.bench.write_back_trials import (
    again,
    calls,
    careless,
    coverage,
    lost_answers,
    races,
    rollback,
    tampering,
    taxonomy,
)
from assignment_assets.io.clock import utc_now
from assignment_assets.sample.company import generate
from assignment_assets.sandbox import load
from assignment_assets.sandbox.authentication import Credentials
from assignment_assets.sandbox.server import OrgAddress
from assignment_assets.write_back.dry_run import calls_for
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.writer import write

MOST_CALLS = {"124": 7, "5000": 206, "100000": 4300}
SECONDS_A_CALL, WORKERS, MOST_SHARE = 0.2, 4, 0.15
START_SECONDS = 60


def lines(short: bool, crashes: int, edits: int, seed: int, changes: int) -> Iterator[str]:
    """Every row as JSON. `crashes` runs are killed, `edits` raced, `changes` written against a slow org (0: none)."""
    with tempfile.TemporaryDirectory() as folder:
        num_accounts = 5_100 if short else 41_000 + edits * 2 + edits // 5 + crashes * 60
        with org_trial(Path(folder), num_accounts) as org:
            for name, result, is_met in _rows(org, short, crashes, edits, seed):
                yield json.dumps({"figure": name, "met": is_met, **result})
        if changes:
            yield json.dumps({"figure": "overhead", **overhead(Path(folder) / "large", changes)})


def _rows(org: OrgTrial, short: bool, crashes: int, edits: int, seed: int) -> Iterator[tuple[str, dict, bool]]:
    counted = calls(org, 124, *(() if short else (5000,)))
    counted["100000 (reckoned)"] = calls_for(100_000)
    yield "calls", counted, all(counted[size] <= most for size, most in MOST_CALLS.items() if size in counted)
    found = again(org)
    yield "applied again", found, found["writes"] == 0 and found["calls"] == 0 and found["second_applier_refused"]
    found = coverage(org, 60 if short else 2000)
    yield "coverage", found, len(set(found.values())) == 1
    found = taxonomy(org)
    yield "taxonomy", found, not found["wrong"]
    yield from _refused_rows(org, short)
    found = planted_hazards(org.folder / "hazards", 60 if short else 1_000)
    is_met = not (found["not named"] or found["written"]) and found["most calls an object"] <= found["at most"]
    yield "B5 planted hazards", found, is_met
    found = names_in_any_case(org, 60 if short else 2_000)
    yield "B7 names in any case", found, found["accounts"] == found["read"] and not found["other in another case"]
    found = tampering(org)
    yield "tampering", found, found["trials"] == found["refused"] and found["untouched_signature_holds"]
    found = rollback(org, 40 if short else 500, 0.2, seed)
    is_whole = found["restored"] == found["expected"] and found["named_as_left_alone"]
    yield "rollback", found, is_whole and not found["human_edits_reverted"]
    found = refused_rollbacks(org, 20 if short else 144)
    is_met = found["tokens"] == found["refused"] and not (found["journals_changed"] or found["blocked_after_discard"])
    is_met &= found["given_back"] == found["given_back_in_the_org"] == found["accounts"] - found["in_place"] > 0
    yield "C13 refused rollbacks", found, is_met
    found = restored_journals(org, 12 if short else 144, 3 if short else 20)
    yield "C14 restored journals", found, found["trials"] == found["noticed"] and not found["overwritten"]
    found = lost_answers(org, 20 if short else 60)
    yield "lost answers", found, not any(value for name, value in found.items() if name != "runs")
    found = races(org, edits, seed)
    armed, control = found["with preconditions"], found["control"]
    is_safe = not (armed["overwritten"] or armed["duplicates"] or armed["wrong"])
    yield "races", found, is_safe and control["overwritten"] > 0
    found = careless(org, max(10, edits // 10))
    is_found = set(found["stopped_by"]) == {"PRECONDITION_DISPROVEN"}
    yield "ignored preconditions", found, is_found and not (found["overwritten"] or found["writes"])
    results = list(crash_runs(org, crashes, seed))
    bad = [
        result
        for result in results
        if not result["ended"] or any(result[name] for name in ("lost", "duplicates", "overwritten", "wrong"))
    ]
    found = summed(results)
    yield "crashes", found | {"bad": bad}, not bad
    if not short:
        found, is_met = clients_of_others(org)
        yield "clients of others", found, is_met


def _refused_rows(org: OrgTrial, short: bool) -> Iterator[tuple[str, dict, bool]]:
    size, bad = (200, 12) if short else (2000, 60)
    found = write_back_rows.set_aside(org, size, bad)
    is_met = all(
        (each["verified"], each["listed"], each["most_sends"]) == (size - bad, bad, 1)
        and each["runs"] <= 2
        and each["decisions"] <= 1
        for each in found.values()
    )
    yield "A1 set aside", found, is_met
    found = write_back_rows.denied(org, size)
    yield "A1 ten without access", found, (found["verified"], found["runs"]) == (size - 10, 1)
    found = write_back_rows.refused_without_reason(org, 100 if short else 300)
    yield "A1 refused without a reason", found, (found["listed"], found["most_sends"]) == (found["bad"], 2)
    found = write_back_rows.all_refused(org, 80)
    yield "A1 all refused", found, all(each["pause"] and each["rows_sent"] <= 50 for each in found.values())
    found = write_back_rows.calls_refused(org, 30)
    yield "A2 calls refused", found, not found["wrong"]
    size = 40 if short else 400
    found = write_back_rows.lost_sight(org, size)
    is_met = found["all"]["pause"] == "LOST_SIGHT" and found["one"]["pause"] is None
    is_met &= all((each["gone"], each["verified_after"]) == (0, size) for each in found.values())
    yield "A3 lost sight", found, is_met
    found = write_back_rows.odd_answers(org, 3, (1,) if short else range(3))
    yield "A4 odd answers", found, not any(value for name, value in found.items() if name != "runs")


class _Timed:
    """A journal that notes how long its commits take, in seconds."""

    def __init__(self, journal: Journal):
        self._journal = journal
        self.seconds = 0.0

    def __getattr__(self, name: str):
        return getattr(self._journal, name)

    def commit(self) -> None:
        """Commits."""
        started = time.perf_counter()
        self._journal.commit()
        self.seconds += time.perf_counter() - started


def overhead(folder: Path, changes: int) -> dict:
    """Our own share of the wall time while many owners are written to an org that takes 200 ms for a call.

    The org runs in a process of its own; CPU and memory are those of this process, which writes. The share is judged
    by the least wall time that the calls can take, for a busy machine only lengthens the measured one.
    """
    company = generate(60, round(changes * 1.35), 12, AS_OF)
    load(company, folder / "org")
    accounts, receiver = movable(company)
    del company
    server = subprocess.Popen(
        [sys.executable, "-m", "assignment_assets.sandbox", "--state", str(folder / "org"), "--port", "0"],
        stdout=subprocess.PIPE,
        text=True,
    )
    try:
        found = {}
        for line in server.stdout:
            name, _, value = line.strip().removeprefix("export ").partition("=")
            found[name] = value
            if name == "ASSIGNMENT_SF_CLIENT_SECRET":
                break
        known = Credentials()
        address = OrgAddress(
            found["ASSIGNMENT_SF_URL"],
            Path(found["ASSIGNMENT_SF_CA_FILE"]),
            folder / "org",
            known.client_id,
            known.client_secret,
            known.username,
            known.password,
        )
        org = OrgTrial(address, folder, accounts, receiver)
        org.fault("slow", path_contains="/services/data", seconds=SECONDS_A_CALL, times=10**9)
        return _measured(org, changes)
    finally:
        server.terminate()
        server.wait()


def _measured(org: OrgTrial, changes: int) -> dict:
    plan, rows = org.plan(changes)
    org.add(plan, rows)
    before, started = resource.getrusage(resource.RUSAGE_SELF), time.perf_counter()
    calls_made = {}
    with opened(org.journal_path(plan), KEY) as journal:
        timed = _Timed(journal)
        tools = replace(org.tools(workers=WORKERS), clock=utc_now)
        calls_made["calls"] = org.calls(lambda: calls_made.update(last=list(write(timed, plan, {}, tools))[-1]))
    wall = time.perf_counter() - started
    after = resource.getrusage(resource.RUSAGE_SELF)
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    least = calls_made["calls"] * SECONDS_A_CALL / WORKERS
    return {
        "changes": changes,
        "states": dict(calls_made["last"].counts),
        "calls": calls_made["calls"],
        "wall_seconds": round(wall, 1),
        "cpu_seconds": round(cpu, 1),
        "cpu_share_of_wall": round(cpu / wall, 3),
        "least_wall_seconds": round(least, 1),
        "cpu_share_of_least_wall": round(cpu / least, 3),
        "peak_mb": round(after.ru_maxrss / 1024),
        "journal_seconds": round(timed.seconds, 1),
        "journal_ms_per_call": round(1000 * timed.seconds / calls_made["calls"], 2),
        "met": cpu / least <= MOST_SHARE,
    }
