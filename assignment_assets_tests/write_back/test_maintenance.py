"""Maintenance in the middle of a run: it pauses, goes on by itself, and nothing is lost or done twice."""

from assignment_assets_tests.servers.org import local_org
from assignment_assets_tests.write_back.org_plans import COMPANY, PlanRunner, drawn, moves


def test_a_log_in_that_nobody_answers_in_mid_run_pauses_it_and_it_goes_on_by_itself(tmp_path):
    with local_org(COMPANY, tmp_path / "org") as org:
        runner = PlanRunner(org, tmp_path)
        plan = runner.add(*drawn(moves(60)))
        org.fault("expired_session", path_contains="/composite", method="POST", skip=2)
        org.fault("maintenance", path_contains="/oauth2/token", skip=1, times=99)
        paused = runner.run(plan)
        assert paused.pause.code == "ORG_UNREACHABLE"
        assert paused.resume_at is not None
        assert "under maintenance" in paused.pause.sentence
        org.clear_faults()
        assert runner.run(plan).counts == {"VERIFIED": 60}
        assert runner.owners_written()["record_id"].n_unique() == runner.owners_written().height == 60
