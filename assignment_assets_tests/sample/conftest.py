import pytest

from assignment_assets.sample import Company, generate


@pytest.fixture(scope="session")
def company() -> Company:
    """The default sample company: 100 active field reps, 12,000 accounts, seed 7, as of 2026-10-01."""
    return generate()
