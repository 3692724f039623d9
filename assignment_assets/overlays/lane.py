"""The overlay lane: what was stamped goes through the write-back machine, in plans of its own and a journal of its own.

A plan holds what one look stamped for one role. It is made under the standing policy for `overlays` that is in force;
without one everything waits. A stamp that a later one overtakes is withdrawn, and so is one of a field that no role of
overlays.toml has any more.
"""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

import polars as pl

from assignment_assets.domain.errors import Tampered
from assignment_assets.domain.overlays.fields import written_fields
from assignment_assets.domain.overlays.roles import Overlays
from assignment_assets.domain.overlays.stamps import under_way
from assignment_assets.domain.overlays.tables import OVERLAY_LOG, OVERLAY_STAMPS, OverlayStampsFrame
from assignment_assets.domain.sign_off.standing import StandingPolicy
from assignment_assets.io.salesforce.records import RecordGateway
from assignment_assets.overlays.log import OverlayLog
from assignment_assets.write_back.circuit_breaker import Pause
from assignment_assets.write_back.document import PLAN_ROWS, Plan, Signature, drafted
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.states import State, log_rows
from assignment_assets.write_back.writer import Tools, write

LANE = "overlays"
"""The plans' cycle, and the kind of policy that they need."""
DAY = timedelta(days=1)
MOVED = ("verified",)
SOON, SLOW = timedelta(seconds=30), timedelta(minutes=30)
"""After so long a plan that has not ended is taken up again: where an answer is missing, and where a person or a record
is not there for it."""
NO_POLICY = (
    "no standing policy for overlays is in force: {count} stamps wait. `assignment routing policy NAME --kind overlays "
    "--max-moves N --until DAY --as YOU` signs one"
)


@dataclass(frozen=True)
class LaneDone:
    """What a run of the lane came to: outcomes by count, what waits, and why, if it stopped."""

    outcomes: dict[str, int]
    waits: int
    why: str = ""
    pause: Pause | None = None


