-- Accounts that the source could not vouch for, with every fault that was found and who keeps them.
-- grain: one row an account that has a fault and is not among the accounts
-- reads: source_exceptions, accounts
-- parameters: $cycle
select
    source_exceptions.record_id as account_id,
    max(source_exceptions.owner_id) as owner_id,
    coalesce(
        list(
            source_exceptions.column_name || ': ' || source_exceptions.found
            order by source_exceptions.column_name
        ) filter (where source_exceptions.found is not null),
        []
    ) as faults
from source_exceptions
left join accounts
    on source_exceptions.cycle = accounts.cycle and source_exceptions.record_id = accounts.account_id
where
    source_exceptions.cycle = $cycle
    and source_exceptions.table_name = 'accounts'
    and accounts.account_id is null
group by source_exceptions.record_id
order by source_exceptions.record_id
