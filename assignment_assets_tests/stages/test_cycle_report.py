"""The reports as an asset: written from what is published, asked for after each stage."""

import dagster as dg

from assignment_assets.automation.reports import REPORT_JOB, reports
from assignment_assets.automation.waterfall import JOBS
from assignment_assets.report.pictures.canvas import LARGEST_BYTES
from assignment_assets.resources import Clock
from assignment_assets.stages.cycle_report import cycle_report


def test_the_asset_writes_the_report_and_one_a_region_and_shows_the_best_pictures(reviewed):
    result = cycle_report(dg.build_asset_context(partition_key=reviewed.name), clock=Clock())
    folder = reviewed.folder.reports(reviewed.name)
    assert {path.name for path in folder.glob("regions/*")} == {"north.html", "south.html"}
    assert (folder / "index.html").is_file()
    assert result.metadata["report of North"].value == str(folder / "regions" / "north.html")
    for picture in ("funnel", "drive time"):
        assert 1000 < len(result.metadata[picture].value) < LARGEST_BYTES * 4 / 3


def test_a_stage_that_ended_well_asks_for_the_cycles_reports(reviewed):
    instance = dg.DagsterInstance.ephemeral()
    job = next(job for job in JOBS if job.name == "review")

    @dg.op(name="done")
    def done():
        pass

    @dg.job(name=job.name)
    def stage():
        done()

    ran = stage.execute_in_process(instance=instance, tags={"dagster/partition": reviewed.name})
    context = dg.build_run_status_sensor_context(
        "reports", dagster_event=ran.get_run_success_event(), dagster_instance=instance, dagster_run=ran.dagster_run
    )
    request = reports(context)
    assert request.partition_key == reviewed.name and request.run_key.endswith(ran.run_id)


def test_the_job_reads_what_is_published_and_never_the_warehouse():
    assert "warehouse" not in cycle_report.required_resource_keys
    assert REPORT_JOB.name == "report"
