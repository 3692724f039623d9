"""`assignment bench …`: benchmarks, a JSON line for each figure."""

import json
import os
import sys
from dataclasses import replace
from pathlib import Path

import click

from assignment_assets.bench import overlays, overlays_table, pages, routing, start, write_back
from assignment_assets.bench.interference import interference
from assignment_assets.bench.quarter import Size
from assignment_assets.bench.reaction import at_rest, reaction
from assignment_assets.commands.output import command, show
from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.io.folders import DataFolder


@click.group()
def bench() -> None:
    """Benchmarks: speed, quality and robustness, measured on this machine."""


@command(bench, "optimizer")
@click.option(
    "--case",
    type=click.Choice(["generated", "public-small", "public-large", "hospitals"]),
    default="generated",
    show_default=True,
    help="The sample company, the size of a published figure (7,619 "
    "accounts / 48 reps, 75,000 / 44), or the file that HOSPITALS_FILE names with 60 reps.",
)
@click.option(
    "--size",
    type=click.Choice(["S", "M", "L", "XL"]),
    default="M",
    show_default=True,
    help="Of the generated case: 20 reps / 2,500 accounts, 100 / 12,000, 500 / 60,000, 2,500 / 300,000.",
)
@click.option("--seed", default=11, show_default=True, help="Of whatever is drawn.")
@click.option(
    "--instance",
    type=click.Path(exists=True, file_okay=False, path_type=Path),
    help="A folder with accounts.parquet and reps.parquet to solve instead.",
)
@click.option("--cpu-seconds", default=10.0, show_default=True, help="Budget of each method on phase 2.")
@click.option(
    "--preset",
    type=click.Choice(["brief", "quick", "standard", "thorough"]),
    default="quick",
    show_default=True,
    help="For the run of both phases.",
)
@click.option(
    "--method",
    "methods",
    multiple=True,
    help="Only these on phase 2: ours, pymoo, 'pymoo eligible', greedy, HiGHS, CP-SAT.",
)
@click.option("--peers", is_flag=True, help="All of them, with the same budget.")
@click.option("--no-race", is_flag=True, help="Both phases only: no method on phase 2, no bounds that only score.")
@click.option("--no-cycle", is_flag=True, help="Phase 2 only.")
@click.option("--dump", type=click.Path(file_okay=False, path_type=Path), help="Where the solved problem goes.")
@click.option(
    "--all",
    "every",
    is_flag=True,
    help="Ignores the case: S, M and L with peers, the shared instances, the public sizes, the hospitals.",
)
@click.option("--shared", type=click.Path(path_type=Path), help="With --all: the folder with S0, M0 and L0.")
def bench_optimizer(
    as_json: bool,
    every: bool,
    shared: Path | None,
    peers: bool,
    no_race: bool,
    no_cycle: bool,
    methods: tuple[str, ...],
    **chosen,
) -> None:
    """The optimiser against its proven bounds: gaps, hypervolume, seconds, memory, and the curve over time.

    Every row is a line of JSON; a table follows unless --json is given. All rows are kept in data/bench/.
    """
    from assignment_assets.bench import optimizer, table  # load numba and pymoo

    unknown = sorted(set(methods) - set(optimizer.METHODS))
    if unknown:
        raise InvalidInput("--method", [Fault("method", ", ".join(unknown), " or ".join(optimizer.METHODS))])
    if every:
        plans = optimizer.standard_plans(
            chosen["seed"], chosen["cpu_seconds"], chosen["preset"], shared, bool(os.environ.get("HOSPITALS_FILE"))
        )
        name = "all"
    else:
        racing = () if no_race else tuple(optimizer.METHODS) if peers else methods or ("ours",)
        plan = optimizer.RacePlan(methods=racing, cycle=not no_cycle, **chosen)
        plans, name = iter([plan]), plan.name
    rows = optimizer.measure(plans, lambda row: click.echo(json.dumps(row, ensure_ascii=False)))
    target = DataFolder.from_environment().root / "bench" / f"optimizer-{name}.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n")
    if not as_json:
        click.echo(f"\n{table.as_text(rows)}\n{target}")


