-- Free accounts that have to go to one rep together, because they are under one parent.
-- grain: one row a free, unlocked account that belongs to a family
-- reads: accounts, eligible_pool, locks, current_books
-- parameters: $cycle
-- notes: A family is named after the account at the top of its chain of parents, in a ring after the smallest id.
--     Its members belong together where two or more are free, or where a receiver keeps others of it, locked or
--     fixed: that rep is the anchor, the one with most of them where several keep some.
with recursive parents as (
    select
        account_id,
        parent_id
    from accounts
    where cycle = $cycle and parent_id is not null
),

chains as (
    select
        account_id,
        parent_id as top_id,
        [account_id, parent_id] as walked
    from parents
    union all
    select
        chains.account_id,
        parents.parent_id as top_id,
        list_append(chains.walked, parents.parent_id) as walked
    from chains
    inner join parents on chains.top_id = parents.account_id
    where list_position(chains.walked, chains.top_id) = len(chains.walked)
),

tops as (
    select
        account_id,
        list_min(walked[list_position(walked, top_id):]) as family_id
    from chains
    qualify row_number() over (partition by account_id order by len(walked) desc) = 1
),

family_of as (
    select
        accounts.account_id,
        coalesce(tops.family_id, accounts.account_id) as family_id
    from accounts
    left join tops on accounts.account_id = tops.account_id
    where accounts.cycle = $cycle
),

kept_accounts as (
    select
        account_id,
        owner_id as rep_id
    from eligible_pool
    where cycle = $cycle and standing = 'fixed'
    union all
    select
        account_id,
        rep_id
    from locks
    where cycle = $cycle
),

anchors as (
    select
        family_of.family_id,
        kept_accounts.rep_id as anchor_rep_id
    from kept_accounts
    inner join family_of on kept_accounts.account_id = family_of.account_id
    inner join current_books
        on kept_accounts.rep_id = current_books.rep_id
    where current_books.cycle = $cycle and current_books.is_receiver
    group by family_of.family_id, kept_accounts.rep_id
    qualify row_number() over (
        partition by family_of.family_id order by count(*) desc, kept_accounts.rep_id
    ) = 1
)

select
    eligible_pool.account_id,
    family_of.family_id,
    anchors.anchor_rep_id
from eligible_pool
inner join family_of on eligible_pool.account_id = family_of.account_id
left join locks
    on eligible_pool.cycle = locks.cycle and eligible_pool.account_id = locks.account_id
left join anchors on family_of.family_id = anchors.family_id
where
    eligible_pool.cycle = $cycle
    and eligible_pool.standing = 'free'
    and locks.account_id is null
qualify count(*) over (partition by family_of.family_id) > 1 or anchors.anchor_rep_id is not null
order by eligible_pool.account_id
