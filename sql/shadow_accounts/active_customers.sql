-- The customers that are billed or use the product: seen since a day, or at an unknown one.
-- grain: one row a customer of billing, and one of usage
-- reads: billing, usage
-- parameters: $since
select
    'billing' as "source",
    customer_key,
    account_id,
    name as customer_name,
    last_invoice_on as last_on,
    amount_cents
from billing
where last_invoice_on is null or last_invoice_on >= $since
union all
select
    'usage' as "source",
    customer_key,
    account_id,
    name as customer_name,
    last_used_on as last_on,
    null as amount_cents
from usage
where last_used_on is null or last_used_on >= $since
order by "source", customer_key