@command(bench, "check")
@click.argument("folder", type=click.Path(exists=True, file_okay=False, path_type=Path))
@click.option("--bounds", is_flag=True, help="Also the weighted bounds, against HiGHS' linear programmes.")
def check(folder: Path, bounds: bool, as_json: bool) -> None:
    """Computes what a dump claims again, from its files alone."""
    from assignment_assets.bench.check import check_dump

    lines = check_dump(folder, bounds)
    text = "\n".join(
        f"{'ok ' if line['holds'] else 'NO '} {line['what']}: {line['found']}, expected {line['expected']}"
        for line in lines
    )
    show(text, lines, as_json)
    if not all(line["holds"] for line in lines):
        sys.exit(1)


@command(bench, "workers")
@click.option(
    "--size",
    type=click.Choice(["S", "M", "L", "XL"]),
    default="M",
    show_default=True,
    help="Of the sample company: 20 reps / 2,500 accounts, 100 / 12,000, 500 / 60,000, 2,500 / 300,000.",
)
@click.option("--seed", default=11, show_default=True, help="Of the company and of the search.")
@click.option(
    "--preset",
    type=click.Choice(["brief", "quick", "standard", "thorough"]),
    default="quick",
    show_default=True,
    help="How long each search is.",
)
@click.option("--workers", "count", type=click.IntRange(2, 256), default=2, show_default=True, help="How many.")
def bench_workers(size: str, seed: int, preset: str, count: int, as_json: bool) -> None:
    """One front alone, by processes and by a Dask cluster of this machine: seconds, speed-up, the same bytes or not."""
    from assignment_assets.bench import workers  # loads numba and pymoo
    from assignment_assets.bench.instances import draw_problem
    from assignment_assets.optimizer.model.settings import Settings

    rows = []
    for row in workers.bench_workers(draw_problem(size, seed), Settings.from_preset(preset, seed=seed), count):
        rows.append(row)
        if not as_json:
            limit = (
                (
                    f"; {row['cpu_seconds']} CPU s, {row['of_it_units']} of it units: at most "
                    f"{row['most_speed_up']} with {count} free cores"
                )
                if "most_speed_up" in row
                else ""
            )
            click.echo(
                f"{row['workers']}: {row['wall_seconds']} s, speed-up {row['speed_up']} at load {row['load']}, "
                f"{'the same bytes' if row['same_bytes'] else 'OTHER BYTES'}{limit}"
            )
    if as_json:
        click.echo(json.dumps(rows))
    if not all(row["same_bytes"] for row in rows):
        sys.exit(1)


@bench.command("routing")
@click.option("--short", is_flag=True, help="A few days of a small company, without a real daemon: two minutes.")
@click.option("--days", type=click.IntRange(min=2), help="Working days; a quarter has 65.")
@click.option(
    "--cycles",
    type=click.IntRange(min=0),
    help="Departures' cycles that run through the whole waterfall; "
    "all of them unless said otherwise, two with --short.",
)
@click.option(
    "--reaction",
    "events",
    type=click.IntRange(min=1),
    help="Only this: so many records and departures under a real daemon.",
)
@click.option(
    "--at-rest",
    "minutes",
    type=click.FloatRange(min=0.1),
    help="Only this: the daemon's CPU over so many minutes in which nothing happens.",
)
@click.option(
    "--interference",
    "seconds",
    type=click.IntRange(min=5),
    help="Only this: routing beside so many seconds of an optimiser run and a write-back.",
)
@click.option(
    "--replay-days",
    type=click.IntRange(min=0),
    default=3,
    show_default=True,
    help="Play so many days again and compare the logs, evening by evening; 65 for all.",
)
def bench_routing(
    short: bool,
    days: int | None,
    cycles: int | None,
    events: int | None,
    minutes: float | None,
    seconds: int | None,
    replay_days: int,
) -> None:
    """A simulated quarter against the sandbox org, throughput, replay, interference, reaction, idle cost of routing."""
    if events:
        reaction(events, lambda line: click.echo(json.dumps(line)))
        return
    if minutes:
        at_rest(minutes, lambda line: click.echo(json.dumps(line)))
        return
    if seconds:
        interference(routing.story_of(routing.BUSY), 60, seconds, lambda line: click.echo(json.dumps(line)))
        return
    size = routing.SHORT if short else Size()
    if days:
        share = days / size.days
        counted = ("arrivals", "departures", "starters", "leaves", "territory_changes")
        size = replace(size, days=days, **{name: round(getattr(size, name) * share) for name in counted})
    run = cycles if cycles is not None else 2 if short else size.departures
    for line in routing.lines(short, size, run, replay_days):
        click.echo(line)


