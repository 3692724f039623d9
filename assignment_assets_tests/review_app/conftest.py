"""The pages over the tiny company's cycle, served on loopback, with visitors who come by their links."""

import json
from contextlib import ExitStack
from datetime import timedelta

import pytest

from assignment_assets.domain.identity.links import BETWEEN, OVERLAYS, ROUTING
from assignment_assets.io.folders import engine_key
from assignment_assets.io.settings import PagesSetting
from assignment_assets.review_app.server import running
from assignment_assets_tests.review_app.browser import Visitor, link


class PagesOfACycle:
    """One cycle with its pages; `visit` lets somebody in."""

    def __init__(self, cycle, address):
        self.cycle, self.address = cycle, address

    def visit(self, role: str, person: str, days: float = 5) -> Visitor:
        visitor = Visitor(self.address)
        cycle = BETWEEN if role in (OVERLAYS, ROUTING) else "2026q4-global"
        visitor.landed = visitor.open(
            link(self.address, engine_key(), role, person, self.cycle.now + timedelta(days=days), cycle)
        )
        return visitor

    def receipts(self, gate: str) -> list[dict]:
        path = self.cycle.folder.root / "intake" / self.cycle.name / f"{gate}.jsonl"
        return [json.loads(line) for line in path.read_text().splitlines()] if path.is_file() else []

    def audit(self) -> list[dict]:
        paths = sorted((self.cycle.folder.root / "audit" / "review_app").glob("*.jsonl"))
        return [json.loads(line) for path in paths for line in path.read_text().splitlines()]


@pytest.fixture
def serve():
    """Starts the pages over a cycle."""
    with ExitStack() as stack:

        def start(cycle, **pages) -> PagesOfACycle:
            setting = PagesSetting(**({"requests_a_minute": 100_000} | pages))
            address = stack.enter_context(running(cycle.folder, engine_key(), setting, lambda: cycle.now))
            return PagesOfACycle(cycle, address)

        yield start
