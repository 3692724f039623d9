-- The proposal as a review judges it: whose each account is, whose it would be, and whether it may be edited.
-- grain: one row an account of the pool
-- reads: proposed_books, overflow, eligible_pool, current_books
-- parameters: $cycle
-- notes: a lock with a member of Inside Sales is an account of Inside Sales
with proposal as (
    select
        account_id,
        current_owner_id,
        rep_id as proposed_owner_id,
        phase = 'lock' as is_locked,
        move_reason,
        reason_sentence
    from proposed_books
    where cycle = $cycle
    union all
    select
        account_id,
        current_owner_id,
        member_id as proposed_owner_id,
        false as is_locked,
        move_reason,
        reason_sentence
    from overflow
    where cycle = $cycle
),

field as (
    select rep_id
    from current_books
    where cycle = $cycle and team = 'field'
)

select
    proposal.account_id,
    eligible_pool.state,
    proposal.current_owner_id,
    proposal.proposed_owner_id,
    case when field.rep_id is null then 'inside_sales' else 'field' end as owner_kind,
    proposal.is_locked,
    proposal.move_reason,
    proposal.reason_sentence
from proposal
inner join eligible_pool on proposal.account_id = eligible_pool.account_id and eligible_pool.cycle = $cycle
left join field on proposal.proposed_owner_id = field.rep_id
order by proposal.account_id
