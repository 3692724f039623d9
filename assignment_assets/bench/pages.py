"""The review pages under load: how long a page takes, what the process weighs, whether a rush loses anything.

The pages are a process of their own over a cycle of the sample company, in a temporary folder. Visitors come over
HTTP, each by their own link, and send the forms that they were shown.
"""

import json
import os
import re
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from pathlib import Path
from threading import Barrier

import polars as pl
import requests

from assignment_assets.automation.run_segment import run_segment
from assignment_assets.domain.gate import LOCK_GATE, REVIEW_GATE
from assignment_assets.domain.identity.links import ROLES
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.look import archived, read_receipts
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets.io.settings import PagesSetting
from assignment_assets.review_app.server import link_to
from assignment_assets.sample import company as sample_company

CYCLE, KEY, AS_OF = "2026q4-global", "a key of the benchmark's own, 32 long", date(2026, 10, 1)
SIGNER = "priya.shah@example.com"
TIMEOUT_SECONDS = 120
Say = Callable[[dict], object]


@dataclass(frozen=True)
class Size:
    """How big the company is: field reps, accounts, directors, and how many of whom open each page."""

    reps: int = 500
    accounts: int = 60_000
    directors: int = 200
    visits: int = 100


SHORT = Size(12, 900, 6, 4)


def bench_pages(size: Size, say: Say) -> None:
    """Tells a figure a line: page times, memory, the rush of reps and of directors."""
    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as root, _settled(Path(root), size) as folder:
        started = time.monotonic()
        run_segment("open_cycle", CYCLE, RunConfig(as_of=str(AS_OF), opened_by="bench", preset="quick"))
        say({"figure": "company", "reps": size.reps, "accounts": size.accounts, "directors": size.directors})
        say(
            {
                "figure": "lock lists",
                "packets": len(read_gate(folder, CYCLE, LOCK_GATE.name).persons),
                "open_cycle_seconds": round(time.monotonic() - started, 1),
            }
        )
        with _served() as pages:
            pages.measure("rep", "rep", "", size.visits, say)
            pages.rush(LOCK_GATE.name, "rep", {}, size.directors, say)
            say({"figure": "memory", "when": "after the reps", "megabytes_now_most": pages.megabytes()})
            _pass_gate("propose", 8)
            pages.measure("director", "director", "", size.visits, say)
            pages.measure("director's book", "director", "book", size.visits, say)
            pages.measure("director's map", "director", "map.png", min(size.visits, 20), say)
            pages.rush(REVIEW_GATE.name, "director", {"action": "send"}, size.directors, say)
            _pass_gate("review", 16)
            pages.measure("signer", "gs", "", size.visits, say)
            pages.measure("signer's region", "gs", "region", size.visits, say)
            say({"figure": "memory", "when": "at the end, maps drawn", "megabytes_now_most": pages.megabytes()})


def company(size: Size) -> sample_company.Company:
    """The sample company with its field reps dealt out to so many directors, a region each."""
    made = sample_company.generate(size.reps, size.accounts, 7, AS_OF)
    number = pl.col("rep_id").rank("dense").over("team") % size.directors
    is_field = pl.col("team") == "field"
    reps = made.reps.with_columns(
        region=pl.when(is_field).then(pl.format("Region {}", number)).otherwise("region"),
        director_email=pl.when(is_field).then(pl.format("director.{}@example.com", number)).otherwise("director_email"),
    )
    return sample_company.Company(made.accounts, reps, made.opportunities)


