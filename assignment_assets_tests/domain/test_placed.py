"""Every list of a write's outcomes says the same: where a change has ended, where it waits, who has the account."""

import re
from pathlib import Path

from assignment_assets.domain import placed
from assignment_assets.report.grid import TONES
from assignment_assets.report.sections.trail import OUTCOME_WORDS
from assignment_assets.write_back.states import BY_HAND, FINAL, OUTCOMES, READ_BACK

ALL = {*placed.ENDED, *placed.UNENDED}
LIST = re.compile(r"outcome\s+(?:not\s+)?in\s*\(([^)]*)\)")
SQL = Path(__file__).parents[2] / "sql"
MEANT = [
    placed.READ_BACK,
    placed.BY_HAND,
    placed.MOVED,
    (*placed.MOVED, placed.GIVEN_BACK),
    placed.ENDED,
    placed.UNENDED,
]


def test_every_state_of_the_journal_ends_a_change_in_the_log_if_and_only_if_it_does_in_the_journal():
    assert {outcome for state, outcome in OUTCOMES.items() if state in FINAL} == {*placed.ENDED} - {placed.GIVEN_BACK}
    assert {outcome for state, outcome in OUTCOMES.items() if state not in FINAL} == set(placed.UNENDED)
    assert {OUTCOMES[state] for state in READ_BACK} == set(placed.READ_BACK)
    assert {OUTCOMES[state] for state in BY_HAND} == set(placed.BY_HAND)


def test_no_outcome_is_in_two_lists_and_each_has_words_and_a_tone():
    assert len(ALL) == len(placed.ENDED) + len(placed.UNENDED)
    assert set(OUTCOME_WORDS) == ALL
    assert {word for words in TONES.values() for word in words} >= ALL


def test_the_lists_of_outcomes_in_queries_are_these():
    found = {
        f"{path.parent.name}/{path.name}: {listed}": {word for word in re.findall(r"'(\w+)'", listed)}
        for path in sorted(SQL.glob("*/*.sql"))
        for listed in LIST.findall(path.read_text())
    }
    assert len(found) >= 8
    assert {where for where, listed in found.items() if listed not in map(set, MEANT)} == set()
