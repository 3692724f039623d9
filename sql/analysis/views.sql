-- Makes the tables of all published cycles readable by their names, for every question in this folder.
--
-- The data folder is data/ and the cycle is the one that was closed last, unless you say otherwise before:
--     set variable data = '/mnt/assignment/data';
--     set variable cycle = '2026q4-global';
--
-- Every view has the cycle first. Columns: assignment_assets/domain/tables.py. A table that no cycle has published yet
-- has no file, and its view says so when it is made.
set variable data = coalesce(getvariable('data'), 'data');

create or replace view cycle_events as
from read_parquet(getvariable('data') || '/published/*/cycle_events.parquet', union_by_name = true);

create or replace view run_config as
from read_parquet(getvariable('data') || '/published/*/run_config.parquet', union_by_name = true);

-- what an earlier release has published calls the same cents tam, value and revenue
create or replace view accounts as
select
    columns(lambda name: not regexp_full_match(name, '(tam|value|revenue)(_cents)?')),
    coalesce(*columns('^tam(_cents)?$')) as tam_cents,
    coalesce(*columns('^value(_cents)?$')) as value_cents,
    coalesce(*columns('^revenue(_cents)?$')) as revenue_cents
from read_parquet(getvariable('data') || '/published/*/accounts.parquet', union_by_name = true);

create or replace view reps as
from read_parquet(getvariable('data') || '/published/*/reps.parquet', union_by_name = true);

create or replace view current_books as
from read_parquet(getvariable('data') || '/published/*/current_books.parquet', union_by_name = true);

create or replace view eligible_pool as
from read_parquet(getvariable('data') || '/published/*/eligible_pool.parquet', union_by_name = true);

create or replace view locks as
from read_parquet(getvariable('data') || '/published/*/locks.parquet', union_by_name = true);

create or replace view lock_verdicts as
from read_parquet(getvariable('data') || '/published/*/lock_verdicts.parquet', union_by_name = true);

create or replace view proposed_books as
from read_parquet(getvariable('data') || '/published/*/proposed_books.parquet', union_by_name = true);

create or replace view overflow as
from read_parquet(getvariable('data') || '/published/*/overflow.parquet', union_by_name = true);

create or replace view edit_verdicts as
from read_parquet(getvariable('data') || '/published/*/edit_verdicts.parquet', union_by_name = true);

create or replace view reviewed_books as
from read_parquet(getvariable('data') || '/published/*/reviewed_books.parquet', union_by_name = true);

create or replace view decision_verdicts as
from read_parquet(getvariable('data') || '/published/*/decision_verdicts.parquet', union_by_name = true);

create or replace view decided_books as
from read_parquet(getvariable('data') || '/published/*/decided_books.parquet', union_by_name = true);

create or replace view region_digests as
from read_parquet(getvariable('data') || '/published/*/region_digests.parquet', union_by_name = true);

create or replace view sign_off_verdicts as
from read_parquet(getvariable('data') || '/published/*/sign_off_verdicts.parquet', union_by_name = true);

create or replace view approved_diff as
from read_parquet(getvariable('data') || '/published/*/approved_diff.parquet', union_by_name = true);

create or replace view write_back_log as
from read_parquet(getvariable('data') || '/published/*/write_back_log.parquet', union_by_name = true);

create or replace view submissions as
from read_parquet(getvariable('data') || '/published/*/submissions.parquet', union_by_name = true);

-- Each account's last approval: it may be written or has been (approved), waits (deferred), was taken back (revoked).
-- grain: one row a cycle and account
create or replace view last_approvals as
from approved_diff
qualify row_number() over (partition by cycle, account_id order by sign_off_no desc) = 1;

-- How the write of each account ended.
-- grain: one row a cycle and account
create or replace view last_writes as
from write_back_log
qualify row_number() over (partition by cycle, account_id order by sign_off_no desc, attempt desc) = 1;

-- Who owned each account of the waterfall when the cycle began, and who owns it after what it wrote; no carve-outs.
-- grain: one row a cycle and account
create or replace view account_owners as
with written as (
    select
        cycle,
        account_id,
        new_owner_id
    from write_back_log
    where outcome in ('verified', 'skipped_already', 'loaded', 'confirmed', 'given_back')
    qualify row_number() over (partition by cycle, account_id order by sign_off_no desc, attempt desc) = 1
)

select
    accounts.cycle,
    accounts.account_id,
    accounts.owner_id as owner_before_id,
    coalesce(written.new_owner_id, accounts.owner_id) as owner_after_id
from accounts
left join written on accounts.cycle = written.cycle and accounts.account_id = written.account_id
where accounts.carve_out is null;

set variable cycle = coalesce(
    getvariable('cycle'),
    (
        select cycle from cycle_events
        where event = 'closed'
        order by "at" desc, cycle desc
        limit 1
    )
);
