"""Who was on what from when to when: every source of evidence, closes, corrections, random stories."""

from dataclasses import dataclass, field, replace
from datetime import timedelta

import polars as pl
import pytest
from hypothesis import Phase, example, given, settings
from hypothesis import strategies as st

from assignment_assets.domain.digest import table_digest
from assignment_assets.domain.overlays.edit_trail import HISTORY
from assignment_assets.domain.overlays.history import as_it_was, at_close, entry_digest, in_force, overlay_history
from assignment_assets.domain.overlays.known_changes import CLOSES, OWNER_WRITES, Sources
from assignment_assets.domain.overlays.tables import (
    OPPORTUNITY_ROLES,
    OVERLAY_ACCOUNTS,
    OVERLAY_EDITS,
    OVERLAY_HISTORY,
    OVERLAY_LOG,
    OVERLAY_OPPORTUNITIES,
    OVERLAY_PEOPLE,
    OVERLAY_STAMPS,
)
from assignment_assets_tests.domain.overlays.small import PEOPLE, at, roles, rows

PERSONS = ("u1", "u2", "u3", None)


@dataclass
class Story:
    """What happens to the CSM of one opportunity, and all that is written down of it."""

    person: str | None = "u1"
    account_person: str | None = "u1"
    closed_at: object = None
    edits: list[dict] = field(default_factory=list)
    stamps: list[dict] = field(default_factory=list)
    log: list[dict] = field(default_factory=list)
    field_history: list[dict] = field(default_factory=list)
    supporting: list[str] = field(default_factory=list)
    accounts: list[dict] = field(default_factory=list)
    owner_writes: list[dict] = field(default_factory=list)
    closes: list[dict] = field(default_factory=list)
    role: str = "csm"
    seen: float = 1_000.0

    def told(self, hour, to, by="u2", says="stands"):
        """Somebody changes it, and the CRM's history tells."""
        field_name = {"csm": "Csm__c", "sa": "Sa__c"}[self.role]
        fact = {"object": "Opportunity", "record_id": "o1", "field": field_name, "by": by, "at": at(hour)}
        self.field_history.append(fact | {"old": self.person, "new": to})
        self.person = to
        return self

    def edited(self, hour, to, by="u2", verdict="stands"):
        """Somebody changes it, and a look finds it."""
        names = {row["person_id"]: row for row in PEOPLE}
        self.edits.append(
            {
                **{"role": self.role, "object": "Opportunity", "record_id": "o1", "account_id": "a1"},
                **{"from_id": self.person, "to_id": to, "edited_by": by, "edited_by_name": names[by]["name"]},
                **{"profile": names[by]["profile"], "edited_at": at(hour), "evidence": "snapshot", "verdict": verdict},
            }
        )
        self.person = to
        return self

    def stamped(self, hour, to, outcome="verified", why="open_opportunity", is_in_history=False):
        """The engine writes it."""
        number = len(self.stamps) + 1
        fact = {"stamp_no": number, "role": self.role, "object": "Opportunity", "record_id": "o1", "why": why}
        self.stamps.append(fact | {"expected_id": self.person, "new_id": to, "decided_at": at(hour)})
        self.log.append({"stamp_no": number, "outcome": outcome, "attempt": 1, "written_at": at(hour)})
        if is_in_history:
            self.told(hour + 0.001, to, by="we")
        elif outcome == "verified":
            self.person = to
        return self

    def closed(self, hour):
        """It closes."""
        self.closed_at = at(hour)
        return self

    def opened(self, hour):
        """It is opened again, and the engine stamps it."""
        self.closed_at = None
        return self.stamped(hour, self.person, outcome="skipped_already", why="reopened")

    def sources(self, **changes) -> Sources:
        """All of it as frames."""
        parts = [{"person_id": self.person, "part": "primary"}]
        parts += [{"person_id": each, "part": "supporting"} for each in self.supporting]
        common = {"role": self.role, "opportunity_id": "o1", "set_by": "unknown", "seen_at": at(self.seen)}
        opportunity = {"opportunity_id": "o1", "account_id": "a1", "created_at": at(0), "modified_at": at(self.seen)}
        opportunity |= {"is_closed": self.closed_at is not None, "closed_at": self.closed_at}
        return Sources(
            roles(**changes),
            rows(OVERLAY_PEOPLE, *PEOPLE),
            rows(OVERLAY_ACCOUNTS, *self.accounts),
            rows(OVERLAY_OPPORTUNITIES, opportunity),
            rows(OPPORTUNITY_ROLES, *(common | each for each in parts)),
            rows(OVERLAY_EDITS, *self.edits),
            rows(OVERLAY_STAMPS, *self.stamps),
            rows(OVERLAY_LOG, *self.log),
            rows(HISTORY, *self.field_history),
            rows(OWNER_WRITES, *self.owner_writes),
            ("we",),
            rows(CLOSES, *self.closes),
        )

    def history(self, before=None):
        """The table of this role."""
        table = overlay_history(self.sources(), OVERLAY_HISTORY.empty() if before is None else before)
        return table.filter(role=self.role)


