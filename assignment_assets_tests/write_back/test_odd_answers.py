"""Whatever the org answers is an answer: read, or lost and read back; each account is written once."""

import gzip
import json
from collections import Counter

import pytest

from assignment_assets.io.salesforce.field_changes import OWNER
from assignment_assets.io.salesforce.refusals import AnswerLost
from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import ACTIVE, COMPANY, PlanRunner, drawn, moves

WRONG = {
    "nothing": {"status": 204},
    "an empty object": {"body": "{}"},
    "null": {"body": "null"},
    "an empty list": {"body": "[]"},
    "a number": {"body": "7"},
    "a list of texts": {"body": '["no", "record"]'},
    "HTML": {"body": "<html>proxy</html>", "headers": {"Content-Type": "text/html"}},
    "HTML with 403": {"status": 403, "body": "<html>proxy</html>", "headers": {"Content-Type": "text/html"}},
    "HTML with 404": {"status": 404, "body": "<html>proxy</html>", "headers": {"Content-Type": "text/html"}},
    "420": {"status": 420, "body": "calm down"},
    "half an answer": {"body": '{"compositeResponse": [{"body": nu'},
    "what is called gzip and is none": {"body": "plain", "headers": {"Content-Encoding": "gzip"}},
    "parts that are none": {"body": '{"compositeResponse": [null, "x", {}, {"referenceId": 1}]}'},
    "deep nonsense": {"body": "[" * 100_000},
}


@pytest.fixture(scope="module")
def org(tmp_path_factory):
    with local_org(COMPANY, tmp_path_factory.mktemp("org")) as local:
        yield local


@pytest.fixture
def runner(org, tmp_path):
    yield PlanRunner(org, tmp_path)
    org.clear_faults()


ROWS = moves(300)


def fresh(place, size=3):
    """A plan over accounts that no other test uses."""
    return drawn(ROWS.slice(place * size, size))


def written_once(runner, plan):
    """Whether the org wrote every account of the plan once."""
    accounts = runner.states(plan).keys()
    written = Counter(account for account in runner.owners_written()["record_id"] if account in accounts)
    return written == dict.fromkeys(accounts, 1)


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("is_done", [True, False])
def test_a_write_whose_answer_is_none_is_read_back_and_done_once(runner, name, is_done):
    place = list(WRONG).index(name) * 2 + is_done
    plan = runner.add(*fresh(place))
    runner.org.fault("answer", path_contains="/composite", method="POST", skip=1, is_done=is_done, **WRONG[name])
    assert runner.run(plan).counts == {"VERIFIED": 3}
    assert written_once(runner, plan)


@pytest.mark.parametrize("name", WRONG)
@pytest.mark.parametrize("skip", [0, 2], ids=["before writing", "after writing"])
def test_a_read_whose_answer_is_none_is_asked_again(runner, name, skip):
    place = 30 + list(WRONG).index(name) * 2 + skip // 2
    plan = runner.add(*fresh(place))
    runner.org.fault("answer", path_contains="/composite", method="POST", skip=skip, **WRONG[name])
    assert runner.run(plan).counts == {"VERIFIED": 3}
    assert written_once(runner, plan)


def test_a_read_that_stays_none_pauses_the_run_and_the_next_one_reads_back(runner):
    plan = runner.add(*fresh(60))
    runner.org.fault("answer", path_contains="/composite/sobjects", body='[{"Id": "x"}]', times=99)
    paused = runner.run(plan)
    assert paused.pause.code == "ORG_UNREACHABLE" and paused.resume_at
    runner.org.clear_faults()
    assert runner.run(plan).counts == {"VERIFIED": 3}
    assert written_once(runner, plan)


@pytest.mark.parametrize(
    ("place", "body"), [*enumerate(("refused", ["refused"], None, {"errorCode": None, "message": None}))]
)
def test_a_refusal_of_an_odd_shape_goes_to_a_person(runner, place, body):
    plan = runner.add(*fresh(64 + place))
    parts = [{"referenceId": f"r{part}", "httpStatusCode": 400, "body": body} for part in range(3)]
    answer = json.dumps({"compositeResponse": parts})
    runner.org.fault("answer", path_contains="/composite", method="POST", skip=1, body=answer)
    assert runner.run(plan).counts == {"FAILED_HUMAN": 3}


