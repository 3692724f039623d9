-- What a region is shown to sign: each move and held edit with names and value, and whose the account would be.
-- grain: one row a region and account
-- reads: sign_off_packets, decided_books, accounts, reps
-- parameters: $cycle
-- notes: decided_name is the owner after all decisions: another than new_name while an edit is held
select
    sign_off_packets.region,
    sign_off_packets.account_id,
    sign_off_packets.other_region,
    sign_off_packets.old_owner_id,
    sign_off_packets.new_owner_id,
    sign_off_packets.move_reason,
    sign_off_packets.reason_sentence,
    sign_off_packets.is_held,
    decided_books.is_move,
    accounts.name,
    accounts.state,
    accounts.value_cents,
    givers.name as old_name,
    takers.name as new_name,
    decided.name as decided_name
from sign_off_packets
inner join decided_books
    on sign_off_packets.cycle = decided_books.cycle and sign_off_packets.account_id = decided_books.account_id
left join accounts on sign_off_packets.cycle = accounts.cycle and sign_off_packets.account_id = accounts.account_id
left join reps as givers on sign_off_packets.cycle = givers.cycle and sign_off_packets.old_owner_id = givers.rep_id
left join reps as takers on sign_off_packets.cycle = takers.cycle and sign_off_packets.new_owner_id = takers.rep_id
left join reps as decided on decided_books.cycle = decided.cycle and decided_books.reviewed_owner_id = decided.rep_id
where sign_off_packets.cycle = $cycle
order by sign_off_packets.region, sign_off_packets.account_id