def shown(history, *names):
    """Rows as tuples: person, from, until in hours, and the columns named."""
    hours = [
        ((pl.col(name) - at(0)).dt.total_seconds() / 3600).round(2).alias(name) for name in ("from_at", "until_at")
    ]
    return history.with_columns(hours).select("person_id", "from_at", "until_at", *names).rows()


def test_a_record_that_nothing_changed_has_one_interval_from_its_creation():
    assert shown(Story().history(), "was_at_close", "evidence") == [("u1", 0, None, False, "snapshot")]
    assert shown(Story().closed(5).history(), "was_at_close") == [("u1", 0, 5, True)]


def test_the_crms_history_and_our_own_log_and_looks_tell_of_one_line_of_intervals():
    story = Story().told(1, "u2").stamped(2, "u1").edited(3, "u3").closed(4)
    assert shown(story.history(), "set_by", "evidence") == [
        ("u1", 0, 1, "unknown", "field_history"),
        ("u2", 1, 2, "person", "field_history"),
        ("u1", 2, 3, "engine", "own_log"),
        ("u3", 3, 4, "person", "snapshot"),
    ]


def test_a_write_of_ours_that_the_crm_tells_of_too_is_one_change_at_the_crms_time():
    story = Story().stamped(2, "u2", is_in_history=True)
    assert shown(story.history(), "set_by", "evidence")[1:] == [("u2", 2.0, None, "engine", "field_history")]
    assert story.history()["from_at"][1] == at(2.001)


def test_a_write_that_did_not_come_about_is_no_change():
    assert shown(Story().stamped(2, "u2", outcome="drift").history()) == [("u1", 0, None)]


def test_an_override_is_named_and_somebody_elses_edit_is_not_one():
    story = Story().told(1, "u2", by="op").told(2, "u3", by="u1")
    assert story.history().select("set_by", "set_by_name").rows()[1:] == [
        ("override", "Olga Ops"),
        ("person", "Uma One"),
    ]


def test_a_change_in_the_second_of_the_close_was_made_before_it():
    story = Story().told(5, "u2").closed(5)
    assert shown(story.history(), "was_at_close") == [("u1", 0, 5, False), ("u2", 5, 5, True)]
    assert at_close(in_force(story.history()))["person_id"].to_list() == ["u2"]


def test_what_is_changed_while_closed_stands_from_the_reopening():
    story = Story().closed(5)
    before = story.history()
    story.told(6, "u2", by="u1").opened(8)
    again = story.history(before)
    assert shown(again, "was_at_close") == [("u1", 0, 5, True), ("u2", 8, None, False)]
    assert shown(story.closed(9).history(again), "was_at_close") == [("u1", 0, 5, True), ("u2", 8, 9, True)]


