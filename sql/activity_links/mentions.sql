-- Which opportunities of its account an activity's subject names, and by how many words.
-- grain: one row an activity and an opportunity that its subject names
-- reads: placed_activities, linked_opportunities, surviving_opportunities
-- parameters: none
-- notes: words of less than three letters, and those of the account's name, name nothing
with names as (
    select distinct
        linked_opportunities.opportunity_id,
        linked_opportunities.account_id,
        string_split_regex(lower(coalesce(linked_opportunities.account_name, '')), '[^\pL\pN]+') as account_words,
        unnest(string_split_regex(lower(linked_opportunities.name), '[^\pL\pN]+')) as word
    from linked_opportunities
    inner join surviving_opportunities
        on
            linked_opportunities.opportunity_id = surviving_opportunities.opportunity_id
            and linked_opportunities.opportunity_id = surviving_opportunities.survivor_id
),

subjects as (
    select distinct
        activity_id,
        account_id,
        unnest(string_split_regex(lower(subject), '[^\pL\pN]+')) as word
    from placed_activities
)

select
    subjects.activity_id,
    names.opportunity_id,
    count(*) as word_count
from subjects
inner join names on subjects.account_id = names.account_id and subjects.word = names.word
where length(names.word) > 2 and not list_contains(names.account_words, names.word)
group by subjects.activity_id, names.opportunity_id
order by subjects.activity_id, names.opportunity_id
