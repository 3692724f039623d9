-- The accounts whose latest decision was written and then declined by its owner, or not accepted in time.
-- grain: one row an account that was given back, and who does not get it again
-- reads: routing_decisions, routing_answers, routing_writes
-- parameters: none
with latest as (
    select
        decision_no,
        account_id,
        new_owner_id
    from routing_decisions
    qualify row_number() over (partition by account_id order by decision_no desc) = 1
)

select
    latest.account_id,
    latest.new_owner_id as rep_id
from latest
where
    latest.decision_no in (
        select routing_answers.decision_no from routing_answers
        where routing_answers.answer in ('declined', 'lapsed')
    )
    and latest.decision_no in (
        select routing_writes.sign_off_no from routing_writes
        where routing_writes.outcome in ('verified', 'skipped_already')
    )
order by latest.account_id
