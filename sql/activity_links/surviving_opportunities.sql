-- Which opportunity each one lives on in: itself, or the one at the end of its merges.
-- grain: one row an opportunity that is there or was merged or deleted
-- reads: linked_opportunities, opportunity_merges
-- parameters: none
-- notes: of several merges of one opportunity the last counts; a chain that ends at what is not there leads to the last
--     of it that is, one that runs in a circle to where it enters it, or to the next that is there; the finding says so
with recursive last_merges as (
    select
        from_id,
        to_id
    from opportunity_merges
    qualify row_number() over (partition by from_id order by merged_at desc nulls last, to_id asc) = 1
),

chains as (
    select
        from_id,
        to_id,
        [from_id] as passed
    from last_merges
    union all
    select
        chains.from_id,
        last_merges.to_id,
        list_append(chains.passed, last_merges.from_id) as passed
    from chains
    inner join last_merges on chains.to_id = last_merges.from_id
    where not list_contains(chains.passed, chains.to_id)
),

ends as (
    select
        from_id,
        to_id as end_id,
        list_append(passed, to_id) as trail,
        coalesce(list_position(passed, to_id), 0) as entered_at
    from chains
    qualify row_number() over (partition by from_id order by len(passed) desc) = 1
),

places as (
    select
        from_id,
        entered_at,
        unnest(trail) as opportunity_id,
        generate_subscripts(trail, 1) as place
    from ends
),

alive as (
    select
        places.from_id,
        places.opportunity_id,
        places.place - 1 as hop_count
    from places
    inner join linked_opportunities on places.opportunity_id = linked_opportunities.opportunity_id
    where places.place >= places.entered_at
    qualify row_number() over (
        partition by places.from_id
        order by case when places.entered_at > 0 then places.place else -places.place end
    ) = 1
),

known as (
    select opportunity_id from linked_opportunities
    union distinct
    select from_id as opportunity_id from ends
)

select
    known.opportunity_id,
    case when ends.from_id is null then known.opportunity_id else alive.opportunity_id end as survivor_id,
    coalesce(alive.hop_count, 0) as hop_count,
    case
        when ends.entered_at > 0 then 'merge_circle'
        when ends.from_id is not null and ends.end_id is null then 'deleted'
        when ends.end_id <> coalesce(alive.opportunity_id, '') then 'merge_into_unknown'
    end as finding
from known
left join ends on known.opportunity_id = ends.from_id
left join alive on known.opportunity_id = alive.from_id
order by known.opportunity_id
