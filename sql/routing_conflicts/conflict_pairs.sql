-- How often each rule of routing went before which other one, with the most recent example in words.
-- grain: one row a pair of rules that named different people
-- reads: routing_conflicts
-- parameters: none
select
    winner_rule,
    loser_rule,
    count(*) as conflicts,
    count(distinct account_id) as "accounts",
    max(decided_at) as latest_at,
    last(
        account_id || ': ' || winner_id || ' (' || winner_evidence || ') against '
        || loser_id || ' (' || loser_evidence || '); ' || reason
        order by decision_no, conflict_no
    ) as example
from routing_conflicts
group by winner_rule, loser_rule
order by winner_rule, loser_rule
