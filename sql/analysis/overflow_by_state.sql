-- Where did accounts find no seat? The pool's accounts by state, and how many of them went to which Inside Sales queue.
-- grain: one row a state that the pool has accounts in; accounts without a state are in the last row, `unknown`
-- reads: eligible_pool, accounts, overflow
-- parameters: getvariable('cycle')
-- units: tam_dollars is of tam_cents, of the overflow; an unknown TAM counts 0
-- notes: as proposed; what directors moved afterwards is in director_changes.sql
select
    coalesce(eligible_pool.state, 'unknown') as state,
    count(*) as pool_count,
    count(overflow.account_id) as overflow_count,
    round(100 * count(overflow.account_id) / count(*), 1) as overflow_pct,
    count(*) filter (where overflow.inside_sales_queue = 'arm') as arm_count,
    count(*) filter (where overflow.inside_sales_queue = 'growers') as growers_count,
    count(*) filter (where overflow.inside_sales_queue = 'activators') as activators_count,
    count(*) filter (where overflow.is_move) as move_count,
    (coalesce(sum(accounts.tam_cents) filter (where overflow.account_id is not null), 0) / 100)::decimal(18, 2)
        as tam_dollars
from eligible_pool
left join accounts on eligible_pool.cycle = accounts.cycle and eligible_pool.account_id = accounts.account_id
left join overflow on eligible_pool.cycle = overflow.cycle and eligible_pool.account_id = overflow.account_id
where eligible_pool.cycle = getvariable('cycle') and eligible_pool.standing = 'free'
group by eligible_pool.state
order by eligible_pool.state nulls last
