"""One account with two open opportunities and a closed one, and an account beside it, after both roles' first look."""

import pytest

from assignment_assets_tests.domain.overlays.toy import Engine, ToyCrm, minute


@pytest.fixture
def crm():
    toy = ToyCrm()
    toy.add_account("a1", minute(0), csm="c1", sa="c1")
    toy.add_account("a2", minute(0), csm="c2")
    for name in ("o1", "o2", "o3"):
        toy.add_opportunity(name, "a1", minute(0), csm="c1", sa="c3")
    toy.opportunities["o3"]["is_closed"] = True
    return toy


@pytest.fixture
def csm(crm):
    engine = Engine("csm", crm)
    engine.look([word("e0", "a1", "c1", 0), word("e1", "a2", "c2", 0)], minute(1))
    return engine


@pytest.fixture
def sa(crm):
    engine = Engine("sa", crm)
    engine.look([], minute(1))
    return engine


def word(event_id, account, person, changed):
    """A word of the CS system, received when it changed."""
    at = minute(changed)
    return {
        **{"role": "csm", "event_id": event_id, "account_id": account, "person_key": person},
        **{"changed_at": at, "received_at": at},
    }
