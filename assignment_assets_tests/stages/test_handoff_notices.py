"""Letters after approval, and conflicts before it, in a whole cycle."""

import json

from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.domain.sign_off.decisions import ConflictDecision, decision_file, signed_text
from assignment_assets.domain.tables import APPROVED_DIFF, CONFLICTS, SIGN_OFF_VERDICTS
from assignment_assets.io.durable import write_whole
from assignment_assets.io.folders import engine_key
from assignment_assets.io.intake.outbox import read_gate
from assignment_assets_tests.company import PRIYA, dozens, tiny


def previews(cycle) -> list[str]:
    return sorted(path.name for path in (cycle.folder.root / "notices" / cycle.name / "previews").glob("*.eml"))


def test_each_receiver_and_director_has_one_letter_after_approval_and_a_second_run_makes_none(reviewed):
    reviewed.sign_off()
    receivers = {row["new_owner_id"] for row in reviewed.rows(APPROVED_DIFF, status="approved")}
    told = previews(reviewed)
    assert {name.split("-")[1] for name in told if name.startswith("receiver-")} == receivers
    assert len([name for name in told if name.startswith("director-")]) == 2
    reviewed.run("sign_off")
    assert previews(reviewed) == told
    ledger = reviewed.folder.root / "notices" / reviewed.name / "previews.jsonl"
    steps = [json.loads(line)["step"] for line in ledger.read_text().splitlines()]
    assert steps.count("previewed") == len(told)


def test_writers_are_told_once_a_sign_off_how_many_accounts_are_ready_and_by_which_command(reviewed):
    settings = reviewed.folder.root.parent / "settings.toml"
    settings.write_text(settings.read_text() + '\n[write_back]\nwriters = ["sam.ortiz@example.com"]\n')
    reviewed.sign_off()
    told = [name for name in previews(reviewed) if name.startswith("ready-")]
    rows = reviewed.rows(APPROVED_DIFF, status="approved")
    assert len(told) == len({row["sign_off_no"] for row in rows})
    text = (reviewed.folder.root / "notices" / reviewed.name / "previews" / told[0]).read_text()
    assert " ready: " in text and "(2026q4-global)" in text and "can change hands." in text
    assert "Hello Sam Ortiz" in text and "assignment write-back export 2026q4-global" in text
    reviewed.run("sign_off")
    assert [name for name in previews(reviewed) if name.startswith("ready-")] == told


def test_an_approval_that_a_narrower_cycle_revokes_is_taken_back_by_letter_once(reviewed):
    reviewed.sign_off("North", "South")
    told = previews(reviewed)
    type(reviewed)(reviewed.folder, "one-rep", reviewed.now).open(scope="rep", reps=["cleo"])
    reviewed.run("sign_off")
    revoked = {row["new_owner_id"] for row in reviewed.rows(APPROVED_DIFF, status="revoked")}
    letters = sorted(set(previews(reviewed)) - set(told))
    assert revoked and revoked <= {name.split("-")[1] for name in letters if name.startswith("revoked-")}
    text = (reviewed.folder.root / "notices" / reviewed.name / "previews" / letters[0]).read_text()
    assert "Subject: Taken back:" in text and "in Salesforce nothing has changed" in text
    reviewed.run("sign_off")
    assert sorted(set(previews(reviewed)) - set(told)) == letters


def take_on(cycle, conflict: str) -> None:
    revision = read_gate(cycle.folder, cycle.name, "sign_offs").revision
    decision = ConflictDecision(cycle.name, revision, conflict, PRIYA, "agreed with both")
    text = signed_text(decision, signer_token(engine_key(), PRIYA))
    write_whole(cycle.answer("sign_offs", PRIYA, decision_file(decision)), text)


def test_a_severe_conflict_keeps_its_region_unsigned_until_somebody_takes_it_on(cycle):
    rich = [row | {"revenue_cents": 1_000_000_00} for row in dozens()]
    cycle.source(tiny(*rich)).open(revenue_cap=1_000)
    cycle.propose()
    cycle.review()
    severe = [row for row in cycle.rows(CONFLICTS, severity="severe") if not row["resolved_by"]]
    assert {row["kind"] for row in severe} == {"over_revenue"}
    cycle.sign_off()
    assert {row["region"] for row in cycle.rows(SIGN_OFF_VERDICTS, rule="severe_conflicts_open")} == {
        row["region"] for row in severe
    }
    for row in severe:
        take_on(cycle, row["conflict"])
    cycle.look("sign_offs")
    cycle.run("sign_off")
    assert {row["resolved_by"] for row in cycle.rows(CONFLICTS, severity="severe")} <= {"rule", PRIYA}
    assert "agreed with both" in {row["resolution"] for row in cycle.rows(CONFLICTS)}
