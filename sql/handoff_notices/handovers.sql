-- What letters tell of: each move that was approved, taken back or given back, with names, value and open deals.
-- grain: one row a sign-off, account and status
-- reads: approved_diff, write_back_log, accounts, reps, opportunities
-- parameters: $cycle
-- notes: the reason of what is taken back is why it is; what was left out of the write is taken back, too
with told as (
    select
        sign_off_no,
        account_id,
        status,
        old_owner_id,
        new_owner_id,
        case when status = 'revoked' then deferred_because else reason_sentence end as reason
    from approved_diff
    where cycle = $cycle and status in ('approved', 'revoked')
    union all
    select
        sign_off_no,
        account_id,
        'revoked' as status,
        old_owner_id,
        new_owner_id,
        error as reason
    from write_back_log
    where cycle = $cycle and outcome = 'left_out'
    union all
    select
        sign_off_no,
        account_id,
        'given_back' as status,
        new_owner_id as old_owner_id,
        old_owner_id as new_owner_id,
        error as reason
    from write_back_log
    where cycle = $cycle and outcome = 'given_back'
),

open_deals as (
    select
        account_id,
        count(*) as deal_count,
        coalesce(sum(amount_cents), 0)::bigint as amount_cents
    from opportunities
    where cycle = $cycle and not is_closed
    group by account_id
)

select
    told.sign_off_no,
    told.account_id,
    told.status,
    coalesce(accounts.name, told.account_id) as account_name,
    coalesce(accounts.state, '') as account_state,
    coalesce(accounts.value_cents, 0) as value_cents,
    told.old_owner_id,
    coalesce(givers.name, 'nobody') as old_name,
    told.new_owner_id,
    coalesce(takers.name, told.new_owner_id) as new_name,
    coalesce(told.reason, '') as reason,
    coalesce(open_deals.deal_count, 0) as open_deal_count,
    coalesce(open_deals.amount_cents, 0) as open_amount_cents
from told
left join accounts on accounts.cycle = $cycle and told.account_id = accounts.account_id
left join open_deals on told.account_id = open_deals.account_id
left join reps as givers on givers.cycle = $cycle and told.old_owner_id = givers.rep_id
left join reps as takers on takers.cycle = $cycle and told.new_owner_id = takers.rep_id
order by told.sign_off_no, told.account_id, told.status
