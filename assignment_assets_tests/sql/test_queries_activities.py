"""The queries that link activities, put to the company of `drawn.py`: each against its answer in `answers/`.

m01 on scan, m02 on first, m03 on half, m04 on dead         m07 the call of m01 again, on the account
m05 on the account, names Imaging; m06 two days later       m08 of a stranger, about another account's words

m01, m02 and m06 were with Cleo.
"""

from datetime import timedelta

import polars as pl
import pytest

from assignment_assets.domain.overlays.activities.queries import CANDIDATES, MENTIONED, PLACES, SURVIVORS
from assignment_assets.domain.overlays.activities.tables import (
    LINKED_OPPORTUNITIES,
    LOGGED_ACTIVITIES,
    MENTIONS,
    OPPORTUNITY_MERGES,
    OPPORTUNITY_STAGES,
    OPPORTUNITY_TEAMS,
    PLACED_ACTIVITIES,
    SURVIVING_OPPORTUNITIES,
)
from assignment_assets.io.warehouse.in_memory import MemoryLog
from assignment_assets_tests.domain.overlays.activities.drawn import AS_OF, MERGES, OPPORTUNITIES, STAGES, TEAMS, logged
from assignment_assets_tests.sql.answers import as_text, kept

ACTIVITIES = logged(
    ("m01", "ana", "sa", "scan", "acme", 0, "Call", "Imaging"),
    ("m02", "cem", "csm", "first", "acme", -1, "Email", "Hello"),
    ("m03", "ana", "sa", "half", "bolt", 0, "Demo", "Records"),
    ("m04", "ana", "sa", "dead", "acme", 1, "Demo", "Records"),
    ("m05", "ana", "sa", "acme", "acme", -4, "Demo", "Acme Clinic: imaging"),
    ("m06", "ana", "sa", None, "acme", -2, "Call", "Next steps"),
    ("m07", "ana", "sa", None, "acme", timedelta(minutes=30), "Call", "Imaging"),
    ("m08", "sol", "sa", "bolt", None, 3, "Email", "Imaging and payments"),
).with_columns(contact_id=pl.when(pl.col("activity_id").is_in(["m01", "m02", "m06"])).then(pl.lit("cleo")))
WINDOW = {"as_of": AS_OF, "days_before_creation": 45, "days_after_close": 45}


@pytest.fixture(scope="module")
def answers():
    """Name → answer, each query asked after those that it reads."""
    handed_over = (ACTIVITIES, OPPORTUNITIES, TEAMS, STAGES, MERGES)
    tables = (LOGGED_ACTIVITIES, LINKED_OPPORTUNITIES, OPPORTUNITY_TEAMS, OPPORTUNITY_STAGES, OPPORTUNITY_MERGES)
    drawn = {table.name: frame for table, frame in zip(tables, handed_over, strict=True)}
    found = {}
    with MemoryLog.opened(drawn) as ledger:
        for query, table, parameters in (
            (SURVIVORS, SURVIVING_OPPORTUNITIES, {}),
            (PLACES, PLACED_ACTIVITIES, {"duplicate_minutes": 60}),
            (MENTIONED, MENTIONS, {}),
            (CANDIDATES, None, WINDOW),
        ):
            found[query.name] = ledger.answer(query, **parameters)
            if table:
                ledger.replace(table, found[query.name])
    return found


@pytest.mark.parametrize("query", [SURVIVORS, PLACES, MENTIONED], ids=lambda query: query.name)
def test_a_query_gives_the_answer_that_is_kept(answers, query):
    frame = answers[query.name]
    assert as_text(frame.columns, frame.iter_rows()) == kept(query.name)


def test_candidates_are_kept_to_four_digits(answers):
    frame = answers[CANDIDATES.name]
    assert as_text(frame.columns, rounded(frame)) == kept(CANDIDATES.name)


def rounded(frame):
    """Rows whose logarithms do not depend on the processor."""
    return [tuple(round(value, 4) if isinstance(value, float) else value for value in row) for row in frame.iter_rows()]
