-- Children whose parent account another person owns, carve-outs apart, with both owners' regions.
-- grain: one row a child with another owner than its parent
-- reads: seen_accounts, seen_reps
-- parameters: none
with known as (
    select
        seen_accounts.account_id,
        seen_accounts.name,
        seen_accounts.state,
        seen_accounts.owner_id,
        seen_reps.region,
        seen_accounts.value_cents,
        seen_accounts.parent_id
    from seen_accounts
    left join seen_reps on seen_accounts.owner_id = seen_reps.rep_id
    where seen_accounts.carve_out is null
)

select
    child.account_id,
    child.name,
    child.state,
    child.owner_id,
    child.region,
    child.value_cents,
    parent.account_id as other_account_id,
    parent.name as other_name,
    parent.owner_id as other_owner_id,
    parent.region as other_region,
    parent.value_cents as other_value_cents
from known as child
inner join known as parent on child.parent_id = parent.account_id
where child.owner_id is distinct from parent.owner_id
order by child.account_id, other_account_id
