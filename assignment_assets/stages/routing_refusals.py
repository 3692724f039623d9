"""What the org refused of routing's writes, by reason; and the word to try a group again."""

from collections.abc import Iterable

from assignment_assets.routing.log import RoutingLog
from assignment_assets.routing.write import SET_ASIDE, append_lines, lines_on_the_way
from assignment_assets.write_back.logged_refusals import asked_again, groups
from assignment_assets.write_back.refusal_groups import RefusalGroup
from assignment_assets.write_back.set_aside import named


def refused(log: RoutingLog) -> list[RefusalGroup]:
    """The groups of accounts that wait for a person, the largest first."""
    return groups(lines_on_the_way(log))


def retry(log: RoutingLog, names: Iterable[str], person: str) -> list[RefusalGroup]:
    """Has every account of these groups tried again by the next pass; the groups that were meant.

    Raises
    ------
    CycleClosed
        A name is no group's, or several groups'. Nothing was decided.
    """
    with log.kept():
        lines = lines_on_the_way(log)
        found = groups(lines)
        chosen = [named(found, name, "routing", SET_ASIDE) for name in names]
        append_lines(log, asked_again(lines, [each.group for each in chosen], person))
    return chosen
