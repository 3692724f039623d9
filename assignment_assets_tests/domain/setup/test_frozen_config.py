"""A run config on its way into the warehouse and back."""

import pytest

from assignment_assets.domain.errors import CycleClosed, InvalidInput
from assignment_assets.domain.setup.frozen_config import changed_parameters, config_row, frozen, require_sound
from assignment_assets.domain.tables import CYCLE_EVENTS, RUN_CONFIG
from assignment_assets_tests.company import config, tiny


def test_what_is_frozen_is_read_back():
    rows = config_row(config(max_adds=3), CYCLE_EVENTS.empty())
    assert frozen("2026q4", rows) == config(max_adds=3)
    with pytest.raises(CycleClosed, match="cycle 2026q4: it has no run config"):
        frozen("2026q4", RUN_CONFIG.empty())


def test_a_config_with_faults_is_not_sound():
    require_sound("2026q4", config(), tiny().reps)
    with pytest.raises(InvalidInput, match="cycle 2026q4, run config"):
        require_sound("2026q4", config(scope="rep", reps=["nobody"]), tiny().reps)


def test_what_is_not_the_default_is_named():
    changed = dict(changed_parameters(config(max_adds=3)).iter_rows())
    assert changed["max_adds"] == "3"
    assert "max_drops" not in changed
