-- Who a review is about: reps and members of Inside Sales, who directs them, and how many seats are taken for good.
-- grain: one row a rep
-- reads: current_books, reps, eligible_pool
-- parameters: $cycle
-- notes: fixed_count is what stays with a field rep outside the waterfall and fills seats; 0 for Inside Sales
with fixed as (
    select
        owner_id as rep_id,
        count(*) as fixed_count
    from eligible_pool
    where cycle = $cycle and standing = 'fixed'
    group by owner_id
)

select
    current_books.rep_id,
    reps.name,
    current_books.team,
    current_books.region,
    reps.director_email,
    current_books.covered_states,
    current_books.capacity,
    current_books.is_active,
    current_books.is_on_leave,
    current_books.is_receiver,
    case when current_books.team = 'field' then coalesce(fixed.fixed_count, 0) else 0 end as fixed_count
from current_books
inner join reps on current_books.cycle = reps.cycle and current_books.rep_id = reps.rep_id
left join fixed on current_books.rep_id = fixed.rep_id
where current_books.cycle = $cycle
order by current_books.rep_id
