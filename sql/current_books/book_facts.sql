-- Each rep's book as it is owned now: accounts in the waterfall and their referrals of twelve months.
-- grain: one row a rep of the cycle
-- reads: reps, accounts
-- parameters: $cycle
select
    reps.rep_id,
    count(accounts.account_id) as account_count,
    coalesce(sum(accounts.referrals_l12m), 0)::bigint as referrals_l12m
from reps
left join accounts
    on
        reps.cycle = accounts.cycle
        and reps.rep_id = accounts.owner_id
        and accounts.carve_out is null
where reps.cycle = $cycle
group by reps.rep_id
order by reps.rep_id