def test_an_override_on_a_closed_opportunity_corrects_its_entry_and_the_entry_stays():
    story = Story().closed(5)
    before = story.history()
    story.edited(7, "u2", by="op", verdict="closed_allowed")
    table = story.history(before)
    assert shown(in_force(table), "set_by", "set_by_name", "was_at_close") == [
        ("u2", 0, 5, "override_after_close", "Olga Ops", True)
    ]
    assert shown(as_it_was(table)) == [("u1", 0, 5)]
    assert in_force(table)["correction_of"].to_list() == [entry_digest(before.row(0, named=True))]
    assert story.history(table).equals(table)
    story.edited(8, "u3", by="op", verdict="closed_allowed")
    later = story.history(table)
    assert later.height == 3 and shown(in_force(later)) == [("u3", 0, 5)] and story.history(later).equals(later)


def test_an_edit_on_a_closed_opportunity_that_nobody_allowed_changes_nothing():
    story = Story().closed(5).edited(7, "u2", by="u1", verdict="closed_reported")
    assert shown(in_force(story.history())) == [("u1", 0, 5)]


def test_what_becomes_known_later_is_a_correction_and_no_entry_is_rewritten():
    story = Story().edited(3, "u2").closed(5)
    before = story.history()
    late = replace(story, edits=[], field_history=[], person="u1").told(2, "u3").told(2.5, "u2")
    after = late.history(before)
    assert shown(in_force(after)) == [("u1", 0, 2), ("u3", 2, 2.5), ("u2", 2.5, 5)]
    kept = after.join(before, on=before.columns, how="semi", nulls_equal=True)
    assert kept.equals(before)
    assert after.filter(pl.col("correction_of").is_not_null()).height == 3
    assert late.history(after).equals(after)


def test_a_close_that_was_earlier_than_believed_withdraws_what_came_after_it():
    story = Story().told(3, "u2").closed(5)
    before = story.history()
    after = replace(story, closed_at=at(2)).history(before)
    assert shown(in_force(after), "was_at_close") == [("u1", 0, 2, True)]
    assert set(before.rows()) < set(after.rows())


def test_what_the_crm_has_forgotten_stays_known():
    story = Story().told(1, "u2").told(2, "u3")
    before = story.history()
    after = replace(story, field_history=[]).history(before)
    assert after.equals(before)


def test_a_change_that_only_a_look_saw_is_dated_when_it_was_seen_and_kept():
    first = Story(seen=1).history()
    seen = replace(Story(person="u2"), seen=4).history(first)
    assert shown(seen) == [("u1", 0, 4), ("u2", 4, None)]
    assert shown(replace(Story(person="u2"), seen=9).history(seen)) == [("u1", 0, 4), ("u2", 4, None)]


def test_supporting_people_share_the_credit_and_shares_sum_to_one_at_every_time():
    story = Story(role="sa", supporting=["u2"], seen=1)
    first = story.history()
    assert shown(first, "part", "credit_share") == [("u1", 0, None, "primary", 0.6), ("u2", 0, None, "supporting", 0.4)]
    more = replace(story, supporting=["op", "u2", "u3"], seen=3).history(first)
    later = replace(story, supporting=["u3"], seen=5).closed(7).history(more)
    assert shown(at_close(in_force(later)), "credit_share") == [("u1", 0, 7, 0.6), ("u3", 5, 7, 0.4)]
    for hour in (0.5, 4, 6):
        running = later.filter(pl.col("from_at").le(at(hour)) & pl.col("until_at").gt(at(hour)))
        assert running["credit_share"].sum() == pytest.approx(1, abs=1e-9), hour


def test_other_shares_set_up_later_change_no_entry():
    story = Story(role="sa", supporting=["u2"], seen=1).closed(7)
    before = story.history()
    other = overlay_history(story.sources(sa__supporting={"primary_share": 0.9}), before).filter(role="sa")
    assert other.equals(before)


