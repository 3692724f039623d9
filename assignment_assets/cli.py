"""`assignment`: the command line. Thin: every command reads its options, makes one call and prints."""

import click

from assignment_assets.commands import (
    accept_journal,
    bench,
    companions,
    comparing,
    confirming,
    cycles,
    events,
    load_by_hand,
    look_ahead,
    notices,
    overlays,
    pages,
    people,
    routing,
    routing_refusals,
    routing_signatures,
    run,
    sample,
    schedule,
    set_aside,
    showing,
    source,
    stores,
    taking_back,
)


@click.group(context_settings={"help_option_names": ["-h", "--help"]})
@click.version_option(package_name="assignment-assets")
def main() -> None:
    """The Account Assignment Engine: who owns which account, decided, corrected, signed and written back."""


cycles.cycle.add_command(comparing.compare)
cycles.cycle.add_command(confirming.confirm_source)
load_by_hand.write_back.add_command(companions.companions)
for each in (
    *look_ahead.look_ahead.commands.values(),
    *taking_back.taking_back.commands.values(),
    *accept_journal.journals.commands.values(),
):
    load_by_hand.write_back.add_command(each)
load_by_hand.write_back.add_command(set_aside.set_aside)
for each in (routing_refusals.set_aside, routing_signatures.policy, routing_signatures.accept):
    routing.routing.add_command(each)
for group in (
    cycles.cycle,
    routing.routing,
    events.events,
    overlays.overlays,
    bench.bench,
    load_by_hand.write_back,
    source.source,
):
    main.add_command(group)
for group in (
    people.people,
    pages.pages,
    notices.notices,
    sample.company,
    run.segments,
    showing.showing,
    schedule.schedules,
    stores.stores,
):
    for command in group.commands.values():
        main.add_command(command)
