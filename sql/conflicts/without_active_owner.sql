-- Accounts that would belong to nobody who is active.
-- grain: one row an account
-- reads: decided_books, accounts, current_books
-- parameters: $cycle
select
    decided_books.account_id,
    accounts.name,
    decided_books.reviewed_owner_id
from decided_books
inner join accounts on decided_books.cycle = accounts.cycle and decided_books.account_id = accounts.account_id
left join current_books
    on
        decided_books.cycle = current_books.cycle
        and decided_books.reviewed_owner_id = current_books.rep_id
        and current_books.is_active
where
    decided_books.cycle = $cycle
    and decided_books.review_change <> 'withdrawn'
    and current_books.rep_id is null
order by decided_books.account_id
