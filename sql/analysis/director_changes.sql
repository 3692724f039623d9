-- What did the Regional Directors change, why, and did it stand? Edits that were accepted, or held for Growth Strategy.
-- grain: one row an edit
-- reads: edit_verdicts, decision_verdicts, decided_books, accounts, reps
-- parameters: getvariable('cycle')
-- notes: refused edits are in refusals.sql; decided_by is null where nobody had to decide or nobody has
with decisions as (
    select
        receipt_no,
        account_id,
        rep_id,
        decision,
        decided_by
    from decision_verdicts
    where cycle = getvariable('cycle') and verdict = 'accepted'
    qualify row_number() over (partition by receipt_no, account_id, rep_id order by decision_no desc) = 1
)

select
    edit_verdicts.receipt_no,
    edit_verdicts.row_no,
    edit_verdicts.edit_kind,
    edit_verdicts.account_id,
    edit_verdicts.director,
    coalesce(book_owners.name, edit_verdicts.rep_id) as book,
    accounts.name as account_name,
    edit_verdicts.edit_reason,
    edit_verdicts.note,
    edit_verdicts.verdict,
    decisions.decision,
    decisions.decided_by,
    coalesce(proposed_owners.name, decided_books.proposed_owner_id) as proposed_owner,
    coalesce(decided_owners.name, decided_books.reviewed_owner_id) as decided_owner
from edit_verdicts
left join decisions
    on
        edit_verdicts.verdict = 'held'
        and edit_verdicts.receipt_no = decisions.receipt_no
        and edit_verdicts.account_id = decisions.account_id
        and edit_verdicts.rep_id = decisions.rep_id
left join decided_books
    on edit_verdicts.cycle = decided_books.cycle and edit_verdicts.account_id = decided_books.account_id
left join accounts on edit_verdicts.cycle = accounts.cycle and edit_verdicts.account_id = accounts.account_id
left join reps as book_owners on edit_verdicts.cycle = book_owners.cycle and edit_verdicts.rep_id = book_owners.rep_id
left join reps as proposed_owners
    on edit_verdicts.cycle = proposed_owners.cycle and decided_books.proposed_owner_id = proposed_owners.rep_id
left join reps as decided_owners
    on edit_verdicts.cycle = decided_owners.cycle and decided_books.reviewed_owner_id = decided_owners.rep_id
where edit_verdicts.cycle = getvariable('cycle') and edit_verdicts.verdict in ('accepted', 'held')
order by edit_verdicts.receipt_no, edit_verdicts.row_no, edit_verdicts.edit_kind, edit_verdicts.account_id
