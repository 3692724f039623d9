"""Which rule is missing: the log's own accounts, routed again under candidate rules, and what stays in conflict."""

from collections.abc import Callable, Iterator

import polars as pl

from assignment_assets.domain.routing.people import People
from assignment_assets.domain.routing.router import Router
from assignment_assets.domain.routing.rules import RoutingRules, Territory
from assignment_assets.domain.routing.tables import MISSING_RULES, ConflictsFrame, MissingRulesFrame, NewAccountsFrame

MOST_TERRITORIES = 5
PREFIX = 3


def missing_rules(
    arrivals: NewAccountsFrame, conflicts: ConflictsFrame, rules: RoutingRules, people: Callable[[], People]
) -> MissingRulesFrame:
    """Table `missing_rules`: every candidate, how many conflicts it would have left, and who would own otherwise.

    Parameters
    ----------
    arrivals
        Table `new_accounts`: what was asked about each account when it was routed.
    conflicts
        Table `routing_conflicts`: where the candidates come from.
    people
        Gives the reps as they stand, anew for every replay.
    """
    before, owners = _replayed(arrivals, rules, people)
    rows = []
    for candidate, changed, toml in _candidates(arrivals, conflicts, rules):
        after, other_owners = _replayed(arrivals, changed, people)
        changed_count = sum(owners[number] != owner for number, owner in other_owners.items())
        rows.append(
            {
                "candidate": candidate,
                "conflicts_before": before,
                "conflicts_after": after,
                "prevented": before - after,
                "other_owners": changed_count,
                "toml": toml,
            }
        )
    frame = MISSING_RULES.conform(pl.DataFrame(rows, schema=MISSING_RULES.columns))
    return MissingRulesFrame(frame.sort("prevented", "other_owners", "candidate", descending=[True, False, False]))


def _replayed(
    arrivals: NewAccountsFrame, rules: RoutingRules, people: Callable[[], People]
) -> tuple[int, dict[int, str | None]]:
    router = Router(rules, people(), {}, 1)
    conflicts = 0
    owners: dict[int, str | None] = {}
    for _, batch in arrivals.sort("seen_at", "account_id").group_by("seen_at", maintain_order=True):
        routed = router.route(NewAccountsFrame(batch), batch["seen_at"][0])
        conflicts += len(routed.conflicts)
        owners |= {row["decision_no"]: row["new_owner_id"] for row in routed.decisions}
    return conflicts, owners


def _candidates(
    arrivals: NewAccountsFrame, conflicts: ConflictsFrame, rules: RoutingRules
) -> Iterator[tuple[str, RoutingRules, str]]:
    """A sentence, the rules with the candidate in force, and the candidate as TOML."""
    for rule in rules.order:
        if len(rules.order) > 1 and conflicts.filter(pl.col("loser_rule") == rule).height:
            order = [each for each in rules.order if each != rule]
            yield f"leave {rule} out", rules.model_copy(update={"order": order}), f"order = {order!r}".replace("'", '"')
    yield from _boundaries(conflicts, rules)
    yield from _own_territories(arrivals, conflicts, rules)


def _boundaries(conflicts: ConflictsFrame, rules: RoutingRules) -> Iterator[tuple[str, RoutingRules, str]]:
    """For each territory that lost to another: without the states that both claim."""
    names = {f"territory {each.name}": each for each in rules.territories}
    lost = conflicts.filter(pl.col("loser_rule").is_in(list(names)))["loser_rule"].unique().sort()
    for name in lost:
        loser = names[name]
        claimed = {state for each in rules.territories if each is not loser for state in each.states}
        left = [state for state in loser.states if state not in claimed]
        others = [each for each in rules.territories if each is not loser]
        changed = [*others, loser.model_copy(update={"states": left})] if left else others
        said = f"states = {left!r}".replace("'", '"') if left else "(no state left: remove it)"
        yield (
            f"draw the boundary of {name}",
            rules.model_copy(update={"territories": changed}),
            f'[[territories]] name = "{loser.name}" {said}',
        )


def _own_territories(
    arrivals: NewAccountsFrame, conflicts: ConflictsFrame, rules: RoutingRules
) -> Iterator[tuple[str, RoutingRules, str]]:
    """For the owner who most often goes before the territory in one ZIP area: a territory of their own there."""
    prefix = pl.col("postal_code").str.head(PREFIX)
    places = arrivals.select("account_id", prefix=prefix).drop_nulls().unique("account_id")
    lost = conflicts.filter(pl.col("loser_rule") == "territory").join(places, on="account_id")
    found = (
        lost.group_by("prefix", "winner_id")
        .len("conflicts")
        .sort("conflicts", "prefix", "winner_id", descending=[True, False, False])
    )
    for row in found.head(MOST_TERRITORIES).iter_rows(named=True):
        territory = Territory(
            name=f"ZIP {row['prefix']}", postal_prefixes=[row["prefix"]], reps=[row["winner_id"]], priority=1
        )
        standing = rules.territories or [Territory(name=state, states=[state]) for state in _states(arrivals)]
        yield (
            f"a territory for ZIP {row['prefix']} of {row['winner_id']}",
            rules.model_copy(update={"territories": [territory, *standing]}),
            f'[[territories]] name = "{territory.name}" postal_prefixes = ["{row["prefix"]}"] '
            f'reps = ["{row["winner_id"]}"] priority = 1',
        )


def _states(arrivals: NewAccountsFrame) -> list[str]:
    return sorted(arrivals["state"].drop_nulls().unique())
