-- The books of reps who leave, carve-outs apart: what decides the way of each account, its open deals above all.
-- grain: one row an account of a leaver
-- reads: seen_accounts, seen_reps, seen_opportunities
-- parameters: $rep_ids
with deals as (
    select
        account_id,
        count(*) as open_deals,
        coalesce(sum(amount_cents), 0)::bigint as open_amount_cents,
        min(close_on) as next_close_on
    from seen_opportunities
    where not is_closed
    group by account_id
)

select
    seen_accounts.owner_id as rep_id,
    seen_accounts.account_id,
    seen_accounts.state,
    seen_accounts.tier,
    seen_accounts.value_cents,
    seen_accounts.referrals_l12m,
    seen_accounts.referrals_ever,
    coalesce(deals.open_deals, 0) as open_deals,
    coalesce(deals.open_amount_cents, 0) as open_amount_cents,
    deals.next_close_on,
    seen_reps.director_email
from seen_accounts
left join seen_reps on seen_accounts.owner_id = seen_reps.rep_id
left join deals on seen_accounts.account_id = deals.account_id
where seen_accounts.carve_out is null and list_contains($rep_ids::varchar[], seen_accounts.owner_id)
order by rep_id, seen_accounts.account_id
