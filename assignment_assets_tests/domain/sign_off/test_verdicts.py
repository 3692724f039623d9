"""Which sign-offs count, for two regions with a packet each and one opener of the cycle."""

import polars as pl
import pytest

from assignment_assets.domain.sign_off.verdicts import SIGN_OFFS, judge_sign_offs, signed_regions
from assignment_assets.domain.sign_off.verdicts import entitlements as entitlements_of
from assignment_assets.domain.tables import REGION_DIGESTS, SIGN_OFF_VERDICTS

GUS, SOL, OLA = "gus@example.com", "sol@example.com", "ola@example.com"
NORTH, SOUTH = "1111aaaa" + "0" * 56, "2222bbbb" + "0" * 56


@pytest.fixture
def digests():
    rows = [("North", 5, 0, NORTH), ("South", 2, 0, SOUTH)]
    return pl.DataFrame(rows, schema=REGION_DIGESTS.columns, orient="row")


@pytest.fixture
def entitlements():
    pairs = [(GUS, "North"), (SOL, "South"), (OLA, "North"), (OLA, "South")]
    return pl.DataFrame(pairs, schema=["person", "region"], orient="row")


def sign_off(region="North", signed_by=GUS, digest=NORTH, receipt_no=1, **changes):
    """A row of SIGN_OFFS: a signed approval."""
    return {
        "receipt_no": receipt_no,
        "region": region,
        "signed_by": signed_by,
        "decision": "approve",
        "digest": digest,
        "is_signature_valid": True,
    } | changes


def judged(digests, entitlements, *sign_offs, earlier=None, alone=False):
    """Verdicts on the sign-offs of a cycle that Ola opened."""
    earlier = SIGN_OFF_VERDICTS.empty() if earlier is None else earlier
    frame = pl.DataFrame(list(sign_offs), schema=SIGN_OFFS.columns)
    return judge_sign_offs(frame, digests, entitlements, earlier, opened_by=OLA, opener_may_sign_alone=alone)


def test_an_entitled_persons_approval_of_what_stands_is_accepted(digests, entitlements):
    verdicts = judged(digests, entitlements, sign_off())
    assert verdicts.select("verdict", "rule", "message").rows() == [
        ("accepted", None, "North approved by gus@example.com.")
    ]
    assert signed_regions(verdicts, digests).rows() == [("North", 1, GUS, NORTH)]


@pytest.mark.parametrize(
    ("changes", "rule", "message"),
    [
        (
            {"is_signature_valid": False},
            "bad_signature",
            "The signature does not belong to gus@example.com and what was shown. Sign again with your own key.",
        ),
        (
            {"region": "West"},
            "unknown_region",
            "'West' has nothing to sign in this cycle. Regions to sign: North, South.",
        ),
        (
            {"region": "South", "digest": SOUTH},
            "not_entitled",
            "gus@example.com may not sign for South. Ask a person who is entitled to it.",
        ),
        (
            {"digest": "3333cccc"},
            "digest_changed",
            (
                "North has changed since: signed for 3333cccc, what stands now is 1111aaaa. Look at the packet "
                "again, then sign."
            ),
        ),
        (
            {"digest": None},
            "digest_changed",
            (
                "North has changed since: signed for nothing, what stands now is 1111aaaa. Look at the packet "
                "again, then sign."
            ),
        ),
    ],
)
def test_a_sign_off_that_does_not_count_says_why_and_signs_nothing(digests, entitlements, changes, rule, message):
    verdicts = judged(digests, entitlements, sign_off(**changes))
    assert verdicts.select("verdict", "rule", "message").rows() == [("refused", rule, message)]
    assert signed_regions(verdicts, digests).is_empty()


def test_held_edits_block_an_approval_but_not_a_rejection(digests, entitlements):
    held = digests.with_columns(held_count=pl.lit(2))
    verdicts = judged(held, entitlements, sign_off(), sign_off(receipt_no=2, decision="reject"))
    assert verdicts.select("verdict", "rule").rows() == [("refused", "held_edits_open"), ("accepted", None)]
    assert verdicts["message"][0] == (
        "North has 2 held edits that Growth Strategy has not decided. Decide them, look at the packet again, then sign."
    )


