-- Accounts that routing gave an owner between the quarters, written and read back: whose, by which rule and policy.
-- grain: one row a routing decision that was written
-- reads: routing_decisions, routing_writes
-- parameters: none
-- notes: written_at is when the owner was read back, else when it was written, else when it was decided
with written as (
    select
        sign_off_no,
        account_id,
        old_owner_id,
        new_owner_id,
        coalesce(verified_at, written_at) as written_at
    from routing_writes
    where outcome in ('verified', 'skipped_already')
    qualify row_number() over (partition by sign_off_no, account_id order by attempt desc) = 1
)

select
    routing_decisions.decision_no,
    routing_decisions.account_id,
    coalesce(written.old_owner_id, routing_decisions.old_owner_id) as old_owner_id,
    coalesce(written.new_owner_id, routing_decisions.new_owner_id) as new_owner_id,
    routing_decisions.rule,
    routing_decisions.evidence,
    routing_decisions.policy_digest,
    routing_decisions.decided_at,
    coalesce(written.written_at, routing_decisions.decided_at) as written_at
from routing_decisions
inner join written
    on routing_decisions.decision_no = written.sign_off_no and routing_decisions.account_id = written.account_id
order by routing_decisions.decision_no
