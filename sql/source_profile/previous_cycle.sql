-- The cycle whose profile this one's is compared with: opened before it, with a profile of its own.
-- grain: one row, or none
-- reads: source_profile, run_config, cycle_events
-- parameters: $cycle, $scope
-- notes: the last of the same scope that is no draft; where there is none, the last of any kind
with opened as (
    select
        cycle,
        min("at") as opened_at
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
),

mine as (
    select opened_at from opened
    where cycle = $cycle
)

select opened.cycle as previous_cycle
from opened
inner join latest_config on opened.cycle = latest_config.cycle
semi join source_profile on opened.cycle = source_profile.cycle and source_profile.kind = 'as_of'
where
    opened.cycle <> $cycle
    and (not exists (select 1 from mine) or opened.opened_at < (select mine.opened_at from mine))
qualify
    row_number() over (
        order by
            latest_config.mode = 'open' and latest_config.scope = $scope desc,
            opened.opened_at desc,
            opened.cycle asc
    ) = 1
order by previous_cycle
