-- What was decided in the last day and month, by rule and of all rules, and how long new records waited for an owner.
-- grain: one row a span and rule that decided something in it; the rule `all` counts every decision of the span
-- reads: routing_decisions, routing_writes
-- parameters: $day_from, $month_from
with written as (
    select
        sign_off_no as decision_no,
        max(verified_at) as verified_at
    from routing_writes
    where outcome in ('verified', 'skipped_already')
    group by sign_off_no
),

timed as (
    select
        routing_decisions.rule,
        routing_decisions.decided_at,
        routing_decisions.is_conflict,
        case
            when
                routing_decisions.why = 'new_record'
                and routing_decisions.created_at is not null
                and written.verified_at is not null
                then greatest(0, epoch_us(written.verified_at) - epoch_us(routing_decisions.created_at)) // 1000000
        end as waited_seconds
    from routing_decisions
    left join written on routing_decisions.decision_no = written.decision_no
),

spans as (
    select
        'day' as span,
        $day_from as since
    union all
    select
        'month' as span,
        $month_from as since
),

recent as (
    select
        spans.span,
        timed.rule,
        timed.is_conflict,
        timed.waited_seconds
    from timed
    inner join spans on timed.decided_at > spans.since
),

counted as (
    select
        span,
        rule,
        is_conflict,
        waited_seconds
    from recent
    union all
    select
        span,
        'all' as "rule",
        is_conflict,
        waited_seconds
    from recent
)

select
    span,
    rule,
    count(*) as decisions,
    count(*) filter (where is_conflict) as conflicts,
    median(waited_seconds) as median_seconds,
    max(waited_seconds) as worst_seconds
from counted
group by span, rule
order by span, rule
