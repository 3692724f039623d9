-- What a director may drop: accounts of the field books as proposed that are not locked, and where both ends lie.
-- grain: one row an account
-- reads: proposed_books, accounts, eligible_pool, reps
-- parameters: $cycle
select
    reps.region,
    proposed_books.rep_id,
    reps.name as rep_name,
    accounts.account_id,
    accounts.name,
    accounts.state,
    eligible_pool.referral_status,
    accounts.opp_count,
    accounts.bps,
    accounts.tam_cents,
    accounts.value_cents,
    proposed_books.is_move,
    accounts.latitude,
    accounts.longitude,
    reps.latitude as rep_latitude,
    reps.longitude as rep_longitude
from proposed_books
inner join reps on proposed_books.cycle = reps.cycle and proposed_books.rep_id = reps.rep_id
inner join accounts on proposed_books.cycle = accounts.cycle and proposed_books.account_id = accounts.account_id
inner join eligible_pool
    on proposed_books.cycle = eligible_pool.cycle and proposed_books.account_id = eligible_pool.account_id
where proposed_books.cycle = $cycle and proposed_books.phase <> 'lock' and reps.team = 'field'
order by accounts.account_id
