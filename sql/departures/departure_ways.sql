-- Each leaver's book: how many accounts went which way, in which cycle, and how many the leaver owns still.
-- grain: one row a leaver
-- reads: departures, events, seen_accounts, seen_reps
-- parameters: none
with counted as (
    select
        rep_id,
        first(director_email order by account_id) as director_email,
        max(detected_at) as detected_at,
        count(*) as "accounts",
        count(*) filter (where way = 'optimiser') as optimiser,
        count(*) filter (where way = 'director') as director,
        count(*) filter (where way = 'territory_pool') as territory_pool,
        coalesce(sum(open_deals), 0)::bigint as open_deals,
        coalesce(sum(open_amount_cents), 0)::bigint as open_amount_cents
    from departures
    group by rep_id
),

cycles as (
    select
        subject_id as rep_id,
        last(cycle order by detected_at, event_id) as "cycle"
    from events
    where kind = 'departure'
    group by subject_id
),

held as (
    select
        owner_id as rep_id,
        count(*) as still_theirs
    from seen_accounts
    where carve_out is null
    group by owner_id
)

select
    counted.rep_id,
    seen_reps.name,
    seen_reps.region,
    counted.director_email,
    counted.detected_at,
    cycles."cycle",
    counted."accounts",
    counted.optimiser,
    counted.director,
    counted.territory_pool,
    counted.open_deals,
    counted.open_amount_cents,
    coalesce(held.still_theirs, 0) as still_theirs
from counted
left join cycles on counted.rep_id = cycles.rep_id
left join held on counted.rep_id = held.rep_id
left join seen_reps on counted.rep_id = seen_reps.rep_id
order by counted.rep_id
