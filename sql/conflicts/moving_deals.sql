-- Open deals of accounts that change hands, and whether anybody works the account now.
-- grain: one row an open opportunity
-- reads: decided_books, accounts, opportunities, eligible_pool
-- parameters: $cycle
select
    opportunities.opportunity_id,
    opportunities.account_id,
    accounts.name,
    decided_books.current_owner_id,
    decided_books.reviewed_owner_id,
    coalesce(eligible_pool.is_unowned, false) as is_unowned,
    opportunities.close_on,
    opportunities.amount_cents
from decided_books
inner join accounts on decided_books.cycle = accounts.cycle and decided_books.account_id = accounts.account_id
inner join opportunities
    on decided_books.cycle = opportunities.cycle and decided_books.account_id = opportunities.account_id
left join eligible_pool
    on decided_books.cycle = eligible_pool.cycle and decided_books.account_id = eligible_pool.account_id
where
    decided_books.cycle = $cycle
    and decided_books.is_move
    and decided_books.review_change <> 'withdrawn'
    and not opportunities.is_closed
order by opportunities.opportunity_id
