-- What has happened to one account? Cycle by cycle: who owned it, what was proposed, changed, approved and written.
-- grain: one row a cycle in which the account was in the sources, open cycles and drafts too
-- reads: accounts, run_config, eligible_pool, locks, proposed_books, overflow, reviewed_books, decided_books,
--     last_approvals, last_writes, account_owners, reps
-- parameters: getvariable('account')
-- notes: say whose history before: set variable account = '001…'; a step that the cycle did not come to is null
with config as (
    select
        cycle,
        as_of,
        mode,
        scope
    from run_config
    qualify row_number() over (partition by cycle order by revision desc) = 1
)

select
    config.as_of,
    accounts.cycle,
    config.mode,
    config.scope,
    coalesce(owners_before.name, accounts.owner_id) as owner_before,
    eligible_pool.standing,
    eligible_pool.reason as standing_reason,
    locks.lock_kind,
    coalesce(proposed_owners.name, proposed_books.rep_id, members.name, overflow.inside_sales_queue) as proposed_owner,
    coalesce(proposed_books.reason_sentence, overflow.reason_sentence) as proposed_because,
    reviewed_books.review_change,
    coalesce(decided_owners.name, decided_books.reviewed_owner_id) as decided_owner,
    last_approvals.status as approval,
    last_approvals.signed_by,
    last_writes.outcome as write_outcome,
    coalesce(owners_after.name, account_owners.owner_after_id, accounts.owner_id) as owner_after
from accounts
left join config on accounts.cycle = config.cycle
left join eligible_pool on accounts.cycle = eligible_pool.cycle and accounts.account_id = eligible_pool.account_id
left join locks on accounts.cycle = locks.cycle and accounts.account_id = locks.account_id
left join proposed_books on accounts.cycle = proposed_books.cycle and accounts.account_id = proposed_books.account_id
left join overflow on accounts.cycle = overflow.cycle and accounts.account_id = overflow.account_id
left join reviewed_books on accounts.cycle = reviewed_books.cycle and accounts.account_id = reviewed_books.account_id
left join decided_books on accounts.cycle = decided_books.cycle and accounts.account_id = decided_books.account_id
left join last_approvals on accounts.cycle = last_approvals.cycle and accounts.account_id = last_approvals.account_id
left join last_writes on accounts.cycle = last_writes.cycle and accounts.account_id = last_writes.account_id
left join account_owners on accounts.cycle = account_owners.cycle and accounts.account_id = account_owners.account_id
left join reps as owners_before on accounts.cycle = owners_before.cycle and accounts.owner_id = owners_before.rep_id
left join reps as proposed_owners
    on accounts.cycle = proposed_owners.cycle and proposed_books.rep_id = proposed_owners.rep_id
left join reps as members on accounts.cycle = members.cycle and overflow.member_id = members.rep_id
left join reps as decided_owners
    on accounts.cycle = decided_owners.cycle and decided_books.reviewed_owner_id = decided_owners.rep_id
left join reps as owners_after
    on accounts.cycle = owners_after.cycle and account_owners.owner_after_id = owners_after.rep_id
where accounts.account_id = getvariable('account')
order by config.as_of, accounts.cycle
