"""What every page is made with: the data folder, the key, the clock, published tables, templates."""

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import datetime
from typing import Any, TypeVar

from jinja2 import Environment, PackageLoader, StrictUndefined, select_autoescape
from starlette.datastructures import QueryParams

from assignment_assets.domain.reading import Query
from assignment_assets.domain.setup.run_config import RunConfig
from assignment_assets.domain.tables import RUN_CONFIG, F, Table
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.settings import PagesSetting
from assignment_assets.io.warehouse.published import answer_published, read_published
from assignment_assets.report import wording
from assignment_assets.review_app.access import PageRefused, Session, place_of
from assignment_assets.review_app.audit import AuditEvent, record

MOST_KEPT = 64
Drawn = TypeVar("Drawn")
Edition = tuple[tuple[int, int, int] | None, ...]
"""Time of change, size and place of each file; null where there is none."""


class TableCache:
    """Published tables, and what is drawn from them, read again only where a file has changed."""

    def __init__(self, folder: DataFolder):
        self.folder = folder
        self._kept: OrderedDict[tuple[Hashable, Edition], Any] = OrderedDict()
        self._lock = threading.Lock()

    def table(self, cycle: str, table: Table[F]) -> F:
        """The cycle's published rows; empty where the table was never published."""
        return self.drawn(
            ("table", cycle, table.name), cycle, (table,), lambda: read_published(self.folder, cycle, table)
        )

    def drawn(
        self,
        name: Hashable,
        cycle: str,
        tables: tuple[Table[Any], ...],
        draw: Callable[[], Drawn],
        most: int = MOST_KEPT,
    ) -> Drawn:
        """What `draw` gives, kept until one of the tables is published anew, or until `most` of its kind came after.

        Things are of one kind where their names begin with the same word.
        """
        key = name, self.edition(cycle, tables)
        with self._lock:
            if key in self._kept:
                self._kept.move_to_end(key)
                kept: Drawn = self._kept[key]
                return kept
        value = draw()
        with self._lock:
            for old in [old for old in self._kept if old[0] == name]:
                del self._kept[old]
            self._kept[key] = value
            alike = [old for old in self._kept if _kind(old[0]) is not None and _kind(old[0]) == _kind(name)]
            for old in alike[:-most]:
                del self._kept[old]
            while len(self._kept) > MOST_KEPT:
                self._kept.popitem(last=False)
        return value

    @contextmanager
    def reading(self, cycle: str) -> Iterator["PublishedReader"]:
        """The cycle's published tables and answers, as inputs of rules read them; see `domain.reading`."""
        yield PublishedReader(self, cycle)

    def answer(self, cycle: str, query: Query[F], **parameters: object) -> F:
        """The query's answer for a cycle, over what all cycles have published."""
        return self.drawn(
            ("query", query.name, *sorted(parameters.items()), cycle, self.editions(query.reads)),
            cycle,
            (),
            lambda: answer_published(self.folder, cycle, query, **parameters),
        )

    def editions(self, tables: tuple[Table[Any], ...]) -> tuple[tuple[str, Edition], ...]:
        """What changes when any cycle publishes one of the tables anew."""
        cycles = sorted(path.name for path in (self.folder.root / "published").glob("*") if path.is_dir())
        return tuple((cycle, self.edition(cycle, tables)) for cycle in cycles)

    def edition(self, cycle: str, tables: tuple[Table[Any], ...]) -> Edition:
        """What changes when one of the tables is published anew."""
        paths = [self.folder.published(cycle) / f"{table.name}.parquet" for table in tables]
        facts = [path.stat() if path.is_file() else None for path in paths]
        return tuple((each.st_mtime_ns, each.st_size, each.st_ino) if each else None for each in facts)


def _kind(name: Hashable) -> Hashable:
    """The word that names of one kind begin with; null for a name that is one of its own."""
    return name[0] if isinstance(name, tuple) else None


@dataclass(frozen=True)
class PublishedReader:
    """Reads one cycle's published rows through the cache."""

    cache: TableCache
    cycle: str

    def table(self, table: Table[F]) -> F:
        """The cycle's published rows of a table."""
        return self.cache.table(self.cycle, table)

    def answer(self, query: Query[F], **parameters: object) -> F:
        """The query's answer for the cycle."""
        return self.cache.answer(self.cycle, query, **parameters)


@dataclass(frozen=True)
class AppContext:
    """What all pages share; `clock` gives UTC without zone."""

    folder: DataFolder
    key: bytes
    pages: PagesSetting
    clock: Callable[[], datetime]
    cache: TableCache
    templates: Environment = field(default_factory=lambda: templates())

    def table(self, cycle: str, table: Table[F]) -> F:
        """A published table of a cycle."""
        return self.cache.table(cycle, table)

    def config(self, cycle: str) -> RunConfig:
        """The cycle's frozen run config.

        Raises
        ------
        PageRefused
            There is no such cycle (404).
        """
        rows = self.table(cycle, RUN_CONFIG)
        if rows.is_empty():
            raise PageRefused(404, "There is no such page.")
        return RunConfig.model_validate_json(rows["config_json"][-1])


@dataclass(frozen=True)
class PageRequest:
    """One request as a page's function sees it; `form` is empty for a view."""

    context: AppContext
    session: Session
    now: datetime
    path: dict[str, str]
    query: QueryParams
    form: dict[str, list[str]] = field(default_factory=dict)

    @property
    def cycle(self) -> str:
        """The cycle that the visitor's pass opens."""
        return self.session.granted.cycle

    @property
    def person(self) -> str:
        """The visitor, as gates name them."""
        return self.session.granted.person

    @property
    def home(self) -> str:
        """The path of the visitor's first page."""
        return place_of(self.session.granted.role, self.cycle)

    def one(self, name: str) -> str:
        """A form field's first value without outer spaces; empty where there is none."""
        return self.form.get(name, [""])[0].strip()

    def table(self, table: Table[F]) -> F:
        """A published table of the visitor's cycle."""
        return self.context.table(self.cycle, table)

    def note(self, action: str, subject: str, digest: str = "", what: str = "") -> None:
        """Writes down what the visitor did."""
        granted = self.session.granted
        event = AuditEvent(self.now, granted.person, granted.role, action, granted.cycle, subject, digest, what)
        record(self.context.folder, event)

    def render(self, template: str, **shown: Any) -> str:
        """A page, with what every page of a session shows."""
        common = {"cycle": self.cycle, "home": self.home, "form_secret": self.session.form_secret, "now": self.now}
        return self.context.templates.get_template(template).render(common | shown)


def templates() -> Environment:
    """Templates that escape everything and refuse a name that is not there; figures as the report words them."""
    environment = Environment(
        loader=PackageLoader("assignment_assets.review_app"),
        autoescape=select_autoescape(default=True),
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.filters |= {
        name: getattr(wording, name)
        for name in (
            "whole",
            "signed",
            "decimal",
            "percent",
            "dollars",
            "hundredths",
            "minutes",
            "day",
            "moment",
            "words",
        )
    }
    environment.globals["plural"] = wording.plural
    return environment