@dataclass
class Pages:
    """The process that serves the pages, from outside."""

    process: subprocess.Popen
    address: str
    folder: DataFolder

    def visit(self, role: str, person: str) -> tuple[requests.Session, requests.Response, float]:
        """Somebody who came by their link, the page that they were shown, and the seconds that it took."""
        now = utc_now()
        link = link_to(self.folder, KEY.encode(), PagesSetting(url=self.address), person, CYCLE, role, now)
        session = requests.Session()
        started = time.perf_counter()
        shown = session.get(link, timeout=TIMEOUT_SECONDS)
        seconds = time.perf_counter() - started
        shown.raise_for_status()
        return session, shown, seconds

    def measure(self, name: str, role: str, below: str, visits: int, say: Say) -> None:
        """Milliseconds until a page is there: the first that anybody asks for, the median, the 95th of a hundred."""
        persons = sorted({each.person for each in read_gate(self.folder, CYCLE, ROLES[role]).persons})
        seconds, size = [], 0
        for number in range(visits):
            session, shown, elapsed = self.visit(role, persons[number % len(persons)])
            if below:
                path = _below(shown, below, number)
                started = time.perf_counter()
                shown = session.get(f"{self.address}/{CYCLE}/{role}{path}", timeout=TIMEOUT_SECONDS)
                elapsed = time.perf_counter() - started
                shown.raise_for_status()
            seconds.append(elapsed)
            size = max(size, len(shown.content))
        say(
            {
                "figure": "page",
                "page": name,
                "visits": visits,
                "first_median_p95_ms": [
                    round(1000 * each) for each in (seconds[0], statistics.median(seconds), _p95(seconds))
                ],
                "largest_kilobytes": round(size / 1024),
            }
        )

    def rush(self, gate: str, role: str, fields: dict, most: int, say: Say) -> None:
        """Everybody sends their form at the same moment; what came of it, counted in receipts, files and audit."""
        persons = sorted({each.person for each in read_gate(self.folder, CYCLE, gate).persons})[:most]
        with ThreadPoolExecutor(16) as doors:
            visits = list(doors.map(lambda person: self.visit(role, person), persons))
        for session, _, _ in visits:
            session.close()  # the server has closed what was idle; cookies stay
        start = Barrier(len(visits))

        def send(visit: tuple[requests.Session, requests.Response, float]) -> tuple[int, float]:
            session, shown, _ = visit
            hidden = dict(re.findall(r'type="hidden" name="(form_secret|last_no)" value="([^"]*)"', shown.text))
            start.wait()
            started = time.perf_counter()
            answer = session.post(f"{self.address}/{CYCLE}/{role}", data=hidden | fields, timeout=TIMEOUT_SECONDS)
            return answer.status_code, time.perf_counter() - started

        began = time.perf_counter()
        with ThreadPoolExecutor(len(visits)) as people:
            answers = list(people.map(send, visits))
        seconds = [each for _, each in answers]
        say(
            {
                "figure": "rush",
                "gate": gate,
                "at_once": len(visits),
                "seconds": round(time.perf_counter() - began, 2),
                "median_p95_seconds": [round(statistics.median(seconds), 2), round(_p95(seconds), 2)],
                "other_answers_than_200": sum(status != 200 for status, _ in answers),
                **self._counted(gate, persons),
            }
        )

    def _counted(self, gate: str, persons: list[str]) -> dict:
        """What the submissions left behind; `met` where nothing was lost and nothing stands twice."""
        receipts = [each for each in read_receipts(self.folder, CYCLE, gate) if each.person in set(persons)]
        accepted = [each.person for each in receipts if each.verdict == "accepted"]
        files = [self.folder.inbox(CYCLE, gate) / person / "page.csv.partial" for person in persons]
        events = [
            json.loads(line)
            for path in (self.folder.root / "audit" / "review_app").glob("*.jsonl")
            for line in path.read_text().splitlines()
        ]
        noted = [each["actor"] for each in events if each["action"] == f"submitted {gate}"]
        facts = {
            "receipts": len(receipts),
            "persons_accepted": len(set(accepted)),
            "accepted_twice": len(accepted) - len(set(accepted)),
            "files": sum(each.is_file() for each in files),
            "archived": sum(archived(self.folder, each).is_file() for each in receipts),
            "audit_lines": len(noted),
            "receipt_numbers_in_order": [each.receipt_no for each in read_receipts(self.folder, CYCLE, gate)]
            == list(range(1, len(read_receipts(self.folder, CYCLE, gate)) + 1)),
        }
        wanted = {"receipts", "persons_accepted", "files", "archived", "audit_lines"}
        is_whole = all(facts[name] == len(persons) for name in wanted) and set(noted) == set(persons)
        return facts | {"met": is_whole and not facts["accepted_twice"] and facts["receipt_numbers_in_order"]}

    def megabytes(self) -> list[int]:
        """What the process holds now, and the most that it held."""
        facts = dict(line.split(":", 1) for line in Path(f"/proc/{self.process.pid}/status").read_text().splitlines())
        return [round(int(facts[name].split()[0]) / 1024) for name in ("VmRSS", "VmHWM")]


def _below(home: requests.Response, what: str, number: int) -> str:
    """The path of a page that somebody's first page leads to."""
    if what == "map.png":
        return f"/{what}"
    links = sorted(set(re.findall(rf'href="[^"]*(/{what}/[^"#?]+)"', home.text)))
    return links[number % len(links)]


def _p95(seconds: list[float]) -> float:
    return sorted(seconds)[max(0, round(0.95 * len(seconds)) - 1)]


def _pass_gate(segment: str, days: int) -> None:
    """Runs a segment as if so many days had passed: what is missing is taken as silence."""
    run_segment(segment, CYCLE, now=utc_now() + timedelta(days=days))


@contextmanager
def _settled(root: Path, size: Size) -> Iterator[DataFolder]:
    """A folder with the company, settings and a Dagster home of its own; the environment names them meanwhile."""
    sample_company.write(company(size), root / "sample")
    (root / "settings.toml").write_text(f'[pages]\nrequests_a_minute = 1000000\n[signers]\n"{SIGNER}" = ["*"]\n')
    (root / "home").mkdir()
    (root / "home" / "dagster.yaml").write_text("telemetry:\n  enabled: false\n")
    given = {
        "ASSIGNMENT_DATA": root / "data",
        "ASSIGNMENT_KEY": KEY,
        "ASSIGNMENT_SETTINGS": root / "settings.toml",
        "ASSIGNMENT_SOURCE": "sample",
        "ASSIGNMENT_SOURCE_PATH": root / "sample",
        "DAGSTER_HOME": root / "home",
    }
    before = {name: os.environ.get(name) for name in given}
    os.environ.update({name: str(value) for name, value in given.items()})
    try:
        yield DataFolder.from_environment()
    finally:
        for name, value in before.items():
            if value is None:
                os.environ.pop(name, None)
            else:
                os.environ[name] = value
        shutil.rmtree(root / "data", ignore_errors=True)


@contextmanager
def _served() -> Iterator[Pages]:
    """The pages as a process, until the block ends."""
    program = "from assignment_assets.cli import main; main(['pages', '--port', '0'])"
    process = subprocess.Popen([sys.executable, "-c", program], stdout=subprocess.PIPE, text=True)
    try:
        address = process.stdout.readline().partition(": ")[2].strip()
        yield Pages(process, address, DataFolder.from_environment())
    finally:
        process.terminate()
        process.wait(30)
