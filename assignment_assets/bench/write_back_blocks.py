"""The rows of the write-back's bar about what blocks and what lies: refused rollbacks, restored journals."""

from pathlib import Path

import polars as pl

from assignment_assets.bench.write_back_org import KEY, OrgTrial
from assignment_assets.domain.errors import NotEntitled, Tampered
from assignment_assets.domain.identity.codes import signer_token
from assignment_assets.io.clock import utc_now
from assignment_assets.write_back.approving import discard, judged_approval
from assignment_assets.write_back.document import Plan
from assignment_assets.write_back.opening import opened
from assignment_assets.write_back.publishing import ended_log_rows, publish
from assignment_assets.write_back.undoing import draft, owners_written, propose, rollback_rows
from assignment_assets.write_back.witnesses import OutsideHead, anchor_file
from assignment_assets.write_back.writer import write

PERSON = "bench@example.com"


def refused_rollbacks(org_trial: OrgTrial, size: int) -> dict:
    """A rollback with mistyped tokens, one that was stored and never begun, and one that goes through."""
    plan, rows, _ = org_trial.written(size)
    path, tools, token = org_trial.journal_path(plan), org_trial.tools(), signer_token(KEY, PERSON)
    before, refused, changed = path.read_bytes(), 0, 0
    for typed in ("0" * 64, token[::-1], signer_token(KEY, "other@example.com")):
        with opened(path, KEY) as journal:
            written = rollback_rows(owners_written(journal, plan.cycle))
            undo, ordered = draft(journal, plan.cycle, "rollback", written, tools, "bench")
            try:
                judged_approval(undo, PERSON, typed, tools)
            except NotEntitled:
                refused += 1
        changed += path.read_bytes() != before
    with opened(path, KEY) as journal:
        stored = propose(journal, plan.cycle, "rollback", written, tools, "bench")
        discard(journal, stored, PERSON, token, tools)
        blocked = journal.open_accounts().height
        undo, ordered = draft(journal, plan.cycle, "rollback", written.head(size // 5), tools, "bench")
        journal.add(undo, ordered, undo.first_event(utc_now()), judged_approval(undo, PERSON, token, tools))
        list(write(journal, undo, {}, tools))
        last = ended_log_rows(journal, plan.cycle).group_by("account_id", maintain_order=True).last()
    told = dict(last.group_by("outcome").len().sort("outcome").iter_rows())
    owners = dict(org_trial.log(rows).group_by("record_id").agg(pl.col("new_value").last()).iter_rows())
    back = sum(owners[account] == old for account, old in rows.select("account_id", "old_owner_id").iter_rows())
    return {
        "tokens": 3,
        "refused": refused,
        "journals_changed": changed,
        "blocked_after_discard": blocked,
        "given_back": told.get("given_back", 0),
        "given_back_in_the_org": back,
        "in_place": told.get("verified", 0),
        "accounts": size,
    }


def restored_journals(org_trial: OrgTrial, size: int, corrected: int) -> dict:
    """A journal from before its writes lies in its place, with every combination of what is left that knows better;
    people have set some accounts back. Overwritten is what they set and we wrote over."""
    noticed, trials, overwritten, paused = 0, 0, 0, 0
    for lost in ((), ("head",), ("head", "copies"), ("head", "copies", "outside")):
        plan, rows = org_trial.plan(size)
        org_trial.add(plan, rows)
        path = org_trial.journal_path(plan)
        outside = OutsideHead(path.parent.parent / f"{plan.cycle}.head.json", KEY)
        before = path.read_bytes()
        with opened(path, KEY, outside) as journal:
            list(write(journal, plan, {}, org_trial.tools()))
            publish(journal, path, path.parent / "published" / plan.cycle, plan.cycle)
        for account, owner in rows.select("account_id", "old_owner_id").head(corrected).iter_rows():
            org_trial.address.hook("edit", id=account, fields={"OwnerId": owner})
        writes = org_trial.log(rows).filter(pl.col("channel") == "api").height
        path.write_bytes(before)
        for each in lost:
            _witnesses(path, plan, outside)[each].unlink()
        trials += 1
        try:
            with opened(path, KEY, outside) as journal:
                *_, last = write(journal, plan, {}, org_trial.tools())
            stopped = last.pause is not None and last.pause.code == "RESTORED_JOURNAL"
            paused, noticed = paused + stopped, noticed + stopped
        except Tampered:
            noticed += 1
        overwritten += org_trial.log(rows).filter(pl.col("channel") == "api").height - writes
    return {"trials": trials, "noticed": noticed, "noticed_by_the_org": paused, "overwritten": overwritten}


def _witnesses(path: Path, plan: Plan, outside: OutsideHead) -> dict[str, Path]:
    copy = path.parent / "published" / plan.cycle / "write_back_journal.parquet"
    return {"head": anchor_file(path), "copies": copy, "outside": outside.path}
