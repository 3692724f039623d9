"""`assignment bench …`: benchmarks, a JSON line for each figure."""

import json
from dataclasses import replace

import click

from assignment_assets.bench import routing
from assignment_assets.bench.quarter import Size
from assignment_assets.bench.reaction import reaction


@click.group()
def bench() -> None:
    """Benchmarks: speed, quality and robustness, measured on this machine."""


@bench.command("routing")
@click.option("--short", is_flag=True, help="A few days of a small company: half a minute.")
@click.option("--days", type=click.IntRange(min=2), help="Working days; a quarter has 65.")
@click.option("--cycles", default=2, show_default=True, help="Departures that run through the whole waterfall.")
@click.option("--reaction", "events", type=click.IntRange(min=1), help="Only this: so many records and departures "
              "under a real daemon.")
@click.option("--replay/--no-replay", default=True, show_default=True, help="Play it twice and compare the logs.")
def bench_routing(short: bool, days: int | None, cycles: int, events: int | None, replay: bool) -> None:
    """A simulated quarter against the sandbox org, throughput, replay, interference and idle cost of routing."""
    if events:
        reaction(Size(60, 3_000, events, events, 0, 0, 0, 5), events, lambda line: click.echo(json.dumps(line)))
        return
    size = routing.SHORT if short else Size()
    if days:
        share = days / size.days
        counted = ("arrivals", "departures", "starters", "leaves", "territory_changes")
        size = replace(size, days=days, **{name: round(getattr(size, name) * share) for name in counted})
    for line in routing.lines(short, size, cycles, replay):
        click.echo(line)
