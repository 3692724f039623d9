-- What each field rep owns right now: the cycle's snapshot, moved on by every owner that was written or loaded.
-- grain: one row a field rep
-- reads: current_books, reps, accounts, write_back_log
-- parameters: $cycle
with written as (
    select
        account_id,
        new_owner_id
    from write_back_log
    where cycle = $cycle and outcome in ('verified', 'skipped_already', 'loaded', 'confirmed', 'given_back')
    qualify row_number() over (partition by account_id order by sign_off_no desc, attempt desc) = 1
),

owned as (
    select
        accounts.account_id,
        coalesce(written.new_owner_id, accounts.owner_id) as rep_id
    from accounts
    left join written on accounts.account_id = written.account_id
    where accounts.cycle = $cycle and accounts.carve_out is null
)

select
    current_books.rep_id,
    reps.name,
    count(owned.account_id) as owned_count,
    current_books.capacity
from current_books
inner join reps on current_books.cycle = reps.cycle and current_books.rep_id = reps.rep_id
left join owned on current_books.rep_id = owned.rep_id
where current_books.cycle = $cycle and current_books.team = 'field'
group by current_books.rep_id, reps.name, current_books.capacity
order by current_books.rep_id
