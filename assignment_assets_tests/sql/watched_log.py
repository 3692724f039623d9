"""What routing has left between two quarters, drawn by hand on the tiny company of `company.py`.

Seen beside that company: n01 nobody's, in no state, of unknown value; n02 of an owner whom the source does not know;
n03 of a carve-out. Max has left: m01 has two open deals, one of an unknown amount, m02 a closed one.

    a12, c10   children of Ben's b01 and Ana's a01       m02   child of m01, both Max's
    n01        nobody's child of Max's m01               n02, a09   children of a carve-out and of an unknown account

Decisions, one account each but where said otherwise:

    r01   2 minutes 30 to ana, in time; then returned and on its way to ben       r06   of an unknown creation
    r02   not written yet                r03   nobody can take it                 r07   declined after it was written
    r04   twelve minutes, overflow       r05   written before it was created      r08   lapsed, never written
    r09   waits for an answer            r10   drifted away meanwhile             r11   failed, and waits
    r12   of forty days ago              r13   accepted

Acme is billed and unknown, Zeta was seen at an unknown time, Old was billed last in spring.
"""

from datetime import date, datetime, timedelta

from assignment_assets.domain.routing.tables import ANSWERS, CONFLICTS, DECISIONS, DEPARTURES, EVENTS, WRITES
from assignment_assets.domain.sources.supplements import ACTIVITIES, BILLING, USAGE
from assignment_assets.domain.tables import OPPORTUNITIES
from assignment_assets.sample.company import Company
from assignment_assets_tests.company import account, deal, table, tiny
from assignment_assets_tests.sql.finished_cycle import rows

NOON = datetime(2026, 10, 1, 12, 0)
DRAWN = tiny(
    account("n01", None, parent_id="m01") | {"state": None, "value_cents": None},
    account("n02", "stranger", "WY", parent_id="p01", revenue_cents=500_00),
    account("n03", None, carve_out="SUD", parent_id="a01"),
    account("a01", "ana", history="l3m", revenue_cents=1_000_00),
    account("a09", "ana", parent_id="nowhere"),
    account("a12", "ana", parent_id="b01", postal_code="75201-1234"),
    account("c10", "cleo", "LA", parent_id="a01"),
    account("m02", "max", parent_id="m01", tier="D"),
    reps={"nia": {"capacity": 50}, "ben": {"region": None}},
)
DEALS = table(
    OPPORTUNITIES,
    deal("d1", "c11", 10),
    deal("d2", "c11", 10),
    deal("d3", "m01", 30, amount_cents=700_00),
    deal("d4", "m01", 20, amount_cents=None),
    deal("d5", "m02", 20, is_closed=True),
    deal("d6", "p01", 20),
    deal("d7", "nowhere", 20),
    deal("d8", "a01", 20, is_closed=None),
)
COMPANY = Company(DRAWN.accounts, DRAWN.reps, DEALS)


def _ago(**span: float) -> datetime:
    return NOON - timedelta(**span)


