-- What was refused, to whom, and why? From whole files to single rows, signatures and owners that were not written.
-- grain: one row a thing refused
-- reads: submissions, lock_verdicts, edit_verdicts, decision_verdicts, sign_off_verdicts, last_writes
-- parameters: getvariable('cycle')
-- notes: what is the kind of thing, in the stages' order; a lock without a receipt is an automatic one without a seat
with refused as (
    select
        1 as what_no,
        'file' as what,
        receipt_no,
        null as row_no,
        person,
        null as account_id,
        null as rep_id,
        gate || ': ' || file_name as asked,
        null as broken_rule,
        message
    from submissions
    where cycle = getvariable('cycle') and verdict = 'refused'
    union all
    select
        2 as what_no,
        'lock' as what,
        receipt_no,
        row_no,
        rep_id as person,
        account_id,
        rep_id,
        lock_kind as asked,
        rule as broken_rule,
        message
    from lock_verdicts
    where cycle = getvariable('cycle') and verdict = 'refused'
    union all
    select
        3 as what_no,
        'edit' as what,
        receipt_no,
        row_no,
        director as person,
        account_id,
        rep_id,
        edit_kind as asked,
        rule as broken_rule,
        message
    from edit_verdicts
    where cycle = getvariable('cycle') and verdict = 'refused'
    union all
    select
        4 as what_no,
        'held edit' as what,
        receipt_no,
        decision_no as row_no,
        decided_by as person,
        account_id,
        rep_id,
        decision as asked,
        case when verdict = 'accepted' then 'growth_strategy' else rule end as broken_rule,
        message
    from decision_verdicts
    where
        cycle = getvariable('cycle')
        and (verdict = 'refused' or (verdict = 'accepted' and decision = 'refuse'))
    union all
    select
        5 as what_no,
        'sign-off' as what,
        receipt_no,
        null as row_no,
        signed_by as person,
        null as account_id,
        null as rep_id,
        decision || ' ' || region as asked,
        rule as broken_rule,
        message
    from sign_off_verdicts
    where cycle = getvariable('cycle') and verdict = 'refused'
    union all
    select
        6 as what_no,
        'write' as what,
        null as receipt_no,
        sign_off_no as row_no,
        null as person,
        account_id,
        new_owner_id as rep_id,
        'new owner' as asked,
        outcome as broken_rule,
        error as message
    from last_writes
    where cycle = getvariable('cycle') and outcome not in ('verified', 'skipped_already', 'loaded', 'confirmed')
)

select
    what,
    receipt_no,
    row_no,
    person,
    account_id,
    rep_id,
    asked,
    broken_rule,
    message
from refused
order by
    what_no, receipt_no nulls first, row_no nulls first, account_id nulls first, rep_id nulls first, asked nulls first