def test_an_answer_that_leaves_an_account_out_is_read_back(runner):
    plan = runner.add(*fresh(62))
    body = json.dumps({"compositeResponse": [{"referenceId": "r0", "httpStatusCode": 204, "body": None}]})
    runner.org.fault("answer", path_contains="/composite", method="POST", skip=1, body=body, is_done=True)
    assert runner.run(plan).counts == {"VERIFIED": 3}
    assert written_once(runner, plan)


@pytest.mark.parametrize(
    ("headers", "usage"),
    [
        ({"Sforce-Limit-Info": "per-app-api-usage=17/250(appName=x); api-usage=18/5000"}, (18, 5000)),
        ({"Sforce-Limit-Info": "api-usage=18/5000;per-app-api-usage=17/250(appName=x)"}, (18, 5000)),
        ({"Sforce-Limit-Info": "api-usage=many/5000"}, None),
        ({"Date": "yesterday, around noon"}, None),
        ({"Date": ""}, None),
    ],
)
def test_odd_headers_are_read_or_passed_over(runner, headers, usage):
    gateway = runner.org.gateway()
    runner.org.fault(
        "answer", path_contains="/query", body='{"done": true, "records": [{"Id": "00Dx"}]}', headers=headers
    )
    assert gateway.organization_id() == "00Dx"
    assert gateway.api_usage == usage
    assert gateway.server_now.year > 2000


def test_a_query_that_the_org_has_forgotten_starts_over_and_gives_each_record_once(runner):
    lost = json.dumps([{"errorCode": "INVALID_QUERY_LOCATOR", "message": "invalid query locator"}])
    first = json.dumps({"done": False, "nextRecordsUrl": "/services/data/v60.0/query/01gX", "records": [{"Id": "1"}]})
    whole = json.dumps({"done": True, "records": [{"Id": "1"}, {"Id": "2"}]})
    gateway = runner.org.gateway()
    gateway.organization_id()
    for fault in ({"body": first}, {"body": lost, "status": 400}, {"body": whole}):
        runner.org.fault("answer", path_contains="/query", **fault)
    assert [record["Id"] for record in gateway.org.query("SELECT Id FROM Account")] == ["1", "2"]


def test_a_system_field_is_known_in_whatever_case_the_org_answers_and_an_absent_one_is_no_answer(runner):
    org = runner.org.gateway().org
    org.organization_id()
    account = ROWS["account_id"][0]
    answer = json.dumps([{"Id": account, "ownerid": ACTIVE[0]}])
    runner.org.fault("answer", path_contains="/composite/sobjects", body=answer)
    assert org.retrieve("Account", [account], ["Id", "OwnerId"])[0]["OwnerId"] == ACTIVE[0]
    runner.org.fault("answer", path_contains="/composite/sobjects", body=answer, times=3)
    with pytest.raises(AnswerLost, match="a record without LastModifiedDate"):
        org.retrieve("Account", [account], ["Id", "LastModifiedDate"])


def test_where_the_org_hides_its_bin_nothing_is_known_to_be_deleted(runner):
    refusal = '[{"errorCode": "INSUFFICIENT_ACCESS", "message": "no"}]'
    runner.org.fault("answer", path_contains="/queryAll", status=403, body=refusal)
    assert runner.org.gateway().deleted({OWNER: [ROWS["account_id"][0]]}) == set()


def test_a_query_that_took_too_long_is_asked_again(runner):
    slow = json.dumps([{"errorCode": "QUERY_TIMEOUT", "message": "Your query request was running for too long."}])
    runner.org.fault("answer", path_contains="/query", body=slow, status=400, times=2)
    assert runner.org.gateway().organization_id()


def test_a_compressed_answer_that_breaks_off_is_lost(runner):
    packed = gzip.compress(b"x" * 1000).decode("latin-1")
    plan = runner.add(*fresh(63))
    more = {"body": packed, "headers": {"Content-Encoding": "gzip"}}
    runner.org.fault("answer", path_contains="/composite", method="POST", skip=1, is_done=True, **more)
    assert runner.run(plan).counts == {"VERIFIED": 3}
    assert written_once(runner, plan)
