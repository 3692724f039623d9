-- How many accounts each field rep may still hold beside those that stay fixed with them.
-- grain: one row a field rep
-- reads: current_books, eligible_pool
-- parameters: $cycle
with fixed_accounts as (
    select
        owner_id as rep_id,
        count(*) as fixed_count
    from eligible_pool
    where cycle = $cycle and standing = 'fixed'
    group by owner_id
)

select
    current_books.rep_id,
    current_books.capacity,
    coalesce(fixed_accounts.fixed_count, 0) as fixed_count,
    greatest(current_books.capacity - coalesce(fixed_accounts.fixed_count, 0), 0) as free_seats
from current_books
left join fixed_accounts on current_books.rep_id = fixed_accounts.rep_id
where current_books.cycle = $cycle and current_books.team = 'field'
order by current_books.rep_id
