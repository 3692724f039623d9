-- House accounts and co-owned ones that change hands.
-- grain: one row an account
-- reads: decided_books, accounts, eligible_pool
-- parameters: $cycle
select
    decided_books.account_id,
    accounts.name,
    decided_books.current_owner_id,
    decided_books.reviewed_owner_id,
    coalesce(eligible_pool.is_unowned, false) as is_unowned,
    accounts.is_house,
    accounts.co_owner_ids
from decided_books
inner join accounts on decided_books.cycle = accounts.cycle and decided_books.account_id = accounts.account_id
left join eligible_pool
    on decided_books.cycle = eligible_pool.cycle and decided_books.account_id = eligible_pool.account_id
where
    decided_books.cycle = $cycle
    and decided_books.is_move
    and decided_books.review_change <> 'withdrawn'
    and (accounts.is_house or len(accounts.co_owner_ids) > 0)
order by decided_books.account_id
