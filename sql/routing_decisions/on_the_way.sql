-- The decisions on their way: each account's latest one that gives it an owner and that no write has ended.
-- grain: one row an account whose new owner is not written yet
-- reads: routing_decisions, routing_writes
-- parameters: none
with latest as (
    select
        account_id,
        decision_no,
        why,
        rule,
        old_owner_id,
        new_owner_id,
        segment,
        state,
        carve_out
    from routing_decisions
    qualify row_number() over (partition by account_id order by decision_no desc) = 1
)

select
    latest.account_id,
    latest.decision_no,
    latest.why,
    latest.rule,
    latest.old_owner_id,
    latest.new_owner_id,
    latest.segment,
    latest.state,
    latest.carve_out
from latest
where
    latest.new_owner_id is not null
    and not exists (
        select 1 from routing_writes
        where
            routing_writes.sign_off_no = latest.decision_no
            and routing_writes.account_id = latest.account_id
            and routing_writes.outcome in (
                'verified', 'skipped_already', 'loaded', 'confirmed', 'drift', 'drift_rule', 'gone', 'left_out',
                'given_back'
            )
    )
order by latest.account_id
