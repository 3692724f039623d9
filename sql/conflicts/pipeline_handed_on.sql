-- How much open pipeline each owner would hand on, and to how many others.
-- grain: one row an owner of accounts that move and have open deals
-- reads: decided_books, accounts, opportunities
-- parameters: $cycle
select
    decided_books.current_owner_id,
    count(*) as deal_count,
    coalesce(sum(opportunities.amount_cents), 0)::bigint as amount_cents,
    count(distinct decided_books.reviewed_owner_id) as taker_count
from decided_books
inner join accounts on decided_books.cycle = accounts.cycle and decided_books.account_id = accounts.account_id
inner join opportunities
    on decided_books.cycle = opportunities.cycle and decided_books.account_id = opportunities.account_id
where
    decided_books.cycle = $cycle
    and decided_books.is_move
    and decided_books.review_change <> 'withdrawn'
    and decided_books.current_owner_id is not null
    and not opportunities.is_closed
group by decided_books.current_owner_id
order by decided_books.current_owner_id
