-- How long each new record waited for its owner: from its creation to the owner read back, in whole seconds.
-- grain: one row a decision on a new record that was written
-- reads: routing_decisions, routing_writes
-- parameters: none
with written as (
    select
        sign_off_no as decision_no,
        max(verified_at) as verified_at
    from routing_writes
    where outcome in ('verified', 'skipped_already')
    group by sign_off_no
)

select
    routing_decisions.decision_no,
    greatest(0, epoch_us(written.verified_at) - epoch_us(routing_decisions.created_at)) // 1000000 as waited_seconds
from routing_decisions
inner join written on routing_decisions.decision_no = written.decision_no
where
    routing_decisions.why = 'new_record'
    and routing_decisions.created_at is not null
    and written.verified_at is not null
order by routing_decisions.decision_no
