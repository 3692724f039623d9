-- Where each activity was logged, merges followed, and which other row is about the same call.
-- grain: one row an activity
-- reads: logged_activities, linked_opportunities, surviving_opportunities
-- parameters: $duplicate_minutes
-- notes: an activity lies with the account of the opportunity that it was logged on, whatever else it says; two rows
--     are the same call where person, account and type are the same, no more minutes lie between them, and they were
--     logged on different records: the account and an opportunity of it, two that are one by now, or any and one whose
--     merges break off; the one with fewest merges to go is repeated by the others, then the earlier, then one whose
--     merges break off, then the account, last one that broke off and of unknown account; where there is no type,
--     the subject stands for it
with known_accounts as (
    select distinct account_id from linked_opportunities
),

placed as (
    select
        logged_activities.activity_id,
        logged_activities.person_id,
        logged_activities.role,
        logged_activities.contact_id,
        logged_activities.what_id,
        logged_activities.happened_at,
        logged_activities.activity_type,
        logged_activities.subject,
        surviving_opportunities.survivor_id as opportunity_id,
        coalesce(survivors.account_id, logged_activities.account_id, known_accounts.account_id) as account_id,
        case
            when surviving_opportunities.survivor_id is null then 'account'
            when surviving_opportunities.hop_count > 0 then 'merged'
            else 'logged'
        end as how,
        coalesce(surviving_opportunities.hop_count, 0) as hop_count,
        coalesce(logged_activities.activity_type, lower(logged_activities.subject), '') as call_of,
        case
            when surviving_opportunities.opportunity_id is null then 1001
            when surviving_opportunities.finding is null then surviving_opportunities.hop_count
            when coalesce(survivors.account_id, logged_activities.account_id) is null then 1002
            else 1000
        end as distance,
        case
            when surviving_opportunities.finding is not null then surviving_opportunities.finding
            when
                logged_activities.account_id <> survivors.account_id
                then 'other_account'
            when
                surviving_opportunities.opportunity_id is null
                and known_accounts.account_id is null
                and logged_activities.what_id <> coalesce(logged_activities.account_id, '')
                then 'unknown_object'
            when
                logged_activities.happened_at is null
                or coalesce(survivors.account_id, logged_activities.account_id, known_accounts.account_id) is null
                then 'incomplete'
        end as finding
    from logged_activities
    left join surviving_opportunities on logged_activities.what_id = surviving_opportunities.opportunity_id
    left join linked_opportunities as survivors on surviving_opportunities.survivor_id = survivors.opportunity_id
    left join known_accounts on logged_activities.what_id = known_accounts.account_id
),

pairs as (
    select
        placed.activity_id,
        kept.activity_id as kept_id,
        kept.distance,
        abs(epoch(kept.happened_at) - epoch(placed.happened_at)) as seconds
    from placed
    inner join placed as kept
        on
            placed.person_id = kept.person_id
            and placed.account_id = kept.account_id
            and placed.call_of = kept.call_of
            and kept.happened_at between placed.happened_at - to_minutes($duplicate_minutes)
            and placed.happened_at + to_minutes($duplicate_minutes)
    where
        kept.distance < 1001
        and placed.what_id is distinct from kept.what_id
        and (
            placed.opportunity_id is null
            or placed.opportunity_id = kept.opportunity_id
            or placed.distance = 1000
        )
        and (kept.distance, kept.happened_at, kept.activity_id)
        < (placed.distance, placed.happened_at, placed.activity_id)
    union all
    select
        placed.activity_id,
        kept.activity_id as kept_id,
        kept.distance,
        abs(epoch(kept.happened_at) - epoch(placed.happened_at)) as seconds
    from placed
    inner join placed as kept
        on
            placed.person_id = kept.person_id
            and placed.call_of = kept.call_of
            and kept.happened_at between placed.happened_at - to_minutes($duplicate_minutes)
            and placed.happened_at + to_minutes($duplicate_minutes)
    where placed.distance = 1002 and kept.distance < 1002 and kept.account_id is not null
),

repeated as (
    select
        activity_id,
        kept_id as duplicate_of
    from pairs
    qualify row_number() over (partition by activity_id order by distance, seconds, kept_id) = 1
)

select
    placed.activity_id,
    placed.person_id,
    placed.role,
    placed.contact_id,
    placed.account_id,
    placed.opportunity_id,
    placed.how,
    placed.what_id,
    placed.hop_count,
    placed.finding,
    placed.happened_at,
    placed.activity_type,
    placed.subject,
    repeated.duplicate_of
from placed
left join repeated on placed.activity_id = repeated.activity_id
order by placed.activity_id
