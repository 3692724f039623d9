-- How the write of each account ended so far: the last line of the log on it.
-- grain: one row an account that a write was tried for
-- reads: write_back_log
-- parameters: $cycle
select
    account_id,
    sign_off_no,
    attempt,
    old_owner_id,
    new_owner_id,
    found_owner_id,
    outcome,
    error_code,
    error,
    written_at,
    verified_at
from write_back_log
where cycle = $cycle
qualify row_number() over (partition by account_id order by sign_off_no desc, attempt desc) = 1
order by account_id
