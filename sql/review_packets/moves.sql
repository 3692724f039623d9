-- The proposal's moves: from whom and to whom, with names and regions, why, and what keeping would cost.
-- grain: one row a move; an account moves once
-- reads: proposed_books, overflow, accounts, reps
-- parameters: $cycle
-- notes: from_id is empty where nobody owns the account; what goes to Inside Sales has no cost of keeping
with proposal as (
    select
        account_id,
        current_owner_id,
        rep_id as proposed_owner_id,
        move_reason,
        reason_sentence,
        keep_cost_imbalance,
        keep_cost_minutes,
        keep_cost_moves
    from proposed_books
    where cycle = $cycle and is_move
    union all
    select
        account_id,
        current_owner_id,
        member_id as proposed_owner_id,
        move_reason,
        reason_sentence,
        null as keep_cost_imbalance,
        null as keep_cost_minutes,
        null as keep_cost_moves
    from overflow
    where cycle = $cycle and is_move
)

select
    proposal.account_id,
    accounts.name,
    accounts.state,
    coalesce(proposal.current_owner_id, '') as from_id,
    coalesce(givers.name, 'nobody') as from_name,
    proposal.proposed_owner_id as to_id,
    takers.name as to_name,
    takers.team = 'field' as is_to_field,
    accounts.value_cents,
    proposal.move_reason,
    proposal.reason_sentence,
    proposal.keep_cost_imbalance,
    proposal.keep_cost_minutes,
    proposal.keep_cost_moves,
    givers.region as from_region,
    takers.region as to_region
from proposal
inner join accounts on proposal.account_id = accounts.account_id and accounts.cycle = $cycle
left join reps as givers on proposal.current_owner_id = givers.rep_id and givers.cycle = $cycle
left join reps as takers on proposal.proposed_owner_id = takers.rep_id and takers.cycle = $cycle
order by proposal.account_id
