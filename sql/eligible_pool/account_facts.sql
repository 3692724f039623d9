-- What an account's standing is judged from: its owner's book, whether nobody works it, how much it would be missed.
-- grain: one row an account of the source
-- reads: accounts, current_books
-- parameters: $cycle, $placeholder_owner_ids
-- notes: placeholder owners are no people. surplus_rank is 1 for the account that its owner would miss most;
--     carve-outs are ranked apart.
select
    accounts.account_id,
    accounts.owner_id,
    accounts.state,
    accounts.carve_out,
    accounts.held_for_new_hire,
    accounts.referrals_l3m,
    accounts.referrals_l12m,
    accounts.referrals_ever,
    owners.team as owner_team,
    owners.region as owner_region,
    coalesce(owners.is_active, false) as owner_is_active,
    coalesce(owners.is_churned, false) as owner_is_churned,
    coalesce(owners.is_non_productive, false) as owner_is_non_productive,
    coalesce(owners.is_receiver, false) as owner_receives,
    accounts.owner_id is null
    or list_contains(cast($placeholder_owner_ids as varchar[]), accounts.owner_id)
    or coalesce(owners.team = 'placeholder', false)
    or not coalesce(owners.is_active, false) as is_unowned,
    row_number() over (
        partition by accounts.owner_id, accounts.carve_out is null
        order by
            (accounts.keep_with_owner or accounts.is_house) desc,
            accounts.referrals_l3m desc nulls first,
            accounts.referrals_ever desc nulls first,
            accounts.value_cents desc nulls first,
            accounts.account_id asc
    ) as surplus_rank
from accounts
left join current_books as owners
    on accounts.cycle = owners.cycle and accounts.owner_id = owners.rep_id
where accounts.cycle = $cycle
order by accounts.account_id
