-- Regions that have something to sign and whose moves as they stand nobody has approved.
-- grain: one row a region
-- reads: region_digests, sign_off_verdicts
-- parameters: $cycle
with approvals as (
    select
        region,
        digest
    from sign_off_verdicts
    where cycle = $cycle and verdict = 'accepted' and decision = 'approve'
)

select
    region_digests.region,
    region_digests.move_count,
    region_digests.held_count
from region_digests
where
    region_digests.cycle = $cycle
    and not exists (
        select 1 from approvals
        where approvals.region = region_digests.region and approvals.digest = region_digests.digest
    )
order by region_digests.region