@bench.command("write-back")
@click.option("--short", is_flag=True, help="Every row in small: two minutes.")
@click.option("--crashes", type=click.IntRange(min=0), help="Runs that are killed twice each; 200 are asked for.")
@click.option("--edits", type=click.IntRange(min=2), help="People's edits raced against writes; 10,000 are asked for.")
@click.option("--changes", type=click.IntRange(min=0), help="Owners written to an org of 200 ms a call; 0 for none.")
@click.option("--seed", default=3, show_default=True, help="Same seed, same faults and points.")
def bench_write_back(short: bool, crashes: int | None, edits: int | None, changes: int | None, seed: int) -> None:
    """Every row of the write-back's bar: crashes, races, lost answers, codes, tampering, calls, overhead."""
    usual = (6, 100, 0) if short else (200, 10_000, 100_000)
    given = [usual[place] if value is None else value for place, value in enumerate((crashes, edits, changes))]
    for line in write_back.lines(short, given[0], given[1], seed, given[2]):
        click.echo(line)


@command(bench, "overlays")
@click.option("--short", is_flag=True, help="600 accounts instead of 8,000: two minutes.")
@click.option("--seed", default=3, show_default=True, help="Of the company, of what happens and of the kills.")
def bench_overlays(short: bool, seed: int, as_json: bool) -> None:
    """A quarter of roles beside the owner: seconds from webhook to record, kills, catches, history, replay."""
    figures = []
    for figure in overlays.rows(short, seed):
        figures.append(figure)
        if as_json:
            click.echo(json.dumps(overlays_table.as_entry(figure), default=str))
        else:
            click.echo(f"{overlays_table.mark(figure)} {figure[0]}", err=True)
    if not as_json:
        click.echo(overlays_table.as_text(figures))
    if any(is_met is False for *_, is_met in figures):
        sys.exit(1)


@bench.command("pages")
@click.option("--short", is_flag=True, help="12 reps, 900 accounts, 6 directors: a minute.")
@click.option("--reps", type=click.IntRange(min=4), help="Field reps; 500 are asked for.")
@click.option("--accounts", type=click.IntRange(min=100), help="Accounts; 60,000 are asked for.")
@click.option("--directors", type=click.IntRange(min=2), help="Directors who send at once; 200 are asked for.")
def bench_pages(short: bool, reps: int | None, accounts: int | None, directors: int | None) -> None:
    """The review pages: how long each takes, what their process weighs, a rush of people who send at once."""
    usual = pages.SHORT if short else pages.Size()
    given = {"reps": reps, "accounts": accounts, "directors": directors}
    size = replace(usual, **{name: value for name, value in given.items() if value})
    pages.bench_pages(size, lambda row: click.echo(json.dumps(row)))


@bench.command("start")
@click.option("--short", is_flag=True, help="No demo: both phases on a problem of no size, a small cycle's status.")
@click.option("--reps", type=click.IntRange(min=4), help="Field reps of the demo; 100 are asked for.")
@click.option("--accounts", type=click.IntRange(min=100), help="Its accounts; 12,000 are asked for.")
def bench_start(short: bool, reps: int | None, accounts: int | None) -> None:
    """What it costs to begin, in CPU seconds: --help, a status, a demo cold and warm, compilation."""
    usual = start.SHORT if short else start.Size()
    given = {"reps": reps, "accounts": accounts}
    size = replace(usual, **{name: value for name, value in given.items() if value})
    start.bench_start(size, lambda row: click.echo(json.dumps(row)))
