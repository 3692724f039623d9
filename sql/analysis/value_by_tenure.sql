-- Do new and long-serving reps hold books of the same value? Field reps by full months of service on the cycle's day.
-- grain: one row a band of tenure that has reps; a rep of exactly 6, 24 or 60 months is in the longer band
-- reads: run_config, current_books, reps, account_owners, accounts
-- parameters: getvariable('cycle')
-- units: value_dollars_* are of value_cents; an account of unknown value counts 0 and is counted in without_value_count
with config as (
    select as_of
    from run_config
    where cycle = getvariable('cycle')
    order by revision desc
    limit 1
),

service as (
    select
        reps.rep_id,
        case
            when not reps.is_active then 6
            when reps.started_on is null then 5
            when datesub('month', reps.started_on, config.as_of) < 6 then 1
            when datesub('month', reps.started_on, config.as_of) < 24 then 2
            when datesub('month', reps.started_on, config.as_of) < 60 then 3
            else 4
        end as tenure_no
    from current_books
    inner join reps on current_books.cycle = reps.cycle and current_books.rep_id = reps.rep_id
    cross join config
    where current_books.cycle = getvariable('cycle') and current_books.team = 'field'
),

owned as (
    select
        account_owners.owner_before_id,
        account_owners.owner_after_id,
        accounts.value_cents
    from account_owners
    inner join accounts on account_owners.cycle = accounts.cycle and account_owners.account_id = accounts.account_id
    where account_owners.cycle = getvariable('cycle')
),

books_before as (
    select
        owner_before_id as rep_id,
        sum(value_cents) as book_value_cents
    from owned
    group by owner_before_id
),

books_after as (
    select
        owner_after_id as rep_id,
        count(*) as account_count,
        count(*) - count(value_cents) as without_value_count,
        sum(value_cents) as book_value_cents
    from owned
    group by owner_after_id
)

select
    service.tenure_no,
    [
        'under 6 months', '6 to 23 months', '24 to 59 months', '60 months and more', 'start unknown', 'has left'
    ][service.tenure_no] as tenure,
    count(*) as rep_count,
    coalesce(sum(books_after.account_count), 0)::bigint as account_count,
    coalesce(sum(books_after.without_value_count), 0)::bigint as without_value_count,
    (coalesce(sum(books_before.book_value_cents), 0) / 100)::decimal(18, 2) as value_dollars_before,
    (coalesce(sum(books_after.book_value_cents), 0) / 100)::decimal(18, 2) as value_dollars_after,
    (coalesce(sum(books_after.book_value_cents), 0) / 100 / count(*))::decimal(18, 2) as value_dollars_a_rep_after
from service
left join books_before on service.rep_id = books_before.rep_id
left join books_after on service.rep_id = books_after.rep_id
group by service.tenure_no
order by service.tenure_no
