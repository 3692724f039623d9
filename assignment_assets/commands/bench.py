"""`assignment bench …`: benchmarks, a JSON line for each figure."""

import json
from dataclasses import replace
from pathlib import Path

import click

from assignment_assets.bench import routing, write_back
from assignment_assets.bench.quarter import Size
from assignment_assets.bench.reaction import reaction


@click.group()
def bench() -> None:
    """Benchmarks: speed, quality and robustness, measured on this machine."""


@bench.command("optimizer")
@click.option("--size", type=click.Choice(["S", "M", "L", "XL"]), default="M", show_default=True,
              help="A generated problem: 20 reps / 2,500 accounts, 100 / 12,000, 500 / 60,000, 2,500 / 300,000.")
@click.option("--seed", default=11, show_default=True, help="Of the generated problem.")
@click.option("--instance", type=click.Path(exists=True, file_okay=False, path_type=Path),
              help="A folder with accounts.parquet and reps.parquet to solve instead.")
@click.option("--cpu-seconds", default=10.0, show_default=True, help="Budget of each search and each peer.")
@click.option("--preset", type=click.Choice(["quick", "standard", "thorough"]), default="quick", show_default=True,
              help="For the run of both phases.")
@click.option("--peers", is_flag=True, help="Also pymoo as it comes, greedy and HiGHS, with the same budget.")
@click.option("--dump", type=click.Path(file_okay=False, path_type=Path), help="Where the solved problem goes.")
@click.option("--json", "_", is_flag=True, help="Lines are JSON in any case.")
def bench_optimizer(size: str, seed: int, instance: Path | None, cpu_seconds: float, preset: str, peers: bool,
                    dump: Path | None, _: bool) -> None:
    """The optimiser against its proven bounds: gaps, hypervolume, seconds, memory, and the curve over time."""
    from assignment_assets.bench import optimizer  # loads numba and pymoo

    for row in optimizer.bench_optimizer(size, seed, instance, cpu_seconds, preset, peers, dump):
        click.echo(json.dumps(row))


@bench.command("routing")
@click.option("--short", is_flag=True, help="A few days of a small company: half a minute.")
@click.option("--days", type=click.IntRange(min=2), help="Working days; a quarter has 65.")
@click.option("--cycles", type=click.IntRange(min=0), help="Departures' cycles that run through the whole waterfall; "
              "all of them unless said otherwise, two with --short.")
@click.option("--reaction", "events", type=click.IntRange(min=1), help="Only this: so many records and departures "
              "under a real daemon.")
@click.option("--replay-days", type=click.IntRange(min=0), default=3, show_default=True, help="Play so many days again "
              "and compare the logs, evening by evening; 65 for all.")
def bench_routing(short: bool, days: int | None, cycles: int | None, events: int | None, replay_days: int) -> None:
    """A simulated quarter against the sandbox org, throughput, replay, interference and idle cost of routing."""
    if events:
        reaction(Size(60, 3_000, events, events, 0, 0, 0, 5), events, lambda line: click.echo(json.dumps(line)))
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
