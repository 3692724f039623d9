"""A small company's data folder, Dagster home, daemon and review pages: the engine's own processes, none replaced."""

import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import psutil
import yaml

from assignment_assets.io.clock import utc_now
from assignment_assets.io.folders import PROJECT, DataFolder
from assignment_assets.io.settings import PagesSetting
from assignment_assets.review_app.server import link_to
from assignment_assets.sample import company as sample_company
from assignment_assets.sample.company import Company

CYCLE, KEY = "2026q4-global", "of the tests"
PATIENCE_SECONDS = 240
COMMANDS = Path(sys.executable).parent


class Office:
    """One company's folders and processes; `stop` ends whatever was started."""

    def __init__(self, root: Path, company: Company, settings: str = ""):
        self.root, self.folder, self.home = root, DataFolder(root / "data"), root / "home"
        self.home.mkdir()
        dagster = yaml.safe_load((PROJECT / "dagster.yaml").read_text())
        dagster["run_monitoring"] |= {"poll_interval_seconds": 2}
        dagster["run_coordinator"] = {
            "module": "dagster._core.run_coordinator",
            "class": "QueuedRunCoordinator",
            "config": {"dequeue_interval_seconds": 1},
        }  # the default one, looking oftener
        (self.home / "dagster.yaml").write_text(yaml.safe_dump(dagster))
        sample_company.write(company, self.folder.root / "sample")
        (root / "settings.toml").write_text(settings)
        self.environment = os.environ | {
            "DAGSTER_HOME": str(self.home),
            "ASSIGNMENT_DATA": str(self.folder.root),
            "ASSIGNMENT_KEY": KEY,
            "ASSIGNMENT_SOURCE": "sample",
            "ASSIGNMENT_SOURCE_PATH": str(self.folder.root / "sample"),
            "ASSIGNMENT_SETTINGS": str(root / "settings.toml"),
            "ASSIGNMENT_LOOK_SECONDS": "2",
            "PYTHONUNBUFFERED": "1",
        }
        self.daemon: subprocess.Popen | None = None
        self.pages: subprocess.Popen | None = None
        self.address = ""

    def open_cycle(self, *options: str) -> None:
        """Opens the quarter from the command line; gates without a correction window."""
        subprocess.run(
            [
                COMMANDS / "assignment",
                "cycle",
                "new",
                CYCLE,
                "--as-of",
                "2026-10-01",
                "--opened-by",
                "gs@example.com",
                "--preset",
                "quick",
                "--correction-minutes",
                "0",
                *options,
            ],
            env=self.environment,
            cwd=PROJECT,
            check=True,
            capture_output=True,
            timeout=PATIENCE_SECONDS,
        )

    def start_daemon(self) -> None:
        with (self.root / "daemon.log").open("wb") as log:
            self.daemon = subprocess.Popen(
                [COMMANDS / "dagster-daemon", "run", "-m", "assignment_assets.definitions", "-d", str(PROJECT)],
                env=self.environment,
                cwd=self.home,
                stdout=log,
                stderr=subprocess.STDOUT,
            )

    def start_pages(self) -> None:
        """Serves the review pages at a free port; `address` is where."""
        self.pages = subprocess.Popen(
            [COMMANDS / "assignment", "pages", "--port", "0"],
            env=self.environment,
            cwd=PROJECT,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        self.address = self.pages.stdout.readline().partition(": ")[2].strip()
        assert self.address.startswith("http://127.0.0.1:"), self.address

    def link(self, person: str, role: str) -> str:
        """The personal link that opens somebody's page."""
        now = utc_now()
        return link_to(self.folder, KEY.encode(), PagesSetting(url=self.address), person, CYCLE, role, now)

    def stop(self) -> None:
        """Ends the processes, and what they started."""
        for process in (self.pages, self.daemon):
            if process is None:
                continue
            children = psutil.Process(process.pid).children(recursive=True) if process.poll() is None else []
            process.terminate()
            _, alive = psutil.wait_procs(children, timeout=10)
            for child in alive:
                child.kill()
            process.wait(30)

    def until(self, what: str, happened: Callable[[], object]) -> object:
        """What `happened` gives once it gives something; fails with the daemon's last words when it never does."""
        give_up = time.monotonic() + PATIENCE_SECONDS
        while time.monotonic() < give_up:
            result = happened()
            if result:
                return result
            assert self.daemon is None or self.daemon.poll() is None, self.last_words()
            time.sleep(0.3)
        raise AssertionError(f"not within {PATIENCE_SECONDS} s: {what}\n{self.last_words()}")

    def last_words(self) -> str:
        return (self.root / "daemon.log").read_text()[-6000:]
