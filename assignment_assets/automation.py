"""What starts by itself: the five jobs, one a segment of the waterfall, and the nodes that people are."""

import dagster as dg

from assignment_assets.stages.cycle import CYCLES

PEOPLE = [
    dg.AssetSpec(
        "lock_lists",
        group_name="people",
        partitions_def=CYCLES,
        deps=["lock_packets"],
        kinds={"excel"},
        owners=["team:reps"],
        description="Reps return their keep-lists to `inbox/<cycle>/lock_lists/<rep>/`. Waits for all of them or the "
        "deadline.",
    ),
    dg.AssetSpec(
        "review_edits",
        group_name="people",
        partitions_def=CYCLES,
        deps=["review_packets"],
        kinds={"excel"},
        owners=["team:regional-directors"],
        description="Regional Directors return their reviews to `inbox/<cycle>/review_edits/<director>/`.",
    ),
    dg.AssetSpec(
        "sign_offs",
        group_name="people",
        partitions_def=CYCLES,
        deps=["sign_off_packets"],
        kinds={"json"},
        owners=["team:growth-strategy"],
        description="Growth Strategy signs region by region with `assignment sign-off`. Never assumed.",
    ),
]

SEGMENTS = {
    "open_cycle": (
        "accounts",
        "reps",
        "opportunities",
        "source_exceptions",
        "run_config",
        "current_books",
        "eligible_pool",
        "lock_packets",
    ),
    "propose": ("locks", "referring_front", "proposed_books", "overflow", "review_packets"),
    "review": ("reviewed_books", "sign_off_packets"),
    "sign_off": ("sign_off_packets", "approved_diff"),
    "write_back": ("write_back_log",),
}
"""Job → the assets that it materialises; between two jobs stand people."""

DESCRIPTIONS = {
    "open_cycle": "Reads the sources, freezes the run config, settles the pool and sends the lock lists.",
    "propose": "Settles the locks, proposes books and sends them to the Regional Directors.",
    "review": "Judges the directors' edits and prepares what each region signs.",
    "sign_off": "Judges the sign-offs and approves what is signed.",
    "write_back": "Writes the approved owners to Salesforce and reads every one back.",
}

JOBS = [
    dg.define_asset_job(
        name,
        selection=dg.AssetSelection.assets(*assets),
        description=DESCRIPTIONS[name],
        executor_def=dg.in_process_executor,
        tags={"segment": name},
    )
    for name, assets in SEGMENTS.items()
]
