"""The write-back's journal: append-only, hash-chained, its head sealed with the engine's key; one DuckDB file.

Every event carries the hash of the one before it, so that no line can be changed, added or taken out unseen; the
head is sealed, so that the whole cannot be made anew without the key; and what was published before must be a
beginning of it, so that an older copy is not put in its place unseen. One process at a time holds the journal.
"""

from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from datetime import datetime
from typing import Any

import duckdb
import polars as pl

from assignment_assets.domain.errors import AssignmentError, Tampered
from assignment_assets.domain.identity.codes import is_sealed, seal
from assignment_assets.write_back.chain import CHAINED, FIRST, line_of, lines_of, linked
from assignment_assets.write_back.document import PLAN_ROWS, Plan
from assignment_assets.write_back.schema import TABLES
from assignment_assets.write_back.states import FINAL, JOURNAL, Event
from assignment_assets.write_back.witnesses import PURPOSE, OutsideHead

BEGUN = "account_id <> '' or state in ('STARTED', 'JOB')"
"""Events by which something of a plan was taken up."""


class Journal:
    """An open journal. `record` keeps events until `commit`, which makes all of them durable at once.

    Attributes
    ----------
    news
        What people should be told of its opening; mostly empty.
    """

    def __init__(self, connection: duckdb.DuckDBPyConnection, key: bytes, outside: OutsideHead | None = None):
        self._db = connection
        self._key = key
        self._outside = outside
        self._pending: list[Event] = []
        self.news = ""
        for name, columns in TABLES.items():
            listed = ", ".join(f'"{column}" {kind}' for column, kind in columns.items())
            self._db.execute(f"create table if not exists {name} ({listed})")
        self.seq, self._hash = self._head()
        self.has_begun = self._has(BEGUN)
        self.keeps_head = self._has("state = 'HEAD_KEPT'")

    def record(self, events: Iterable[Event]) -> None:
        """Keeps events for the next commit."""
        self._pending += events

    def commit(self) -> None:
        """Makes what was recorded durable: events and sealed head together, or nothing."""
        if not self._pending:
            return
        links, seq, head = self._links()
        with self._durably():
            self._end(links, seq, head)

    def add(self, plan: Plan, rows: pl.DataFrame, *events: Event) -> None:
        """Adds a plan with its rows and its first events; all of it, or nothing."""
        self._pending += events
        links, seq, head = self._links()
        header = {
            "plan_id": plan.plan_id,
            "cycle": plan.cycle,
            "header": plan.header,
            "sha256": plan.sha256,
            "seal": plan.sealed(self._key),
        }
        with self._durably():
            self._insert("plan", pl.DataFrame([header]))
            self._insert("plan_row", rows.select(pl.lit(plan.plan_id).alias("plan_id"), *PLAN_ROWS))
            self._end(links, seq, head)

    def plans(self, cycle: str = "") -> list[Plan]:
        """The plans, of one cycle or of all, oldest first.

        Raises
        ------
        Tampered
            A plan's header or one of its rows is not what was sealed when it was made.
        """
        found = self._db.execute(
            "select plan_id, header, sha256, seal from plan where cycle = $cycle or $cycle = '' order by rowid",
            {"cycle": cycle},
        ).fetchall()
        return [
            Plan.opened(header, sha256, shown, self._key, self.rows(plan_id))
            for plan_id, header, sha256, shown in found
        ]

    def rows(self, plan_id: str) -> pl.DataFrame:
        """A plan's rows in their order."""
        return self._frame(
            f"select {', '.join(PLAN_ROWS)} from plan_row where plan_id = $plan order by place", plan=plan_id
        )

    def account_states(self, plan_id: str) -> pl.DataFrame:
        """Each record of a plan with its latest event: account_id, attempt, state, code, sentence, seq, the
        precondition that last went out (modified_at), whether an answer was ever lost (was_lost), how often it was
        sent (sends) and refused without a reason (doubts)."""
        return self._frame(
            "select account_id, arg_max(attempt, seq) as attempt, arg_max(state, seq) as state, "
            "arg_max(modified_at, seq) filter (state = 'INTENT') as modified_at, arg_max(code, seq) as code, "
            "arg_max(sentence, seq) as sentence, max(seq) as seq, "
            "count(*) filter (state = 'INTENT') as sends, "
            "count(*) filter (state in ('UNKNOWN', 'REFUSED') and code = 'UNKNOWN_EXCEPTION') as doubts, "
            "bool_or(state = 'UNKNOWN' or code = 'ANSWER_LOST') as was_lost "
            "from event where plan_id = $plan and account_id <> '' group by account_id order by account_id",
            plan=plan_id,
        )

    def open_accounts(self, but: str = "") -> pl.DataFrame:
        """plan_id and account_id of every row that has not ended for good; plan `but` is left out."""
        return self._frame(
            "select r.plan_id, r.account_id from plan_row r left join (select plan_id, account_id, "
            "arg_max(state, seq) as state from event where account_id <> '' group by all) e "
            "on e.plan_id = r.plan_id and e.account_id = r.account_id "
            "where r.plan_id <> $but and (e.state is null or not list_contains($final, e.state)) "
            "and r.plan_id not in (select plan_id from event where account_id = '' and state = 'DISCARDED') "
            "order by all",
            but=but,
            final=sorted(FINAL),
        )

    def events(self, plan_ids: Iterable[str]) -> pl.DataFrame:
        """All events of some plans, oldest first."""
        return JOURNAL.conform(
            self._frame("select * from event where list_contains($plans, plan_id) order by seq", plans=list(plan_ids))
        )

    def decisions(self, cycle: str) -> dict[str, int]:
        """Group of refusals → the event by which a person last asked for it again, 0 where it was accepted only."""
        found = self._db.execute(
            "select e.code, coalesce(max(e.seq) filter (e.state = 'RETRY'), 0) from event e "
            "join plan p on p.plan_id = e.plan_id where p.cycle = $cycle and e.account_id = '' "
            "and e.state in ('RETRY', 'ACCEPT') group by e.code",
            {"cycle": cycle},
        ).fetchall()
        return dict(found)

    def last_plan_event(self, plan_id: str, *states: str) -> dict[str, Any] | None:
        """The latest of these events about the plan as a whole, or None."""
        found = self._frame(
            "select * from event where plan_id = $plan and account_id = '' and list_contains($states, state) "
            "order by seq desc limit 1",
            plan=plan_id,
            states=list(states),
        )
        return found.row(0, named=True) if found.height else None

    def sent_accounts(self, plan_id: str = "") -> set[str]:
        """Records that were about to be sent, or have been; of one plan, or of all."""
        found = self._db.execute(
            "select distinct account_id from event where state = 'INTENT' and (plan_id = $plan or $plan = '')",
            {"plan": plan_id},
        ).fetchall()
        return {account for (account,) in found}

    def is_accepted_since(self, plan: Plan) -> bool:
        """Whether a signer has taken the journal as it is since the plan was made."""
        found = self._frame(
            "select max(seq) filter (state = 'JOURNAL_ACCEPTED') as accepted, "
            "min(seq) filter (plan_id = $plan) as made from event",
            plan=plan.plan_id,
        )
        accepted, made = found.row(0)
        return accepted is not None and (made is None or accepted > made)

    def verify(self) -> int:
        """The number of events, once the whole chain has been followed from its first to its sealed head.

        Raises
        ------
        Tampered
            Naming the first event that is not what was written, or the head.
        """
        frame = self._frame("select * from event order by seq")
        head = FIRST
        for place, (line, shown) in enumerate(zip(lines_of(frame), frame["hash"], strict=True), 1):
            head = linked(head, line)
            if head != shown or frame["seq"][place - 1] != place:
                raise Tampered(
                    f"journal: event {place} is not what was written, expected an unbroken chain. Nothing "
                    "was sent. Find out who changed the file, and put the copy of a backup in its place."
                )
        if head != self._hash:
            raise Tampered(
                f"journal: its {frame.height} events do not lead to its head, expected all {self.seq}. "
                "Nothing was sent. Find out who changed the file."
            )
        return frame.height

    def hash_at(self, seq: int) -> str:
        """The hash of event `seq`; of none, what the chain begins with; empty where there is no such event."""
        found = self._db.execute("select hash from event where seq = $seq", {"seq": seq}).fetchall()
        return found[0][0] if found else FIRST if seq == 0 else ""

    def anchor(self) -> dict[str, object]:
        """What is published of the head: seq, hash and seal."""
        content = {"seq": self.seq, "hash": self._hash}
        return content | {"seal": seal(self._key, PURPOSE, content)}

    def keep_outside(self, at: datetime) -> bool:
        """Begins to keep the head outside, where something was begun and it is not kept yet; whether it has."""
        if self._outside is None or not self.has_begun or self.keeps_head:
            return False
        self.record([Event("", "", 0, "HEAD_KEPT", at)])
        self.keeps_head = True
        self.commit()
        return True

    @contextmanager
    def _durably(self) -> Iterator[None]:
        """A transaction that the block ends; what cannot be written, as on a full disk, is told in words."""
        try:
            self._db.begin()
            yield
        except duckdb.Error as error:
            raise AssignmentError(
                f"journal: it cannot be written ({str(error).strip()}), expected room on its disk. Nothing more was "
                "sent. Make room and run it again: what was sent is read back first."
            ) from error

    def _has(self, condition: str) -> bool:
        return bool(self._db.execute(f"select count(*) > 0 from event where {condition}").fetchall()[0][0])

    def _links(self) -> tuple[list[tuple[object, ...]], int, str]:
        """What was recorded as rows that go on with the chain, and the number and hash of the last."""
        if self._outside and not self.keeps_head:
            self._outside.require_writable()
        begins = any(event.account_id or event.state in ("STARTED", "JOB") for event in self._pending)
        self.has_begun = self.has_begun or begins
        if self._outside and self.has_begun and not self.keeps_head:
            self._pending.append(Event("", "", 0, "HEAD_KEPT", self._pending[-1].at))
        rows, seq, head = [], self.seq, self._hash
        for event in self._pending:
            seq += 1
            head = linked(head, line_of(event))
            rows.append((seq, *(getattr(event, name) for name in CHAINED), head))
        return rows, seq, head

    def _end(self, links: list[tuple[object, ...]], seq: int, head: str) -> None:
        """Ends a transaction with these events and their sealed head."""
        self._insert("event", pl.DataFrame(links, JOURNAL.columns, orient="row"))
        self._seal(seq, head)
        self._db.commit()
        self.seq, self._hash = seq, head
        self._pending.clear()
        if self._outside:
            self._outside.keep(seq, head, self.has_begun)
            self.keeps_head = self.has_begun

    def _head(self) -> tuple[int, str]:
        found = self._db.execute("select seq, hash, seal from head").fetchall()
        if not found:
            if self._db.execute("select count(*) from event").fetchall()[0][0]:
                raise Tampered("journal: it has events and no head, expected its sealed head. Nothing was sent.")
            return 0, FIRST
        (seq, head, shown), *more = found
        if more or not is_sealed(self._key, PURPOSE, {"seq": seq, "hash": head}, shown):
            raise Tampered(
                "journal: its head does not carry this engine's seal, expected it to. Nothing was sent. "
                "Was the engine's key changed, or the file?"
            )
        return seq, head

    def _seal(self, seq: int, head: str) -> None:
        shown = seal(self._key, PURPOSE, {"seq": seq, "hash": head})
        self._db.execute("delete from head")
        self._db.execute("insert into head values ($seq, $head, $seal)", {"seq": seq, "head": head, "seal": shown})

    def _insert(self, table: str, frame: pl.DataFrame) -> None:
        self._db.register("incoming", frame.to_arrow())
        self._db.execute(f"insert into {table} by name select * from incoming")
        self._db.unregister("incoming")

    def _frame(self, sql: str, **parameters: object) -> pl.DataFrame:
        frame: pl.DataFrame = self._db.sql(sql, params=parameters or None).pl()
        return frame
