"""Signatures given in advance: what they cover, and what they leave to a person."""

import json
from datetime import date, datetime

import polars as pl
import pytest

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.routing.tables import EVENT_CYCLES, EVENTS
from assignment_assets.domain.sign_off.decisions import read_decision
from assignment_assets.domain.sign_off.standing import StandingPolicy, is_signed, signed_text
from assignment_assets.domain.tables import REGION_DIGESTS, SIGN_OFF_PACKETS
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.standing_files import policies_in_force
from assignment_assets.routing.by_policy import sign_under_policy
from assignment_assets.routing.log import RoutingLog
from assignment_assets_tests.company import PRIYA
from assignment_assets_tests.rehearsal import settle_in

CYCLE, NOW = "2026-11-21-departure-ana", datetime(2026, 11, 21, 12, 0)


@pytest.fixture
def folder(tmp_path, dagster_home, monkeypatch) -> DataFolder:
    """An event cycle of Ana's departure whose sign-off packets are out: three accounts, two regions."""
    folder = settle_in(tmp_path, dagster_home, monkeypatch)
    published = folder.published(CYCLE)
    published.mkdir(parents=True)
    packets = [
        dict.fromkeys(SIGN_OFF_PACKETS.columns) | {"region": region, "account_id": account}
        for region, account in (("North", "a1"), ("North", "a2"), ("South", "a2"), ("South", "a3"))
    ]
    pl.DataFrame(packets, schema=SIGN_OFF_PACKETS.columns).write_parquet(published / "sign_off_packets.parquet")
    digests = [
        {"region": region, "move_count": 2, "held_count": 0, "digest": region[0] * 64} for region in ("North", "South")
    ]
    pl.DataFrame(digests, schema=REGION_DIGESTS.columns).write_parquet(published / "region_digests.parquet")
    gate = {
        "cycle": CYCLE,
        "revision": 1,
        "gate": "sign_offs",
        "issued_at": "2026-11-21T11:00:00",
        "deadline": "2027-02-19T11:00:00",
        "correction_minutes": 15,
        "persons": [],
        "is_draft": False,
    }
    write_whole(folder.outbox(CYCLE, "sign_offs") / "gate.json", json.dumps(gate))
    return folder


def allow(folder: DataFolder, planned: bool = True, **changes) -> None:
    """Signs a policy for departures and plans Ana's cycle under it."""
    policy = StandingPolicy(
        **{
            "name": "p",
            "kinds": ("departure",),
            "up_to": "sign_offs",
            "max_moves": 3,
            "valid_from": "2026-10-01",
            "expires_on": "2026-12-31",
            "signed_by": PRIYA,
        }
        | changes
    )
    path = folder.root / "inbox" / "policies" / PRIYA / "p.json"
    write_whole(path, signed_text(policy, signer_token(engine_key(), PRIYA)))
    if not planned:
        return
    row = dict.fromkeys(EVENT_CYCLES.columns) | {
        "cycle": CYCLE,
        "planned_at": NOW,
        "as_of": date(2026, 11, 21),
        "scope": "churn",
        "event_count": 1,
        "up_to": policy.up_to,
        "max_moves": policy.max_moves,
        "policy_digest": policy.digest(),
        "config_json": "{}",
    }
    event = dict.fromkeys(EVENTS.columns) | {"event_id": "e", "kind": "departure", "scope": "churn", "cycle": CYCLE}
    with RoutingLog(folder).open() as transaction:
        transaction.append(EVENT_CYCLES, pl.DataFrame([row], schema=EVENT_CYCLES.columns))
        transaction.append(EVENTS, pl.DataFrame([event], schema=EVENTS.columns))


def signatures(folder: DataFolder) -> list[dict]:
    return [json.loads(path.read_text()) for path in sorted(folder.inbox(CYCLE, "sign_offs").glob("*/*.json"))]


def test_every_region_is_signed_in_the_name_of_who_signed_the_policy(folder):
    allow(folder)
    assert sign_under_policy(folder, engine_key(), NOW) == [f"{CYCLE}: 2 regions signed under the policy p"]
    decisions = [read_decision(content) for content in signatures(folder)]
    assert [(each.region, each.decision, each.signed_by) for each in decisions] == [
        ("North", "approve", PRIYA),
        ("South", "approve", PRIYA),
    ]
    assert all("3 of at most 3 moves" in each.note for each in decisions)
    assert all(is_signed(content, signer_token(engine_key(), PRIYA)) for content in signatures(folder))


def test_what_is_signed_is_not_signed_again(folder):
    allow(folder)
    sign_under_policy(folder, engine_key(), NOW)
    assert sign_under_policy(folder, engine_key(), NOW) == []


def test_more_moves_than_the_policy_covers_wait_for_a_person(folder):
    allow(folder, max_moves=2)
    assert sign_under_policy(folder, engine_key(), NOW) == [
        f"{CYCLE}: 3 accounts would move, the policy p covers 2; a person signs"
    ]
    assert signatures(folder) == []


def test_a_policy_that_was_changed_since_the_cycle_was_planned_signs_nothing(folder):
    allow(folder)
    allow(folder, planned=False, max_moves=500)
    assert sign_under_policy(folder, engine_key(), NOW) == [
        f"{CYCLE}: its policy is no longer in force; a person signs"
    ]


def test_a_policy_that_reaches_the_review_only_signs_nothing(folder):
    allow(folder, up_to="review_edits")
    assert sign_under_policy(folder, engine_key(), NOW) == []


def test_a_policy_that_was_edited_after_signing_does_not_count_and_is_named(folder):
    allow(folder)
    path = folder.root / "inbox" / "policies" / PRIYA / "p.json"
    path.write_text(path.read_text().replace('"max_moves":3', '"max_moves":9999'))
    found, refused = policies_in_force(folder, engine_key(), NOW.date())
    assert found == {}
    assert [(each.file, each.why) for each in refused] == [(f"{PRIYA}/p.json", f"it is not signed by {PRIYA}")]
