-- How many accounts changed hands, quarter by quarter, in the cycles that were closed? Drafts are left out.
-- grain: one row a quarter
-- reads: run_config, cycle_events, account_owners, reps
-- parameters: none
-- notes: a quarter is that of the cycles' day; an account that two cycles of it moved is one account, two moves
with closed as (
    select
        run_config.cycle,
        date_trunc('quarter', run_config.as_of)::date as quarter_from_on
    from run_config
    where
        run_config.cycle in (
            select cycle_events.cycle from cycle_events
            where cycle_events.event = 'closed'
        )
    qualify row_number() over (partition by run_config.cycle order by run_config.revision desc) = 1
)

select
    closed.quarter_from_on,
    count(distinct closed.cycle) as cycle_count,
    count(distinct account_owners.account_id) as account_count,
    count(*) filter (where account_owners.owner_after_id is distinct from account_owners.owner_before_id) as move_count,
    count(distinct account_owners.account_id) filter (
        where account_owners.owner_after_id is distinct from account_owners.owner_before_id
    ) as moved_account_count,
    count(distinct account_owners.account_id) filter (
        where account_owners.owner_after_id is distinct from account_owners.owner_before_id and not owners.is_active
    ) as moved_from_leaver_count,
    count(distinct account_owners.account_id) filter (
        where account_owners.owner_after_id is distinct from account_owners.owner_before_id
        and account_owners.owner_before_id is null
    ) as moved_from_nobody_count,
    round(100 * moved_account_count / account_count, 1) as turnover_pct
from closed
inner join account_owners on closed.cycle = account_owners.cycle
left join reps as owners on closed.cycle = owners.cycle and account_owners.owner_before_id = owners.rep_id
group by closed.quarter_from_on
order by closed.quarter_from_on