class OverlayLane:
    """Writes what was stamped and is not finished, as long as one journal is held open."""

    def __init__(self, journal: Journal, log: OverlayLog, tools: Tools, overlays: Overlays):
        self._journal, self._log, self._tools = journal, log, tools
        self._fields = written_fields(overlays)
        self._plans = {plan.plan_id: plan for plan in journal.plans(LANE)}
        self._rests_until: dict[str, datetime] = {}

    def run(self, policy: StandingPolicy | None) -> LaneDone:
        """Plans what has no plan yet, writes every plan that has not ended, and notes the outcomes.

        Raises
        ------
        SourceUnavailable, Tampered, WarehouseBusy
        """
        with self._log.open() as transaction:
            stamps, logged = transaction.table(OVERLAY_STAMPS), transaction.table(OVERLAY_LOG)
        left = under_way(stamps, logged)
        if not left.height:
            return LaneDone({}, 0)
        withdrawn = pl.concat([_overtaken(left), left.join(self._fields, on=self._fields.columns, how="anti")])
        meant = left.join(withdrawn, on="stamp_no", how="anti").height
        if policy is None:
            return LaneDone({}, meant, NO_POLICY.format(count=meant) if meant else "")
        if policy.max_moves - _moved(logged, self._tools.clock()) < meant:
            said = f"the policy {policy.name} covers {policy.max_moves} writes in 24 hours: {meant} stamps wait"
            return LaneDone({}, meant, said)
        outcomes: dict[str, int] = {}
        pause = None
        named = {
            f"{LANE}.{look_no}.{role}": rows
            for (look_no, role), rows in left.group_by("look_no", "role", maintain_order=True)
        }
        # what stopped the run the last time goes last: other roles' plans do not wait for it
        for name in sorted(named, key=lambda name: self._rests_until.get(name, datetime.min)):
            rows = named[name]
            if self._rests_until.get(name, datetime.min) > self._tools.clock():
                continue
            plan = self._plan(name, rows, policy)
            gone = frozenset(rows.join(withdrawn, on="stamp_no", how="semi")["record_id"])
            for progress in write(self._journal, plan, {}, self._tools, gone):
                pause = progress.pause
            noted = self._note(plan, stamps)
            for outcome, count in noted.items():
                outcomes[outcome] = outcomes.get(outcome, 0) + count
            slow = not pause and not noted.keys() & {"unknown", "deferred"}
            self._rests_until[name] = self._tools.clock() + (SLOW if slow else SOON)
            if pause:
                break
        return LaneDone(outcomes, left.height - sum(outcomes.values()), pause.sentence if pause else "", pause)

    def _plan(self, name: str, rows: pl.DataFrame, policy: StandingPolicy) -> Plan:
        """The plan over these stamps, a new one where there is none.

        Raises
        ------
        Tampered
            The plan of this name holds other changes: the log is older than the journal.
        """
        plan = self._plans.get(name)
        if plan is None:
            return self._planned(name, rows, policy, int(rows["look_no"][0]))
        planned = self._journal.rows(plan.plan_id).select(
            record_id="account_id", expected_id="old_owner_id", new_id="new_owner_id"
        )
        if rows.join(planned, on=planned.columns, how="anti", nulls_equal=True).height:
            raise Tampered(
                f"plan {name}: it holds other changes than the overlay log has of this look, expected the log that the "
                "journal was written from. Nothing was sent. Put the latest overlays.duckdb back."
            )
        return plan

    def _planned(self, name: str, rows: pl.DataFrame, policy: StandingPolicy, look_no: int) -> Plan:
        """A new plan over stamps of one look and one role."""
        ordered = drafted(
            rows.select(
                "object",
                "field",
                account_id="record_id",
                old_owner_id="expected_id",
                new_owner_id="new_id",
                parent_id="account_id",
            )
        )
        plan = Plan.of(
            ordered.select(list(PLAN_ROWS)),
            plan_id=name,
            cycle=LANE,
            revision=1,
            kind="overlays",
            sign_off_no=look_no,
            org_id=self._tools.gateway().organization_id(),
            write_not_before="",
            first_batch=0,
            made_at=f"{self._tools.clock():%Y-%m-%dT%H:%M:%S}",
            why=f"standing policy {policy.name}",
            signatures=(Signature("*", policy.digest(), policy.signed_by, ""),),
        )
        self._journal.add(plan, ordered, plan.first_event(self._tools.clock()))
        self._plans[name] = plan
        return plan

    def _note(self, plan: Plan, stamps: OverlayStampsFrame) -> dict[str, int]:
        """Appends what became of the plan's stamps to the log; outcomes by count."""
        rows = self._journal.rows(plan.plan_id).with_columns(plan_id=pl.lit(plan.plan_id))
        ended = log_rows(rows, self._journal.events([plan.plan_id]), {plan.plan_id: plan.sign_off_no})
        role = plan.plan_id.removeprefix(f"{LANE}.{plan.sign_off_no}.")
        mine = stamps.filter(look_no=plan.sign_off_no, role=role)
        states = self._journal.account_states(plan.plan_id).filter(state=State.WITHDRAWN)
        withdrawn = states.select("account_id", "attempt", outcome=pl.lit("overtaken"))
        found = pl.concat([ended, withdrawn], how="diagonal").rename({"account_id": "record_id"})
        found = found.select(
            *("record_id", "attempt", "outcome", "error_code", "error", "written_at", "verified_at")
        ).join(mine, on="record_id")
        with self._log.open() as transaction:
            logged = transaction.table(OVERLAY_LOG)
            new = found.with_columns(plan_id=pl.lit(plan.plan_id)).join(logged, on=["stamp_no", "attempt"], how="anti")
            new = new.join(_last(logged), on=["stamp_no", "outcome", "error_code"], how="anti", nulls_equal=True)
            transaction.append(OVERLAY_LOG, new)
        return dict(new["outcome"].value_counts().iter_rows())


def kept_gateway(made: Callable[[], RecordGateway]) -> Callable[[], RecordGateway]:
    """Gives one connection again and again: a lane that runs every few seconds logs in once."""
    kept: list[RecordGateway] = []

    def gateway() -> RecordGateway:
        if not kept:
            kept.append(made())
        return kept[0]

    return gateway


def _moved(logged: pl.DataFrame, now: datetime) -> int:
    return logged.filter(pl.col("outcome").is_in(MOVED) & (pl.col("verified_at") > now - DAY)).height


def _last(logged: pl.DataFrame) -> pl.DataFrame:
    """The latest line of each stamp that was not tried: the same again is no news, however often it is looked at."""
    last = logged.sort("stamp_no", "attempt").unique("stamp_no", keep="last")
    return last.filter(pl.col("outcome").is_in(("deferred", "held", "not_visible")))


def _overtaken(left: pl.DataFrame) -> pl.DataFrame:
    """Of stamps of one record and field those that a later one takes the place of."""
    last = left.group_by("role", "object", "record_id").agg(pl.col("stamp_no").max())
    return left.join(last, on="stamp_no", how="anti")