DECIDED = rows(
    DECISIONS,
    "decision_no account_id rule why new_owner_id created_at decided_at accept_by is_conflict segment old_owner_id",
    (1, "r01", "territory", "new_record", "ana", _ago(hours=3), _ago(hours=3), NOON, False, "North", None),
    (2, "r02", "territory", "new_record", "ana", _ago(hours=2), _ago(hours=2), None, True, "North", None),
    (3, "r03", "no_owner", "new_record", None, _ago(hours=2), _ago(hours=2), None, False, None, None),
    (4, "r04", "overflow", "new_record", "iris", _ago(hours=2), _ago(hours=2), None, False, None, None),
    (5, "r05", "territory", "new_record", "cleo", _ago(days=3), _ago(days=3), None, True, "South", "queue"),
    (6, "r06", "territory", "new_record", "cleo", None, _ago(days=3), None, False, "South", None),
    (7, "r07", "territory", "new_record", "nia", _ago(days=2), _ago(days=2), _ago(days=1), False, "South", None),
    (8, "r08", "territory", "new_record", "nia", _ago(days=2), _ago(days=2), _ago(days=1), False, "South", None),
    (9, "r09", "parent_owner", "placeholder_owner", "ben", _ago(days=900), _ago(hours=1), NOON, False, None, "queue"),
    (10, "r10", "territory", "new_record", "ben", _ago(days=8), _ago(days=8), None, False, None, None),
    (11, "r11", "territory", "new_record", "ben", _ago(days=7), _ago(days=7), None, False, None, None),
    (12, "r12", "territory", "new_record", "ben", _ago(days=40), _ago(days=40), None, False, None, None),
    (13, "r13", "territory", "new_record", "ben", _ago(days=1), _ago(days=1), NOON, False, None, None),
    (14, "r01", "territory", "returned", "ben", _ago(hours=3), _ago(hours=1), None, False, None, "ana"),
)
WRITTEN = rows(
    WRITES,
    "sign_off_no account_id attempt outcome verified_at",
    (1, "r01", 1, "failed", None),
    (1, "r01", 2, "verified", _ago(hours=3) + timedelta(seconds=150, microseconds=999_999)),
    (4, "r04", 1, "verified", _ago(hours=2) + timedelta(minutes=12)),
    (5, "r05", 1, "skipped_already", _ago(days=4)),
    (6, "r06", 1, "verified", _ago(days=3)),
    (7, "r07", 1, "verified", _ago(days=2) + timedelta(minutes=1)),
    (10, "r10", 1, "drift", None),
    (11, "r11", 1, "failed", None),
    (12, "r12", 1, "verified", _ago(days=39)),
    (13, "r13", 1, "verified", _ago(days=1) + timedelta(minutes=3)),
)
ANSWERED = rows(
    ANSWERS,
    "decision_no account_id rep_id answer at",
    (7, "r07", "nia", "declined", _ago(days=2)),
    (8, "r08", "nia", "lapsed", _ago(days=1)),
    (13, "r13", "ben", "accepted", _ago(hours=20)),
)
MET = rows(
    CONFLICTS,
    "decision_no conflict_no account_id decided_at winner_rule winner_id winner_evidence "
    "loser_rule loser_id loser_evidence reason",
    (2, 1, "r02", _ago(hours=2), "territory", "ana", "in A", "territory B", "ben", "in B", "priority"),
    (2, 2, "r02", _ago(hours=2), "territory", "ana", "in A", "territory B", "cleo", "in B too", "priority"),
    (5, 1, "r05", _ago(days=3), "territory", "cleo", "in C", "territory B", "ben", "in B", "names"),
    (5, 2, "r05", _ago(days=3), "territory", "cleo", "in C", "territory A", None, None, "names"),
)
HAPPENED = rows(
    EVENTS,
    "event_id kind subject_id detected_at cycle",
    ("e1", "departure", "max", _ago(days=9), "2026-09-22-departure-max"),
    ("e2", "departure", "max", _ago(days=2), "2026-09-29-departure-max"),
    ("e3", "leave_started", "max", _ago(days=1), "2026-09-30-leave-started-max"),
    ("e4", "departure", "zoe", _ago(days=1), None),
)
LEFT = rows(
    DEPARTURES,
    "rep_id account_id way director_email detected_at open_deals open_amount_cents",
    ("max", "m01", "director", "dana@example.com", _ago(days=2), 2, 700_00),
    ("max", "m02", "territory_pool", "dana@example.com", _ago(days=2), 0, 0),
    ("max", "m03", "optimiser", "dana@example.com", _ago(days=9), 0, 0),
    ("zoe", "z01", "optimiser", None, _ago(days=1), 0, None),
)
ACTED = rows(
    ACTIVITIES,
    "account_id rep_id happened_at",
    ("a01", "ana", _ago(days=1)),
    ("a01", "ana", _ago(days=7)),
    ("a02", "ana", _ago(days=1)),
    ("b01", "max", _ago(days=1)),
)
BILLED = rows(
    BILLING,
    "customer_key account_id name amount_cents last_invoice_on",
    ("k1", None, "Acme", 100_00, date(2026, 9, 1)),
    ("k2", "m01", None, None, date(2026, 4, 4)),
    ("k3", None, "Old", 900_00, date(2026, 4, 3)),
)
USED = rows(USAGE, "customer_key account_id name events last_used_on", ("k1", "n01", "Zeta", 3, None))
HELD = (
    (DECISIONS, DECIDED),
    (WRITES, WRITTEN),
    (ANSWERS, ANSWERED),
    (CONFLICTS, MET),
    (EVENTS, HAPPENED),
    (DEPARTURES, LEFT),
    (ACTIVITIES, ACTED),
    (BILLING, BILLED),
    (USAGE, USED),
)
"""What the log holds beside what was seen."""
