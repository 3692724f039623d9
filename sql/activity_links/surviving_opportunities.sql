-- Which opportunity each one lives on in: itself, or the one at the end of its merges.
-- grain: one row an opportunity that is there or was merged or deleted
-- reads: linked_opportunities, opportunity_merges
-- parameters: none
-- notes: of several merges of one opportunity the last counts; a chain that runs in a circle, or ends at what is not
--     there, leaves an opportunity with itself where it is still there, else with none, and the finding says so
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
        len(passed) as hop_count,
        list_contains(passed, to_id) as is_circle
    from chains
    qualify row_number() over (partition by from_id order by len(passed) desc) = 1
),

judged as (
    select
        ends.from_id,
        ends.end_id,
        ends.hop_count,
        case
            when ends.is_circle then 'merge_circle'
            when ends.end_id is null then 'deleted'
            when there.opportunity_id is null then 'merge_into_unknown'
        end as finding
    from ends
    left join linked_opportunities as there on ends.end_id = there.opportunity_id
),

known as (
    select opportunity_id from linked_opportunities
    union distinct
    select from_id as opportunity_id from judged
)

select
    known.opportunity_id,
    case
        when judged.from_id is not null and judged.finding is null then judged.end_id
        else linked_opportunities.opportunity_id
    end as survivor_id,
    case when judged.finding is null then coalesce(judged.hop_count, 0) else 0 end as hop_count,
    judged.finding
from known
left join linked_opportunities on known.opportunity_id = linked_opportunities.opportunity_id
left join judged on known.opportunity_id = judged.from_id
order by known.opportunity_id
