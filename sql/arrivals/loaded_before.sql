-- What other cycles ended as loaded by hand, against the owners that this cycle has read.
-- grain: one row an account, under its last write
-- reads: accounts, write_back_log, cycle_events
-- parameters: $cycle
-- notes: what a cycle in between has seen arrive is left out, and so are cycles that share no account with this one
with lives as (
    select
        cycle,
        min("at") as opened_at,
        max("at") filter (where event in ('opened', 'reopened')) as last_opened_at
    from cycle_events
    group by cycle
),

latest as (
    select
        cycle as loaded_cycle,
        account_id,
        outcome,
        old_owner_id,
        new_owner_id,
        coalesce(written_at, verified_at) as loaded_at
    from write_back_log
    where cycle <> $cycle and outcome in ('verified', 'skipped_already', 'loaded', 'confirmed', 'given_back')
    qualify
        row_number() over (
            partition by account_id
            order by coalesce(written_at, verified_at) desc, cycle desc, sign_off_no desc, attempt desc
        ) = 1
),

by_hand as (
    select latest.*
    from latest
    inner join lives on lives.cycle = $cycle
    where latest.outcome in ('loaded', 'confirmed') and latest.loaded_at <= lives.last_opened_at
),

seen as (
    select by_hand.account_id
    from by_hand
    inner join accounts on by_hand.account_id = accounts.account_id and by_hand.new_owner_id = accounts.owner_id
    inner join lives on accounts.cycle = lives.cycle
    where accounts.cycle <> $cycle and lives.opened_at > by_hand.loaded_at
),

found as (
    select
        account_id,
        owner_id
    from accounts
    where cycle = $cycle
),

shared as (
    select distinct by_hand.loaded_cycle
    from by_hand
    inner join found on by_hand.account_id = found.account_id
)

select
    by_hand.account_id,
    by_hand.loaded_cycle,
    by_hand.outcome,
    by_hand.loaded_at,
    by_hand.old_owner_id,
    by_hand.new_owner_id as expected_owner_id,
    found.owner_id as found_owner_id,
    found.account_id is not null as is_there
from by_hand
inner join shared on by_hand.loaded_cycle = shared.loaded_cycle
left join found on by_hand.account_id = found.account_id
where by_hand.account_id not in (select seen.account_id from seen)
order by by_hand.account_id
