-- Every account as of the last poll beside its owner: who that is, whether they work, whether they cover its state.
-- grain: one row an account, carve-outs included
-- reads: seen_accounts, seen_reps
-- parameters: none
select
    seen_accounts.account_id,
    seen_accounts.name,
    seen_accounts.carve_out,
    seen_accounts.state,
    seen_accounts.postal_code,
    seen_accounts.value_cents,
    seen_accounts.revenue_cents,
    seen_accounts.owner_id,
    seen_reps.name as owner_name,
    seen_reps.team as owner_team,
    seen_reps.region as owner_region,
    seen_reps.is_active as is_owner_active,
    list_contains(seen_reps.covered_states, seen_accounts.state) as is_covered
from seen_accounts
left join seen_reps on seen_accounts.owner_id = seen_reps.rep_id
order by seen_accounts.account_id
