-- What letters tell of: each move that was approved or taken back, with names, value and open deals.
-- grain: one row a sign-off and account
-- reads: approved_diff, accounts, reps, opportunities
-- parameters: $cycle
-- notes: the reason of what is taken back is why it is
with open_deals as (
    select
        account_id,
        count(*) as deal_count,
        coalesce(sum(amount_cents), 0)::bigint as amount_cents
    from opportunities
    where cycle = $cycle and not is_closed
    group by account_id
)

select
    approved_diff.sign_off_no,
    approved_diff.account_id,
    approved_diff.status,
    coalesce(accounts.name, approved_diff.account_id) as account_name,
    coalesce(accounts.state, '') as account_state,
    coalesce(accounts.value_cents, 0) as value_cents,
    approved_diff.old_owner_id,
    coalesce(givers.name, 'nobody') as old_name,
    approved_diff.new_owner_id,
    coalesce(takers.name, approved_diff.new_owner_id) as new_name,
    coalesce(
        case
            when approved_diff.status = 'revoked' then approved_diff.deferred_because
            else approved_diff.reason_sentence
        end,
        ''
    ) as reason,
    coalesce(open_deals.deal_count, 0) as open_deal_count,
    coalesce(open_deals.amount_cents, 0) as open_amount_cents
from approved_diff
left join accounts on approved_diff.cycle = accounts.cycle and approved_diff.account_id = accounts.account_id
left join open_deals on approved_diff.account_id = open_deals.account_id
left join reps as givers on approved_diff.cycle = givers.cycle and approved_diff.old_owner_id = givers.rep_id
left join reps as takers on approved_diff.cycle = takers.cycle and approved_diff.new_owner_id = takers.rep_id
where approved_diff.cycle = $cycle and approved_diff.status in ('approved', 'revoked')
order by approved_diff.sign_off_no, approved_diff.account_id
