-- How far do field reps drive? Minutes one way to the accounts that were proposed to them and are theirs now.
-- grain: one row a region; reps without a region are in the last row, `no_region`
-- reads: proposed_books, account_owners, reps
-- parameters: getvariable('cycle')
-- units: minutes; median and p90 are drives that occur, the shorter one where two are in the middle
-- notes: locks have no minutes, nor has an account in no known place: without_minutes_count has them, no other figure
select
    coalesce(reps.region, 'no_region') as region,
    count(distinct proposed_books.rep_id) as rep_count,
    count(*) as account_count,
    count(*) - count(proposed_books.drive_minutes) as without_minutes_count,
    quantile_disc(proposed_books.drive_minutes, 0.5) as median_minutes,
    round(avg(proposed_books.drive_minutes), 1) as mean_minutes,
    quantile_disc(proposed_books.drive_minutes, 0.9) as p90_minutes,
    max(proposed_books.drive_minutes) as longest_minutes,
    count(*) filter (where proposed_books.drive_minutes > 120) as above_two_hours_count
from proposed_books
inner join account_owners
    on
        proposed_books.cycle = account_owners.cycle
        and proposed_books.account_id = account_owners.account_id
        and proposed_books.rep_id = account_owners.owner_after_id
inner join reps on proposed_books.cycle = reps.cycle and proposed_books.rep_id = reps.rep_id
where proposed_books.cycle = getvariable('cycle') and reps.team = 'field'
group by reps.region
order by reps.region nulls last
