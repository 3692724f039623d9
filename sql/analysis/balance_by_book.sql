-- How even are the books? What each field rep owned when the cycle began and owns after it.
-- grain: one row a field rep; whoever has left or owns nothing is there with 0
-- reads: current_books, reps, account_owners, accounts
-- parameters: getvariable('cycle')
-- units: bps as people say it (stored in hundredths), tam_dollars of tam_cents; an unknown measure counts 0
-- notes: tam_to_mean_pct_after is the book's TAM against the mean of the active reps' books; 100 is even, null has left
with owned as (
    select
        owner_before_id as rep_id,
        account_id,
        true as is_before
    from account_owners
    where cycle = getvariable('cycle')
    union all
    select
        owner_after_id as rep_id,
        account_id,
        false as is_before
    from account_owners
    where cycle = getvariable('cycle')
),

books as (
    select
        reps.region,
        reps.rep_id,
        reps.name as rep,
        reps.is_active,
        current_books.capacity,
        count(owned.account_id) filter (where owned.is_before) as account_count_before,
        count(owned.account_id) filter (where not owned.is_before) as account_count_after,
        coalesce(sum(accounts.opp_count) filter (where owned.is_before), 0) as opp_count_before,
        coalesce(sum(accounts.opp_count) filter (where not owned.is_before), 0) as opp_count_after,
        coalesce(sum(accounts.bps) filter (where owned.is_before), 0) / 100 as bps_before,
        coalesce(sum(accounts.bps) filter (where not owned.is_before), 0) / 100 as bps_after,
        coalesce(sum(accounts.tam_cents) filter (where owned.is_before), 0) / 100 as tam_dollars_before,
        coalesce(sum(accounts.tam_cents) filter (where not owned.is_before), 0) / 100 as tam_dollars_after
    from current_books
    inner join reps on current_books.cycle = reps.cycle and current_books.rep_id = reps.rep_id
    left join owned on current_books.rep_id = owned.rep_id
    left join accounts on current_books.cycle = accounts.cycle and owned.account_id = accounts.account_id
    where current_books.cycle = getvariable('cycle') and current_books.team = 'field'
    group by all
)

select
    region,
    rep_id,
    rep,
    is_active,
    capacity,
    account_count_before,
    account_count_after,
    opp_count_before::bigint as opp_count_before,
    opp_count_after::bigint as opp_count_after,
    bps_before::decimal(18, 2) as bps_before,
    bps_after::decimal(18, 2) as bps_after,
    tam_dollars_before::decimal(18, 2) as tam_dollars_before,
    tam_dollars_after::decimal(18, 2) as tam_dollars_after,
    case
        when is_active
            then round(100 * tam_dollars_after / nullif(avg(tam_dollars_after) filter (where is_active) over (), 0), 1)
    end as tam_to_mean_pct_after
from books
order by region nulls last, rep_id
