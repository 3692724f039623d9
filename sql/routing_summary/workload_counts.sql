-- What each active field rep has in hand: accounts, accounts with an open deal, a week's arrivals and activities.
-- grain: one row an active field rep
-- reads: seen_reps, seen_accounts, seen_opportunities, routing_decisions, activities
-- parameters: $week_from
-- notes: weekly_activity is null where no source hands over activities
with pipeline as (
    select distinct account_id
    from seen_opportunities
    where not is_closed
),

owned as (
    select
        seen_accounts.owner_id as rep_id,
        count(*) as active_accounts,
        count(pipeline.account_id) as pipeline_accounts
    from seen_accounts
    left join pipeline on seen_accounts.account_id = pipeline.account_id
    where seen_accounts.carve_out is null and seen_accounts.owner_id is not null
    group by seen_accounts.owner_id
),

received as (
    select
        new_owner_id as rep_id,
        count(*) as weekly_inbound
    from routing_decisions
    where decided_at > $week_from
    group by new_owner_id
),

acted as (
    select
        rep_id,
        count(*) as weekly_activity
    from activities
    where happened_at > $week_from
    group by rep_id
)

select
    seen_reps.rep_id,
    coalesce(seen_reps.region, 'none') as segment,
    seen_reps.capacity,
    coalesce(owned.active_accounts, 0) as active_accounts,
    coalesce(owned.pipeline_accounts, 0) as pipeline_accounts,
    coalesce(received.weekly_inbound, 0) as weekly_inbound,
    case
        when (select count(*) from activities) > 0 then coalesce(acted.weekly_activity, 0)
    end as weekly_activity
from seen_reps
left join owned on seen_reps.rep_id = owned.rep_id
left join received on seen_reps.rep_id = received.rep_id
left join acted on seen_reps.rep_id = acted.rep_id
where seen_reps.team = 'field' and seen_reps.is_active
order by seen_reps.rep_id
