-- What may lock an account with its owner: flags, its owner's book, a deal that is about to close.
-- grain: one row a free account
-- reads: eligible_pool, accounts, current_books, opportunities
-- parameters: $cycle, $as_of, $protected_until
-- notes: an open deal that closes between the two days protects its account.
with protected_accounts as (
    select distinct account_id
    from opportunities
    where
        cycle = $cycle
        and not is_closed
        and close_on between $as_of and $protected_until
)

select
    accounts.account_id,
    accounts.name,
    accounts.owner_id,
    accounts.state,
    accounts.latitude,
    accounts.longitude,
    accounts.opp_count,
    accounts.bps,
    accounts.tam_cents,
    accounts.value_cents,
    accounts.referrals_l3m,
    accounts.referrals_l12m,
    accounts.referrals_ever,
    accounts.last_referral_on,
    accounts.keep_with_owner,
    accounts.is_house,
    eligible_pool.referral_status,
    eligible_pool.is_unowned,
    owners.team,
    coalesce(owners.is_active, false) as is_active,
    coalesce(owners.is_churned, false) as is_churned,
    coalesce(owners.is_non_productive, false) as is_non_productive,
    coalesce(list_contains(owners.covered_states, accounts.state), false) as is_state_covered,
    protected_accounts.account_id is not null as has_protected_deal
from eligible_pool
inner join accounts
    on eligible_pool.cycle = accounts.cycle and eligible_pool.account_id = accounts.account_id
left join current_books as owners
    on accounts.cycle = owners.cycle and accounts.owner_id = owners.rep_id
left join protected_accounts on accounts.account_id = protected_accounts.account_id
where eligible_pool.cycle = $cycle and eligible_pool.standing = 'free'
order by accounts.account_id
