-- How many accounts each owner had when the cycle began, carve-outs included.
-- grain: one row an owner
-- reads: accounts
-- parameters: $cycle
select
    owner_id,
    count(*) as account_count
from accounts
where cycle = $cycle and owner_id is not null
group by owner_id
order by owner_id
