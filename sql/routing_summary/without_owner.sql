-- The accounts outside carve-outs that nobody active owns: no owner, one who left, a placeholder, or an unknown one.
-- grain: one row an account without an owner
-- reads: seen_accounts, seen_reps
-- parameters: $placeholder_owner_ids
select
    seen_accounts.account_id,
    seen_accounts.created_at
from seen_accounts
left join seen_reps on seen_accounts.owner_id = seen_reps.rep_id
where
    seen_accounts.carve_out is null
    and (
        not coalesce(seen_reps.is_active and seen_reps.team <> 'placeholder', false)
        or coalesce(list_contains($placeholder_owner_ids::varchar[], seen_accounts.owner_id), false)
    )
order by seen_accounts.account_id
