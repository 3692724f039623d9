-- Who moved, from whom to whom, why, and did it reach Salesforce? Every move that was approved and still is.
-- grain: one row a move; an account moves once a cycle at most
-- reads: last_approvals, last_writes, accounts, reps
-- parameters: getvariable('cycle')
-- units: tam_dollars is of tam_cents
-- notes: from_rep is null where nobody owned it; write_outcome is null where no write was tried
select
    last_approvals.region,
    last_approvals.account_id,
    accounts.name as account_name,
    accounts.state,
    (accounts.tam_cents / 100)::decimal(18, 2) as tam_dollars,
    coalesce(givers.name, last_approvals.old_owner_id) as from_rep,
    givers.is_active as is_from_rep_active,
    coalesce(takers.name, last_approvals.new_owner_id) as to_rep,
    last_approvals.move_reason,
    last_approvals.reason_sentence,
    last_approvals.signed_by,
    last_writes.outcome as write_outcome
from last_approvals
left join accounts on last_approvals.cycle = accounts.cycle and last_approvals.account_id = accounts.account_id
left join reps as givers on last_approvals.cycle = givers.cycle and last_approvals.old_owner_id = givers.rep_id
left join reps as takers on last_approvals.cycle = takers.cycle and last_approvals.new_owner_id = takers.rep_id
left join last_writes on last_approvals.cycle = last_writes.cycle and last_approvals.account_id = last_writes.account_id
where last_approvals.cycle = getvariable('cycle') and last_approvals.status = 'approved'
order by last_approvals.region, last_approvals.account_id
