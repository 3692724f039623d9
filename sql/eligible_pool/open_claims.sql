-- The accounts that other open cycles hold free, with what decides precedence between two cycles.
-- grain: one row an account and other open cycle
-- reads: eligible_pool, run_config, cycle_events
-- parameters: $cycle
with opened as (
    select
        cycle,
        row_number() over (order by min("at"), cycle) as opened_no,
        count(*) filter (where event in ('closed', 'cancelled', 'expired')) > 0 as is_over
    from cycle_events
    group by cycle
),

latest_config as (
    select
        cycle,
        scope,
        mode
    from run_config
    qualify row_number() over (partition by cycle order by revision desc) = 1
)

select
    eligible_pool.account_id,
    eligible_pool.cycle as other_cycle,
    latest_config.scope as other_scope,
    opened.opened_no as other_opened_no,
    (
        select mine.opened_no from opened as mine
        where mine.cycle = $cycle
    ) as opened_no
from eligible_pool
inner join latest_config on eligible_pool.cycle = latest_config.cycle
inner join opened on eligible_pool.cycle = opened.cycle
where
    eligible_pool.cycle <> $cycle
    and eligible_pool.standing = 'free'
    and latest_config.mode = 'open'
    and not opened.is_over
order by eligible_pool.account_id, other_cycle
