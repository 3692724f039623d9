"""What people decide about rows that were set aside: try a group again, or go on without it for good."""

import hmac
from collections.abc import Iterable

import polars as pl

from assignment_assets.domain.errors import CycleClosed, NotEntitled
from assignment_assets.domain.identity.codes import canonical_json, sign, signer_token
from assignment_assets.write_back.journal import Journal
from assignment_assets.write_back.refusal_groups import RefusalGroup, groups_of
from assignment_assets.write_back.states import Event, State
from assignment_assets.write_back.writer import Tools


def groups(journal: Journal, cycle: str) -> list[RefusalGroup]:
    """The groups of the cycle's accounts that wait for a person, the largest first."""
    names = [plan.plan_id for plan in journal.plans(cycle)]
    if not names:
        return []
    rows = [journal.rows(name).with_columns(plan_id=pl.lit(name)) for name in names]
    states = [journal.account_states(name).with_columns(plan_id=pl.lit(name)) for name in names]
    return groups_of(pl.concat(rows), pl.concat(states))


def named(found: Iterable[RefusalGroup], name: str, where: str, listed_by: str) -> RefusalGroup:
    """The group of this name, or of the only name that begins so.

    Parameters
    ----------
    where, listed_by
        What the groups are of, and the command that lists them, for the sentence.

    Raises
    ------
    CycleClosed
        There is none, or there are several.
    """
    known = {each.group: each for each in found}
    fitting = [each for group, each in known.items() if name and group.startswith(name)]
    if len(fitting) != 1:
        raise CycleClosed(
            f"{where}: {len(fitting)} groups of set-aside accounts are called {name!r}, expected one of "
            f"{', '.join(known) or 'none'}. Nothing was decided. `{listed_by}` lists them."
        )
    return fitting[0]


def retry(journal: Journal, group: RefusalGroup, person: str, tools: Tools) -> None:
    """Has the group's accounts sent again by the next run; further refusals of it do not stop a run."""
    at = tools.clock()
    journal.record(
        Event(plan_id, "", 0, "RETRY", at, code=group.group, sentence=person)
        for plan_id in group.rows["plan_id"].unique().sort()
    )
    journal.commit()


def accept(journal: Journal, group: RefusalGroup, person: str, token: str, tools: Tools, cycle: str) -> None:
    """Ends the group's accounts as they are: the cycle goes on without them, signed by this person.

    Accounts that are refused later for the same reason are a decision of their own; they do not stop a run.

    Raises
    ------
    NotEntitled
        The person may not sign for all regions, or the token is not theirs. Nothing was decided.
    """
    if person not in tools.signers:
        raise NotEntitled(
            f"group {group.group}: {person} may not accept it, expected one of "
            f"{', '.join(tools.signers) or 'the signers of all regions, of whom there are none'}. Nothing was decided."
        )
    if not hmac.compare_digest(token.encode(), signer_token(tools.key, person).encode()):
        raise NotEntitled(
            f"group {group.group}: the token is not {person}'s, expected their personal signing token. "
            "Nothing was decided."
        )
    content = {
        "cycle": cycle,
        "group": group.group,
        "accounts": group.rows["account_id"].to_list(),
        "signed_by": person,
    }
    signature = sign(token, content)
    at = tools.clock()
    for (plan_id,), rows in group.rows.group_by("plan_id", maintain_order=True):
        signed = canonical_json({"accounts": rows.height, "signed_by": person, "signature": signature})
        journal.record([Event(str(plan_id), "", 0, "ACCEPT", at, code=group.group, sentence=signed)])
        journal.record(
            Event(
                str(plan_id),
                row["account_id"],
                row["attempt"] + 1,
                State.ACCEPTED,
                at,
                code=row["code"],
                sentence=f"{person} goes on without it. The org had said: {row['sentence']}",
            )
            for row in rows.iter_rows(named=True)
        )
    journal.commit()
