-- Who signed what, when, over which digest? Every signature of the cycle, and regions that nobody has signed.
-- grain: one row a region and signature; a region without one is there once, with nulls
-- reads: region_digests, sign_off_verdicts, submissions
-- parameters: getvariable('cycle')
-- notes: is_current says whether the signature covers the region's moves as they stand; received_at is UTC
with signatures as (
    select
        region,
        receipt_no,
        signed_by,
        decision,
        verdict,
        rule,
        digest
    from sign_off_verdicts
    where cycle = getvariable('cycle')
),

received as (
    select
        receipt_no,
        received_at
    from submissions
    where cycle = getvariable('cycle') and gate = 'sign_offs'
),

digests as (
    select
        region,
        move_count,
        held_count,
        digest
    from region_digests
    where cycle = getvariable('cycle')
)

select
    coalesce(digests.region, signatures.region) as region,
    digests.move_count,
    digests.held_count,
    signatures.receipt_no,
    received.received_at,
    signatures.signed_by,
    signatures.decision,
    signatures.verdict,
    signatures.rule,
    signatures.digest = digests.digest as is_current,
    signatures.digest as signed_digest,
    digests.digest as region_digest
from digests
full join signatures on digests.region = signatures.region
left join received on signatures.receipt_no = received.receipt_no
order by region, signatures.receipt_no
