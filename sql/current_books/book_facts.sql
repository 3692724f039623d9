-- Each rep's book as it is owned now: accounts in the waterfall and their referrals of twelve months.
-- grain: one row a rep of the cycle
-- reads: reps, accounts, source_exceptions
-- parameters: $cycle
-- notes: an account whose row could not be used counts with its owner, without referrals.
with owned as (
    select
        account_id,
        owner_id,
        referrals_l12m
    from accounts
    where cycle = $cycle and carve_out is null
    union all
    select distinct
        record_id as account_id,
        owner_id,
        0 as referrals_l12m
    from source_exceptions
    where cycle = $cycle and table_name = 'accounts' and owner_id is not null
)

select
    reps.rep_id,
    count(owned.account_id) as account_count,
    coalesce(sum(owned.referrals_l12m), 0)::bigint as referrals_l12m
from reps
left join owned on reps.rep_id = owned.owner_id
where reps.cycle = $cycle
group by reps.rep_id
order by reps.rep_id
