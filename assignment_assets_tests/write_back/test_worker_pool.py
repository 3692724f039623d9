"""Who carries calls: several at once, but those that would wait for each other's lock one after the other."""

import threading
import time
from collections import Counter

from assignment_assets.io.salesforce.field_changes import OWNER, Answer, FieldChange
from assignment_assets.write_back.circuit_breaker import nobody
from assignment_assets.write_back.worker_pool import WorkerPool
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import COMPANY, PlanRunner, drawn, moves

PORTAL = {"p1", "p2", "p3"}


class Traffic:
    """How many calls are under way at once, of all and of those with portal users."""

    def __init__(self):
        self._lock = threading.Lock()
        self._now, self.most = Counter(), Counter()

    def note(self, kinds, step):
        with self._lock:
            for kind in kinds:
                self._now[kind] += step
                self.most[kind] = max(self.most[kind], self._now[kind])


class Counting:
    """A gateway that notes the traffic; three of its accounts have portal users."""

    def __init__(self, traffic):
        self._traffic = traffic
        self.flagged = PORTAL

    def write(self, call):
        kinds = ["all", "portal"] if call[0].record_id in PORTAL else ["all"]
        self._traffic.note(kinds, 1)
        time.sleep(0.05)
        self._traffic.note(kinds, -1)
        return [Answer(call[0].record_id)]


def test_calls_with_portal_users_go_one_by_one_and_all_answers_come_in_order():
    calls = [[FieldChange(OWNER, name, "ana", None)] for name in ("a1", "p1", "a2", "p2", "a3", "p3", "a4")]
    traffic = Traffic()
    sent = list(WorkerPool([Counting(traffic) for _ in range(4)], nobody).send(calls, lambda: False))
    assert [answers[0].record_id for _, answers in sent] == ["a1", "p1", "a2", "p2", "a3", "p3", "a4"]
    assert traffic.most["portal"] == 1
    assert traffic.most["all"] > 1


def test_an_org_tells_which_accounts_have_portal_users_or_that_it_has_no_portals(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        rows = moves(60)
        first = rows["account_id"][0]
        org.edit(first, {"IsPartner": True})
        gateway = org.gateway()
        gateway.accounts(rows["account_id"].to_list())
        assert gateway.flagged == {first}
        org.edit(first, {"IsPartner": False})
        org.clock.advance(5)
        org.access(hidden_fields=["Account.IsPartner", "Account.IsCustomerPortal"])
        runner = PlanRunner(org, tmp_path)
        assert runner.run(runner.add(*drawn(rows))).counts == {"VERIFIED": 60}
        retrieves = [call for call in org.requests("/composite") if "IsPartner" in str(call["body"])]
        assert len(retrieves) == 3
