"""What Dagster loads: the waterfall as people read it."""

import dagster as dg
import pytest

from assignment_assets.definitions import defs
from assignment_assets.domain.gate import GATES
from assignment_assets.domain.segment import SEGMENTS
from assignment_assets.domain.setup.cycle import STAGES
from assignment_assets.domain.setup.freeze import TABLE_STAGE
from assignment_assets.domain.sources.doubts import DOUBTS
from assignment_assets.domain.tables import TABLES
from assignment_assets.stages.invariants import INVARIANT_CHECKS
from assignment_assets.stages.source_checks import SOURCE_CHECKS

GRAPH = defs.resolve_asset_graph()
BESIDE = {"write_back_check", "write_back_dry_run", "write_back_reconciliation", "written_owners", "cycle_report"}
"""Assets that look at the last stage, or tell of all of them, and hand nothing on."""
SPECS = {
    spec.key.to_user_string(): spec
    for spec in defs.resolve_all_asset_specs()
    if spec.group_name in (*STAGES, "people") and spec.key.to_user_string() not in BESIDE
}
PACKETS = {"lock_packets", "review_packets"}
PEOPLE = set(GATES)


def ancestors(name):
    """Everything upstream of an asset."""
    found, open_ends = set(), [name]
    while open_ends:
        parents = {key.to_user_string() for key in GRAPH.get(dg.AssetKey(open_ends.pop())).parent_keys} - found
        found |= parents
        open_ends += parents
    return found


def test_they_load_and_can_run():
    dg.Definitions.validate_loadable(defs)


def test_every_asset_is_told_owned_partitioned_and_in_its_stage():
    for name, spec in SPECS.items():
        assert spec.description and len(spec.description) > 20, name
        assert spec.owners, name
        assert spec.partitions_def is not None and spec.partitions_def.name == "cycle", name
        if spec.group_name != "people":
            assert spec.tags["stage"] == f"{STAGES.index(spec.group_name):02d}", name


def test_people_are_nodes_of_the_graph():
    assert {name for name, spec in SPECS.items() if spec.group_name == "people"} == PEOPLE
    for gate in GATES.values():
        assert GRAPH.get(dg.AssetKey(gate.name)).parent_keys == {dg.AssetKey(gate.packets)}


def test_each_gates_packets_belong_to_its_stage_and_leave_with_the_segment_before_it():
    order = list(SEGMENTS.values())
    for gate in GATES.values():
        assert SPECS[gate.packets].group_name == gate.stage
        assert gate.packets in order[order.index(gate.segment) - 1].assets


def test_what_a_segment_does_reads_the_answers_of_the_gate_before_it():
    for gate in GATES.values():
        assert any(gate.name in ancestors(name) for name in gate.segment.assets), gate.name


def test_nothing_flows_back():
    for name, spec in SPECS.items():
        if spec.group_name == "people":
            continue
        for parent in ancestors(name):
            group = SPECS[parent].group_name
            stage = GATES[parent].stage if group == "people" else group
            assert STAGES.index(stage) <= STAGES.index(spec.group_name), f"{parent} → {name}"


def test_everything_comes_from_the_sources_and_ends_in_the_log_or_in_letters_or_is_read_by_people():
    ends = {"write_back_log", "handoff_notices", "arrivals"}
    assert set(SPECS) - ancestors("write_back_log") == ends
    assert set(SPECS) - ancestors("handoff_notices") == ends


def test_a_table_freezes_with_the_stage_that_its_asset_is_shown_in():
    shown = {name: spec.group_name for name, spec in SPECS.items() if name in TABLE_STAGE}
    assert shown == {name: TABLE_STAGE[name] for name in shown}
    assert len(shown) > 10


def test_every_asset_has_its_table():
    assert set(SPECS) - PACKETS - PEOPLE - {"handoff_notices"} <= set(TABLES)


@pytest.mark.parametrize("segment", sorted(SEGMENTS))
def test_a_job_selects_its_segment(segment):
    job = defs.resolve_job_def(segment)
    assert {key.to_user_string() for key in job.asset_layer.selected_asset_keys} == set(SEGMENTS[segment].assets)
    assert job.description == SEGMENTS[segment].description
    assert job.executor_def.name == "in_process"


def test_the_segments_are_the_whole_waterfall():
    assert {asset for segment in SEGMENTS.values() for asset in segment.assets} == set(SPECS) - PEOPLE


def test_every_gate_has_a_sensor_that_starts_the_job_behind_it():
    started = {(sensor.name, target.job_name) for sensor in defs.sensors for target in sensor.targets}
    assert {(f"{gate.name}_gate", gate.segment.name) for gate in GATES.values()} <= started


def test_the_invariants_are_blocking_and_on_every_stage_that_hands_on():
    checks = [spec for checks in INVARIANT_CHECKS for spec in checks.check_specs]
    assert all(spec.blocking for spec in checks)
    assert {spec.asset_key.to_user_string() for spec in checks} == {
        "eligible_pool",
        "locks",
        "proposed_books",
        "reviewed_books",
        "sign_off_packets",
        "approved_diff",
        "write_back_log",
    }


def test_what_is_only_worth_a_look_is_told_and_blocks_nothing():
    checks = [spec for checks in SOURCE_CHECKS for spec in checks.check_specs]
    assert {(spec.asset_key.to_user_string(), spec.name) for spec in checks} == {
        (table, name) for table in ("accounts", "reps", "opportunities") for name in DOUBTS
    }
    assert not any(spec.blocking for spec in checks)
    assert all(spec.description for spec in checks)
    assert len(list(defs.asset_checks)) == len(INVARIANT_CHECKS) + len(SOURCE_CHECKS)


def test_one_writer_at_a_time():
    waterfall = [
        each
        for each in defs.assets
        if isinstance(each, dg.AssetsDefinition) and {key.to_user_string() for key in each.keys} <= set(SPECS)
    ]
    pools = {key.to_user_string(): assets.op.pool for assets in waterfall for key in assets.keys}
    assert {name for name, pool in pools.items() if pool != "duckdb"} <= {"write_back_log"}
    assert None not in pools.values()
