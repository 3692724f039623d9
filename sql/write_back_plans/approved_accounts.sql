-- The approved diff with what hard rules used of each account when it was approved.
-- grain: one row a line of the approved diff
-- reads: approved_diff, accounts
-- parameters: $cycle
select
    approved_diff.sign_off_no,
    approved_diff.region,
    approved_diff.account_id,
    approved_diff.old_owner_id,
    approved_diff.new_owner_id,
    approved_diff.move_reason,
    approved_diff.reason_sentence,
    approved_diff.status,
    approved_diff.deferred_because,
    approved_diff.signed_by,
    approved_diff.digest,
    accounts.state,
    accounts.carve_out,
    accounts.parent_id
from approved_diff
left join accounts on approved_diff.cycle = accounts.cycle and approved_diff.account_id = accounts.account_id
where approved_diff.cycle = $cycle
order by approved_diff.sign_off_no, approved_diff.account_id
