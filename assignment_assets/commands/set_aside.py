"""`assignment write-back set-aside`: accounts that the org refused, by reason; try again, or go on without them."""

import click

from assignment_assets.commands.journal import open_journal
from assignment_assets.commands.operators import personal_token, prove
from assignment_assets.commands.output import command, show
from assignment_assets.commands.write_back import write_back
from assignment_assets.domain.tables import ACCOUNTS, REPS
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.warehouse.published import read_published
from assignment_assets.resources import Clock, Source
from assignment_assets.stages.write_back_tools import tools
from assignment_assets.write_back.publishing import publish
from assignment_assets.write_back.refusal_groups import RefusalGroup, shown
from assignment_assets.write_back.set_aside import accept, groups, named, retry


@command(write_back, "set-aside")
@click.argument("cycle_id")
@click.option("--retry", "retried", multiple=True, help="A group that the next run tries again. Repeat for more.")
@click.option("--accept", "accepted", multiple=True, help="A group to go on without, for good. Repeat for more.")
@click.option(
    "--as",
    "person",
    default="",
    help="Your e-mail address; --accept needs it, and --retry where the settings have [roles].",
)
def set_aside(cycle_id: str, retried: tuple[str, ...], accepted: tuple[str, ...], person: str, as_json: bool) -> None:
    """Accounts that wait for a person, grouped by what the org said, with their owners.

    Nothing of them is sent again unless you ask for it. To go on without a group is signed with your personal token
    (ASSIGNMENT_SIGNER_TOKEN, else asked for); the cycle can close then.
    """
    if accepted and not person:
        raise click.UsageError("--accept is signed: say who you are with --as.")
    if accepted:
        prove("signer", person, f"set-aside {cycle_id}")
    if retried:
        prove("writer", person, f"set-aside {cycle_id}")
    folder, given = DataFolder.from_environment(), tools(Source(), Clock())
    done = []
    with open_journal() as journal:
        found = groups(journal, cycle_id)
        again, without = (
            [named(found, name, f"cycle {cycle_id}", f"assignment write-back set-aside {cycle_id}") for name in names]
            for names in (retried, accepted)
        )
        both = {group.group for group in again} & {group.group for group in without}
        if both:
            raise click.UsageError(
                f"{', '.join(sorted(both))}: either --retry or --accept, not both. Nothing was decided."
            )
        for group in _once(again):
            retry(journal, group, person, given)
            done.append(f"{group.group}: {group.rows.height} accounts are tried again by `assignment write-back apply`")
        for group in _once(without):
            accept(journal, group, person, personal_token(person), given, cycle_id)
            done.append(f"{group.group}: the cycle goes on without {group.rows.height} accounts, signed by {person}")
        if done:
            publish(journal, folder.journal, folder.published(cycle_id), cycle_id)
            found = groups(journal, cycle_id)
    names = _names(folder, cycle_id) if found else {}
    text = "\n".join([*done, shown(found, names)] if found else done) or f"{cycle_id}: no account waits for a person"
    show(text, {"done": done, "groups": [content(group) for group in found]}, as_json)


def _once(chosen: list[RefusalGroup]) -> list[RefusalGroup]:
    """The groups, each once however often it was named."""
    return list({group.group: group for group in chosen}.values())


def _names(folder: DataFolder, cycle_id: str) -> dict[str, str]:
    """Account or rep → name."""
    accounts = read_published(folder, cycle_id, ACCOUNTS).select("account_id", "name")
    reps = read_published(folder, cycle_id, REPS).select("rep_id", "name")
    return {key: name for frame in (accounts, reps) for key, name in frame.iter_rows() if name}


def content(group: RefusalGroup) -> dict[str, object]:
    """The group as --json tells it."""
    rows = group.rows.select("account_id", "old_owner_id", "new_owner_id", "plan_id").to_dicts()
    return {"group": group.group, "code": group.code, "messages": group.messages, "accounts": rows}
