-- The approved diff against the write-back's log: how the last write ended of every account that was to be written.
-- grain: one row a line of the approved diff that does not take back
-- reads: approved_diff, write_back_log
-- parameters: $cycle
-- notes: outcome is null where no write was tried yet
with last_outcomes as (
    select
        account_id,
        outcome
    from write_back_log
    where cycle = $cycle
    qualify row_number() over (partition by account_id order by sign_off_no desc, attempt desc) = 1
)

select
    approved_diff.sign_off_no,
    approved_diff.account_id,
    approved_diff.status,
    last_outcomes.outcome
from approved_diff
left join last_outcomes on approved_diff.account_id = last_outcomes.account_id
where approved_diff.cycle = $cycle and approved_diff.status <> 'revoked'
order by approved_diff.sign_off_no, approved_diff.account_id
