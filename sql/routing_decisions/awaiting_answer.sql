-- The decisions that wait for their owner's answer: each account's latest one, to be accepted and not answered yet.
-- grain: one row a decision that waits
-- reads: routing_decisions, routing_answers
-- parameters: none
with latest as (
    select
        decision_no,
        account_id,
        new_owner_id,
        accept_by
    from routing_decisions
    qualify row_number() over (partition by account_id order by decision_no desc) = 1
)

select
    latest.decision_no,
    latest.account_id,
    latest.new_owner_id,
    latest.accept_by
from latest
left join routing_answers on latest.decision_no = routing_answers.decision_no
where latest.accept_by is not null and routing_answers.decision_no is null
order by latest.decision_no
