"""One gate whose inbox and outbox are stores: in memory, on a share, or behind a real FTP server."""

import hashlib
import uuid

import fsspec
import pytest
from fsspec.config import conf

from assignment_assets.io.stores.deliver import deliver
from assignment_assets.io.stores.fetch import fetch
from assignment_assets_tests.io.intake import conftest as intake
from assignment_assets_tests.io.intake.conftest import CYCLE, GATE, NOON, Gate
from assignment_assets_tests.io.workbooks.conftest import REP
from assignment_assets_tests.servers.ftp import ftp_server

SCHEMES = ("memory", "file", "ftp")
books = intake.books


class StoreGate(Gate):
    """The gate, with hands that reach into its stores from outside."""

    def __init__(self, root, url):
        super().__init__(root)
        self.url = url
        self.store = fsspec.url_to_fs(url)
        for box in ("inbox", "outbox"):
            self.store[0].makedirs(self.at("", box), exist_ok=True)

    def at(self, name, box="inbox"):
        return f"{self.store[1].rstrip('/')}/{box}{f'/{CYCLE}/{name}' if name else ''}"

    def put(self, content, name="keep.xlsx", person=REP):
        """A person uploads a file, as their own program does."""
        path = self.at(f"{GATE}/{person}/{name}")
        self.store[0].makedirs(path.rpartition("/")[0], exist_ok=True)
        self.store[0].pipe_file(path, content)

    def put_sealed(self, content, name="keep.xlsx", person=REP):
        self.put(content, f"{name}.partial", person)
        self.put(hashlib.sha256(content).hexdigest().encode(), f"{name}.ready", person)

    def take_away(self, name="keep.xlsx", person=REP):
        self.store[0].rm_file(self.at(f"{GATE}/{person}/{name}"))

    def delivered(self):
        """Name below the cycle → content of everything in the store's outbox."""
        self.store[0].invalidate_cache()
        folder = self.at("x", "outbox").removesuffix("/x")
        found = self.store[0].find(folder)
        return {name.removeprefix(folder).lstrip("/"): self.store[0].cat_file(name) for name in found}

    def fetch(self, now=NOON, **options):
        return fetch(self.folder, CYCLE, GATE, f"{self.url}/inbox", now, **options)

    def deliver(self, **options):
        return deliver(self.folder, CYCLE, f"{self.url}/outbox", f"{self.url}/inbox", **options)

    def came(self, now=NOON, fetches=1):
        """(verdict, rule) of receipts that a fetch or more and a look give."""
        for _ in range(fetches):
            self.fetch(now)
        return self.verdicts(now)

    def look(self, now=NOON, settled_seconds=5.0):
        return super().look(now, settled_seconds)


@pytest.fixture
def store_gate_at(tmp_path, monkeypatch):
    """Makes the gate over a store of a scheme."""
    servers = []

    def make(scheme):
        if scheme == "memory":
            return StoreGate(tmp_path / "data", f"memory://{uuid.uuid4().hex}")
        share = tmp_path / "share"
        share.mkdir()
        if scheme == "file":
            return StoreGate(tmp_path / "data", f"file://{share}")
        server = ftp_server(share)
        port = server.__enter__()
        servers.append(server)
        monkeypatch.setitem(conf, "ftp", {"username": "rep", "password": "let me in"})
        return StoreGate(tmp_path / "data", f"ftp://127.0.0.1:{port}")

    yield make
    for server in servers:
        server.__exit__(None, None, None)


@pytest.fixture(params=SCHEMES)
def store_gate(request, store_gate_at):
    """The gate, once over each kind of store."""
    return store_gate_at(request.param)
