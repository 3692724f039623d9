-- Who is sent a lock list: active field reps who own a free account.
-- grain: one row a lock list
-- reads: current_books, reps, eligible_pool
-- parameters: $cycle
select
    reps.rep_id,
    reps.name,
    reps.email,
    current_books.capacity,
    count(*) as free_account_count
from current_books
inner join reps
    on current_books.cycle = reps.cycle and current_books.rep_id = reps.rep_id
inner join eligible_pool
    on current_books.cycle = eligible_pool.cycle and current_books.rep_id = eligible_pool.owner_id
where
    current_books.cycle = $cycle
    and current_books.team = 'field'
    and current_books.is_active
    and eligible_pool.standing = 'free'
group by reps.rep_id, reps.name, reps.email, current_books.capacity
order by reps.rep_id
