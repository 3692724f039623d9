-- What a director may ask for: accounts that Inside Sales would work, with the member who would.
-- grain: one row an account
-- reads: overflow, accounts, eligible_pool, reps
-- parameters: $cycle
select
    overflow.account_id,
    accounts.name,
    accounts.state,
    reps.name as owner_name,
    eligible_pool.referral_status,
    accounts.value_cents
from overflow
inner join accounts on overflow.cycle = accounts.cycle and overflow.account_id = accounts.account_id
inner join eligible_pool on overflow.cycle = eligible_pool.cycle and overflow.account_id = eligible_pool.account_id
left join reps on overflow.cycle = reps.cycle and overflow.member_id = reps.rep_id
where overflow.cycle = $cycle
order by overflow.account_id
