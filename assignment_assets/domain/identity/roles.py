"""Who may change a cycle that is open: the roles that the settings give, and who has one.

An opener opens cycles, a writer writes approved owners, a signer signs what people decide, an administrator ends and
re-opens cycles. Administrators may do what openers and writers do; to sign they need to be signers themselves.
"""

from collections.abc import Iterable, Mapping
from typing import Literal

from assignment_assets.domain.errors import NotEntitled
from assignment_assets.domain.identity.person_keys import safe_key

Role = Literal["opener", "signer", "writer", "administrator"]


def holders(role: Role, roles: Mapping[str, Iterable[Role]], signers: Iterable[str]) -> list[str]:
    """Who may act in this role, as the settings name them.

    Parameters
    ----------
    roles
        Person → roles.
    signers
        Who may sign for a region; each is a signer by that.
    """
    enough = {role} if role == "signer" else {role, "administrator"}
    named = {person for person, held in roles.items() if enough & set(held)}
    return sorted(named | set(signers) if role == "signer" else named)


def require_role(
    doing: str, person: str, role: Role, roles: Mapping[str, Iterable[Role]], signers: Iterable[str]
) -> None:
    """Nothing where the person has the role, in whatever case their address is typed.

    Raises
    ------
    NotEntitled
        They have not; the message names who has.
    """
    may = holders(role, roles, signers)
    if not person.strip():
        raise NotEntitled(
            f"{doing}: nobody is named, expected somebody who is {role}. Say who you are with --as. Nothing was "
            "changed."
        )
    if _plain(person) not in {_plain(each) for each in may}:
        raise NotEntitled(
            f"{doing}: {person} is not {role} by the settings, expected {' or '.join(may) or 'somebody who is'}. "
            "Ask one of them, or have [roles] changed. Nothing was changed."
        )


def _plain(person: str) -> str:
    return safe_key(person.strip().casefold())
