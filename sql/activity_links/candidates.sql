-- What each activity that lies on its account has to do with each opportunity that it may belong to.
-- grain: one row an activity on an account and an opportunity of it around whose life it lies
-- reads: placed_activities, linked_opportunities, surviving_opportunities, activity_mentions, opportunity_teams,
--     opportunity_stages
-- parameters: $as_of, $days_before_creation, $days_after_close
-- units: days are fractions; leans are log odds against all activities, 0 where nothing is known
-- notes: a second row about a call has no candidates of its own; a lean is how much rather activities of that type,
--     role or person are logged on opportunities than on accounts, drawn towards 0 by ten average ones
with pending as (
    select
        activity_id,
        person_id,
        contact_id,
        role,
        account_id,
        happened_at,
        activity_type
    from placed_activities
    where
        how = 'account'
        and duplicate_of is null
        and account_id is not null
        and happened_at is not null
),

counted as (
    select
        placed_activities.person_id,
        placed_activities.role,
        placed_activities.activity_type,
        (placed_activities.opportunity_id is not null)::int as is_on_opportunity,
        avg((placed_activities.opportunity_id is not null)::int) over () as usual_share
    from placed_activities
    where placed_activities.duplicate_of is null
),

leans as (
    select
        person_id,
        role,
        activity_type,
        ln(
            (sum(is_on_opportunity) + 10 * any_value(usual_share))
            / (sum(1 - is_on_opportunity) + 10 * (1 - any_value(usual_share)))
        )
        - ln(any_value(usual_share) / (1 - any_value(usual_share))) as lean
    from counted
    where usual_share > 0 and usual_share < 1
    group by grouping sets ((person_id), (role), (activity_type))
),

changes as (
    select
        surviving_opportunities.survivor_id as opportunity_id,
        opportunity_stages.changed_at
    from opportunity_stages
    inner join surviving_opportunities
        on opportunity_stages.opportunity_id = surviving_opportunities.opportunity_id
    where surviving_opportunities.survivor_id is not null
),

last_changes as (
    select
        opportunity_id,
        max(changed_at) as changed_at
    from changes
    group by opportunity_id
),

lives as (
    select
        linked_opportunities.opportunity_id,
        linked_opportunities.account_id,
        linked_opportunities.created_on::timestamp as born_at,
        case
            when linked_opportunities.is_closed
                then greatest(
                    coalesce(
                        linked_opportunities.closed_on::timestamp,
                        last_changes.changed_at,
                        linked_opportunities.created_on::timestamp
                    ),
                    linked_opportunities.created_on::timestamp
                )
            else greatest($as_of::timestamp, linked_opportunities.created_on::timestamp)
        end + interval 1 day as gone_at,
        linked_opportunities.is_closed
    from linked_opportunities
    inner join surviving_opportunities
        on
            linked_opportunities.opportunity_id = surviving_opportunities.opportunity_id
            and linked_opportunities.opportunity_id = surviving_opportunities.survivor_id
    left join last_changes on linked_opportunities.opportunity_id = last_changes.opportunity_id
    where linked_opportunities.created_on is not null
),

around as (
    select
        pending.activity_id,
        pending.person_id,
        pending.contact_id,
        pending.role,
        pending.activity_type,
        pending.happened_at,
        lives.opportunity_id,
        greatest(0, epoch(lives.born_at) - epoch(pending.happened_at)) / 86400 as days_before,
        greatest(0, epoch(pending.happened_at) - epoch(lives.gone_at)) / 86400 as days_after,
        least(
            abs(epoch(pending.happened_at) - epoch(lives.born_at)),
            case when lives.is_closed then abs(epoch(pending.happened_at) - epoch(lives.gone_at)) end
        ) / 86400 as days_to_ends
    from pending
    inner join lives
        on
            pending.account_id = lives.account_id
            and pending.happened_at >= lives.born_at - to_days($days_before_creation)
            and pending.happened_at < lives.gone_at + to_days($days_after_close)
),

to_changes as (
    select
        around.activity_id,
        around.opportunity_id,
        min(abs(epoch(around.happened_at) - epoch(changes.changed_at))) / 86400 as days_to_change
    from around
    inner join changes on around.opportunity_id = changes.opportunity_id
    group by around.activity_id, around.opportunity_id
),

to_own as (
    select
        around.activity_id,
        around.opportunity_id,
        min(abs(epoch(around.happened_at) - epoch(placed.happened_at))) / 86400 as days_to_own
    from around
    inner join placed_activities as placed
        on around.opportunity_id = placed.opportunity_id and around.person_id = placed.person_id
    group by around.activity_id, around.opportunity_id
),

to_contact as (
    select
        around.activity_id,
        around.opportunity_id,
        min(abs(epoch(around.happened_at) - epoch(placed.happened_at))) / 86400 as days_to_contact,
        count(*) as contact_count
    from around
    inner join placed_activities as placed
        on around.opportunity_id = placed.opportunity_id and around.contact_id = placed.contact_id
    group by around.activity_id, around.opportunity_id
),

to_named as (
    select
        around.activity_id,
        around.opportunity_id,
        min(abs(epoch(around.happened_at) - epoch(pending.happened_at))) / 86400 as days_to_named
    from around
    inner join activity_mentions on around.opportunity_id = activity_mentions.opportunity_id
    inner join pending
        on
            activity_mentions.activity_id = pending.activity_id
            and around.person_id = pending.person_id
            and around.activity_id <> pending.activity_id
    group by around.activity_id, around.opportunity_id
),

members as (
    select distinct
        surviving_opportunities.survivor_id as opportunity_id,
        opportunity_teams.person_id
    from opportunity_teams
    inner join surviving_opportunities on opportunity_teams.opportunity_id = surviving_opportunities.opportunity_id
)

select
    around.activity_id,
    around.opportunity_id,
    around.person_id,
    around.contact_id,
    around.happened_at,
    around.days_before,
    around.days_after,
    least(around.days_to_ends, to_changes.days_to_change) as days_to_change,
    members.person_id is not null as is_on_team,
    members.person_id is null
    and count(members.person_id) over (partition by around.activity_id) > 0 as is_on_other_team,
    coalesce(named.word_count, 0) as named_count,
    coalesce(max(named.word_count) over (partition by around.activity_id), 0) > 0
    and named.word_count is null as is_other_named,
    to_own.days_to_own,
    to_named.days_to_named,
    to_contact.days_to_contact,
    coalesce(to_contact.contact_count, 0) as contact_count,
    coalesce(by_type.lean, 0) as type_lean,
    coalesce(by_role.lean, 0) as role_lean,
    coalesce(by_person.lean, 0) as person_lean
from around
left join to_changes
    on around.activity_id = to_changes.activity_id and around.opportunity_id = to_changes.opportunity_id
left join to_own
    on around.activity_id = to_own.activity_id and around.opportunity_id = to_own.opportunity_id
left join to_named
    on around.activity_id = to_named.activity_id and around.opportunity_id = to_named.opportunity_id
left join to_contact
    on around.activity_id = to_contact.activity_id and around.opportunity_id = to_contact.opportunity_id
left join activity_mentions as named
    on around.activity_id = named.activity_id and around.opportunity_id = named.opportunity_id
left join members on around.opportunity_id = members.opportunity_id and around.person_id = members.person_id
left join leans as by_type on around.activity_type = by_type.activity_type
left join leans as by_role on around.role = by_role.role
left join leans as by_person on around.person_id = by_person.person_id
order by around.activity_id, around.opportunity_id
