-- What a cycle has come to for each account that it dealt with: its owners stage by stage, why, who decided and when.
-- grain: one row an account that was proposed, queued, decided on, approved or written
-- reads: accounts, proposed_books, overflow, locks, reviewed_books, decided_books, edit_verdicts, decision_verdicts,
--     approved_diff, sign_off_verdicts, submissions, write_back_log
-- parameters: $cycle
-- notes: what a rollback gave back is told by its plan, not here; a step that the cycle did not come to is null, and so
--     is an approval that was taken back; of two edits of one account in a receipt the add counts
with proposal as (
    select
        account_id,
        rep_id as owner_id,
        phase,
        move_reason,
        reason_sentence,
        null as inside_sales_queue
    from proposed_books
    where cycle = $cycle
    union all
    select
        account_id,
        member_id as owner_id,
        null as phase,
        move_reason,
        reason_sentence,
        inside_sales_queue
    from overflow
    where cycle = $cycle
),

edits as (
    select
        account_id,
        receipt_no,
        director,
        note
    from edit_verdicts
    where cycle = $cycle and verdict in ('accepted', 'held')
    qualify row_number() over (partition by account_id, receipt_no order by edit_kind, row_no) = 1
),

decisions as (
    select
        account_id,
        decided_by
    from decision_verdicts
    where cycle = $cycle and verdict = 'accepted' and decision = 'accept'
    qualify row_number() over (partition by account_id order by decision_no desc) = 1
),

approvals as (
    select
        account_id,
        sign_off_no,
        region,
        new_owner_id,
        move_reason,
        reason_sentence,
        status,
        signed_by,
        digest
    from approved_diff
    where cycle = $cycle
    qualify row_number() over (partition by account_id order by sign_off_no desc) = 1
),

signatures as (
    select
        sign_off_verdicts.region,
        sign_off_verdicts.digest,
        sign_off_verdicts.signed_by,
        max(submissions.received_at) as signed_at
    from sign_off_verdicts
    inner join submissions on sign_off_verdicts.receipt_no = submissions.receipt_no
    where
        sign_off_verdicts.cycle = $cycle
        and submissions.cycle = $cycle
        and submissions.gate = 'sign_offs'
        and sign_off_verdicts.verdict = 'accepted'
    group by sign_off_verdicts.region, sign_off_verdicts.digest, sign_off_verdicts.signed_by
),

writes as (
    select
        account_id,
        old_owner_id,
        new_owner_id,
        outcome,
        outcome in ('verified', 'skipped_already', 'loaded', 'confirmed') as is_written,
        coalesce(verified_at, written_at) as written_at
    from write_back_log
    where cycle = $cycle and outcome <> 'given_back'
    qualify row_number() over (partition by account_id order by sign_off_no desc, attempt desc) = 1
)

select
    accounts.account_id,
    accounts.owner_id as owner_before_id,
    proposal.owner_id as proposed_owner_id,
    coalesce(decided_books.reviewed_owner_id, reviewed_books.reviewed_owner_id) as decided_owner_id,
    locks.lock_kind,
    proposal.phase,
    proposal.inside_sales_queue,
    coalesce(decided_books.review_change, reviewed_books.review_change, 'none') as review_change,
    coalesce(
        approvals.move_reason, decided_books.move_reason, reviewed_books.move_reason, proposal.move_reason
    ) as move_reason,
    coalesce(
        approvals.reason_sentence,
        decided_books.reason_sentence,
        reviewed_books.reason_sentence,
        proposal.reason_sentence
    ) as reason_sentence,
    edits.director,
    edits.note as edit_note,
    decisions.decided_by,
    approvals.status as approval,
    approvals.signed_by,
    signatures.signed_at,
    case when writes.is_written then writes.old_owner_id end as written_from_id,
    case when writes.is_written then writes.new_owner_id end as written_owner_id,
    writes.outcome,
    writes.written_at
from accounts
left join proposal on accounts.account_id = proposal.account_id
left join locks on accounts.cycle = locks.cycle and accounts.account_id = locks.account_id
left join reviewed_books on accounts.cycle = reviewed_books.cycle and accounts.account_id = reviewed_books.account_id
left join decided_books on accounts.cycle = decided_books.cycle and accounts.account_id = decided_books.account_id
left join edits
    on
        accounts.account_id = edits.account_id
        and coalesce(decided_books.receipt_no, reviewed_books.receipt_no) = edits.receipt_no
left join decisions on accounts.account_id = decisions.account_id
left join approvals on accounts.account_id = approvals.account_id and approvals.status <> 'revoked'
left join signatures
    on
        approvals.region = signatures.region
        and approvals.digest = signatures.digest
        and approvals.signed_by = signatures.signed_by
left join writes on accounts.account_id = writes.account_id
where
    accounts.cycle = $cycle
    and coalesce(
        proposal.account_id,
        reviewed_books.account_id,
        decided_books.account_id,
        approvals.account_id,
        writes.account_id
    ) is not null
order by accounts.account_id