def test_the_opener_may_not_be_the_only_signer(digests, entitlements):
    verdicts = judged(digests, entitlements, sign_off(signed_by=OLA))
    assert verdicts.select("verdict", "rule", "message").rows() == [
        (
            "refused",
            "opener_only_signer",
            (
                "ola@example.com opened this cycle and would be its only signer. Have another entitled person "
                "sign first, then"
                " sign again."
            ),
        )
    ]


def test_the_opener_signs_beside_another_person_whoever_came_first(digests, entitlements):
    verdicts = judged(digests, entitlements, sign_off("South", OLA, SOUTH, receipt_no=1), sign_off(receipt_no=2))
    assert verdicts["verdict"].to_list() == ["accepted", "accepted"]


def test_another_persons_approval_of_an_older_packet_does_not_help_the_opener(digests, entitlements):
    old = digests.with_columns(digest=pl.when(pl.col("region") == "North").then(pl.lit("old")).otherwise("digest"))
    earlier = judged(old, entitlements, sign_off(digest="old"))
    verdicts = judged(digests, entitlements, sign_off("South", OLA, SOUTH, 2), earlier=earlier)
    assert verdicts["rule"].to_list() == ["opener_only_signer"]


def test_a_setting_lets_the_opener_sign_alone(digests, entitlements):
    assert judged(digests, entitlements, sign_off(signed_by=OLA), alone=True)["verdict"].to_list() == ["accepted"]


def test_the_opener_may_always_reject(digests, entitlements):
    verdicts = judged(digests, entitlements, sign_off(signed_by=OLA, decision="reject"))
    assert verdicts["message"].to_list() == ["North rejected by ola@example.com."]


def test_signing_the_same_twice_changes_nothing(digests, entitlements):
    earlier = judged(digests, entitlements, sign_off())
    again = judged(digests, entitlements, sign_off(receipt_no=2), earlier=earlier)
    assert again.select("verdict", "rule", "message").rows() == [
        (
            "ignored",
            "already_signed",
            "North as shown was approved by gus@example.com (receipt 1) already; nothing changes.",
        )
    ]
    assert signed_regions(pl.concat([earlier, again]), digests)["receipt_no"].to_list() == [1]


def test_a_rejection_may_be_followed_by_an_approval_but_not_the_other_way(digests, entitlements):
    rejected = judged(digests, entitlements, sign_off(decision="reject"))
    assert signed_regions(rejected, digests).is_empty()
    approved = judged(digests, entitlements, sign_off(receipt_no=2), earlier=rejected)
    assert signed_regions(pl.concat([rejected, approved]), digests)["receipt_no"].to_list() == [2]
    verdicts = judged(
        digests, entitlements, sign_off(receipt_no=3, decision="reject"), earlier=pl.concat([rejected, approved])
    )
    assert verdicts.select("verdict", "rule").rows() == [("refused", "already_signed")]
    assert verdicts["message"][0].endswith("may be written already. To take it back, roll the write back.")


def test_a_region_that_changes_must_be_signed_again(digests, entitlements):
    earlier = judged(digests, entitlements, sign_off())
    changed = digests.with_columns(digest=pl.concat_str(pl.lit("9"), pl.col("digest")))
    assert signed_regions(earlier, changed).is_empty()
    again = judged(changed, entitlements, sign_off(digest="9" + NORTH, receipt_no=2), earlier=earlier)
    assert signed_regions(pl.concat([earlier, again]), changed)["receipt_no"].to_list() == [2]


def test_a_region_with_a_severe_conflict_can_be_rejected_but_not_approved(digests, entitlements):
    frame = pl.DataFrame(
        [sign_off(), sign_off(decision="reject", receipt_no=2), sign_off("South", SOL, SOUTH, 3)],
        schema=SIGN_OFFS.columns,
    )
    verdicts = judge_sign_offs(
        frame, digests, entitlements, SIGN_OFF_VERDICTS.empty(), opened_by=OLA, severe_conflicts={"North": 1}
    )
    assert verdicts.select("verdict", "rule").rows() == [
        ("refused", "severe_conflicts_open"),
        ("accepted", None),
        ("accepted", None),
    ]


def test_a_star_entitles_to_every_region_of_the_field_and_to_the_moves_of_none(company):
    pairs = entitlements_of(company.reps, {SOL: ["South"], GUS: ["*"]})
    assert pairs.rows() == [(GUS, "North"), (GUS, "South"), (GUS, "no_region"), (SOL, "South")]
