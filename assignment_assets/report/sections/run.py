"""How the cycle ran: the waterfall, the stages, the configuration."""

import json

import polars as pl

from assignment_assets.report import headlines as headlines
from assignment_assets.report import pictures
from assignment_assets.report.grid import Column, grid, number, prose
from assignment_assets.report.inputs import ReportInput
from assignment_assets.report.names import Names
from assignment_assets.report.sections.section import Section, not_run, picture
from assignment_assets.report.waterfall import waterfall as count_waterfall
from assignment_assets.report.wording import seconds, words


def waterfall(report: ReportInput, names: Names) -> Section:
    """The funnel and its counts."""
    steps = count_waterfall(report.tables)
    if steps["accounts"].null_count() == steps.height:
        return Section("waterfall", "The waterfall", [f"{headlines.of_waterfall(steps)}."])
    counts = dict(steps.select("step", "accounts").rows())
    sentences = []
    if report.region:
        sentences.append(f"Counted: every account that one of {report.region}'s reps owns today or would own.")
    if None not in (counts["pool"], counts["locked"], counts["placed"], counts["overflow"]):
        sentences.append(
            f"Locked {counts['locked']:,} + placed {counts['placed']:,} + overflow {counts['overflow']:,} = "
            f"{counts['locked'] + counts['placed'] + counts['overflow']:,}, and the pool has {counts['pool']:,}: "
            + ("no account is lost." if _adds_up(counts) else "these should be equal.")
        )
    columns = [Column("label", "Step"), number("accounts", "Accounts", has_bar=True), Column("note", "Of these")]
    return Section(
        "waterfall",
        "The waterfall",
        sentences,
        [picture(pictures.funnel(steps), headlines.of_waterfall(steps))],
        [grid(steps, "Accounts at each step", columns)],
        is_side_by_side=True,
    )


def stages(report: ReportInput, names: Names) -> Section:
    """One row an asset: rows in and out, seconds, people's part, what was refused."""
    if report.run_summary.is_empty():
        return Section("stages", "How the stages ran", ["No stage has run yet."])
    total = report.run_summary["seconds"].sum()
    told = [f"The engine computed for {seconds(total)} in all; waiting for people is not counted."] if total else []
    columns = [
        Column("stage", "Stage", words),
        Column("asset", "Asset", words),
        number("rows_in", "Rows in"),
        number("rows_out", "Rows out"),
        number("seconds", "Time", seconds, has_bar=True),
        prose("people", "What people did"),
        prose("refused", "Refused"),
    ]
    return Section(
        "stages",
        "How the stages ran",
        told,
        grids=[grid(report.run_summary, "Stage by stage", columns)],
    )


def configuration(report: ReportInput, names: Names) -> Section:
    """The frozen run config, value by value."""
    config = report.config()
    if not config:
        return not_run("configuration", "Configuration", "The run config")
    values = json.loads(config["config_json"] or "{}")
    rows = [{"name": name, "value": _value_words(value)} for name, value in values.items()]
    frame = pl.DataFrame(rows, schema={"name": pl.String, "value": pl.String})
    columns = [Column("name", "Setting", words), Column("value", "Value")]
    return Section(
        "configuration",
        "Configuration",
        [f"Revision {config['revision']}, frozen with digest {config['config_digest']}."],
        grids=[grid(frame, "The run config", columns, is_folded=True)],
    )


def _adds_up(counts: dict) -> bool:
    return counts["locked"] + counts["placed"] + counts["overflow"] == counts["pool"]


def _value_words(value) -> str:
    if isinstance(value, bool):
        return "yes" if value else "no"
    if isinstance(value, list | dict):
        return json.dumps(value, ensure_ascii=False) if value else ""
    return str(value)