def test_owners_have_the_same_intervals_from_every_logged_change():
    account = {"account_id": "a1", "owner_id": "u3", "modified_at": at(50), "role": "csm", "person_id": "u1"}
    owner_changes = {
        "object": "Account",
        "record_id": "a1",
        "field": "Owner",
        "old": "u1",
        "new": "u2",
    }
    story = Story(
        accounts=[account],
        field_history=[owner_changes | {"by": "op", "at": at(1)}],
        owner_writes=[{"account_id": "a1", "old_id": "u2", "new_id": "u3", "at": at(2)}],
    )
    owners = overlay_history(story.sources(), OVERLAY_HISTORY.empty()).filter(role="owner")
    assert shown(owners, "object", "set_by", "set_by_name") == [
        ("u1", None, 1, "Account", "unknown", None),
        ("u2", 1, 2, "Account", "person", "Olga Ops"),
        ("u3", 2, None, "Account", "engine", None),
    ]


STEPS = st.lists(
    st.tuples(
        st.sampled_from(("told", "edited", "stamped", "stamped_and_told", "close", "open", "allowed")),
        st.sampled_from(PERSONS),
        st.integers(0, 2),
    ),
    min_size=1,
    max_size=12,
)


@given(STEPS)
@example([("told", None, 1), ("close", None, 0), ("allowed", "u2", 1), ("open", None, 1)])
@settings(max_examples=30, deadline=None, phases=(Phase.explicit, Phase.reuse, Phase.generate))
def test_whatever_happens_intervals_tile_time_and_reproduce_the_truth_at_every_close(steps):
    story, hour = Story(), 1.0
    truth, closings, is_open = [(0.0, "u1")], [], True
    open_spans = [[0.0, None]]
    grown = story.history()
    for number, (kind, person, wait) in enumerate(steps, 1):
        hour += wait + (1 if kind != "close" else 0)  # a close may fall into the second of a change
        before_step = story.person
        if kind == "close" and is_open:
            story.closed(hour)
            is_open = False
            closings.append((hour, story.person))
            story.closes.append({"opportunity_id": "o1", "closed_at": at(hour)})
            open_spans[-1][1] = hour
        elif kind == "open" and not is_open:
            story.opened(hour)
            story.closes[-1]["reopened_at"] = at(hour)
            is_open = True
            open_spans.append([hour, None])
        elif kind == "allowed" and not is_open:
            story.edited(hour, person, by="op", verdict="closed_allowed")
        elif kind == "told" and person != story.person:
            story.told(hour, person)
        elif kind == "edited" and person != story.person:
            story.edited(hour, person, verdict="stands" if is_open else "closed_reported")
        elif kind.startswith("stamped") and person != story.person and is_open:
            story.stamped(hour, person, is_in_history=kind != "stamped")
            hour += 0.01
        if story.person != before_step:
            truth.append((hour, story.person))
        if number % 4 and number < len(steps):
            continue
        table = story.history(grown)
        ended = grown.filter(pl.col("until_at").is_not_null())
        assert table.join(ended, on=ended.columns, how="semi", nulls_equal=True).height == ended.height
        grown = table
    assert table_digest(story.history(grown)) == table_digest(grown)
    told = as_it_was(grown).sort("from_at")
    assert shown(told) == shown(as_it_was(story.history()).sort("from_at"))
    closes = told.filter("was_at_close").select("until_at", "person_id").sort("until_at").rows()
    assert closes == [(at(each), person) for each, person in closings]
    for start, end in open_spans:
        inside = told.filter(pl.col("from_at").ge(at(start)))
        if end is not None:
            inside = inside.filter(pl.col("until_at").is_not_null() & pl.col("until_at").le(at(end)))
        inside = inside.sort("from_at", pl.col("until_at"), nulls_last=True)
        assert inside["from_at"][0] == at(start)
        assert inside["until_at"][-1] == (None if end is None else at(end))
        assert inside["until_at"][:-1].to_list() == inside["from_at"][1:].to_list()
    for moment, person in ((at(each) + timedelta(seconds=50), person) for each, person in truth):
        if any(at(start) <= moment and (end is None or moment < at(end)) for start, end in open_spans):
            on = told.filter(
                pl.col("from_at").le(moment) & pl.col("until_at").is_null().or_(pl.col("until_at").gt(moment))
            )
            assert on["person_id"].to_list() == [person]
