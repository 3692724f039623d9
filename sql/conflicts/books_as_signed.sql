-- The field's books as they would be once everything is signed: accounts, revenue, value.
-- grain: one row an active field rep with seats who would own an account
-- reads: decided_books, eligible_pool, accounts, current_books, reps
-- parameters: $cycle
-- notes: accounts whose row was left out of the source count without revenue and value;
--     is_touched where the cycle decides on an account of the book, is_gaining where one comes into it
with owned as (
    select
        account_id,
        owner_id as rep_id,
        false as is_decided,
        false as is_move
    from eligible_pool
    where cycle = $cycle and standing = 'fixed'
    union all
    select
        account_id,
        reviewed_owner_id as rep_id,
        true as is_decided,
        is_move
    from decided_books
    where cycle = $cycle and review_change <> 'withdrawn'
)

select
    current_books.rep_id,
    reps.name,
    current_books.region,
    current_books.capacity,
    count(*) as account_count,
    coalesce(sum(accounts.revenue_cents), 0)::bigint as revenue_cents,
    coalesce(sum(accounts.value_cents), 0)::bigint as value_cents,
    bool_or(owned.is_decided) as is_touched,
    coalesce(bool_or(owned.is_move), false) as is_gaining
from owned
left join accounts on owned.account_id = accounts.account_id and accounts.cycle = $cycle
inner join current_books on owned.rep_id = current_books.rep_id and current_books.cycle = $cycle
inner join reps on current_books.cycle = reps.cycle and current_books.rep_id = reps.rep_id
where current_books.team = 'field' and current_books.is_active and current_books.capacity > 0
group by current_books.rep_id, reps.name, current_books.region, current_books.capacity
order by current_books.rep_id
