"""The sensor that reminds people before a gate's deadline; it sends letters and asks for no run."""

import dagster as dg

from assignment_assets.io.folders import DataFolder, engine_key
from assignment_assets.io.notices.bulletins import ROUTING, announce
from assignment_assets.io.notices.reminders import remind
from assignment_assets.io.settings import read_settings
from assignment_assets.resources import Clock

LOOK_SECONDS = 600


@dg.sensor(
    name="reminders",
    minimum_interval_seconds=LOOK_SECONDS,
    default_status=dg.DefaultSensorStatus.RUNNING,
    description="Before a deadline, one letter to everyone who is missing, with a link to their page; "
    "bulletins to Slack where it is on. Settings say how long before; by default letters are written as files.",
)
def reminders(context: dg.SensorEvaluationContext, clock: Clock) -> dg.SkipReason:
    """Sends what is due; its skip reason says how many letters and bulletins that were."""
    folder, settings, key = DataFolder.from_environment(), read_settings(), engine_key()
    cycles = sorted(path.parent.name for path in folder.root.glob("published/*/manifest.json"))
    posted = [each for cycle in cycles for each in remind(folder, cycle, settings, key, clock.now)]
    told = sum(each.outcome in ("sent", "previewed") for each in posted)
    said = [each for cycle in [*cycles, ROUTING] for each in announce(folder, cycle, settings.notices, clock.now)]
    new = sum(each.outcome == "sent" for each in said)
    bulletins = f"; {new} bulletins, {len(said) - new} known, waiting or refused" if said else ""
    return dg.SkipReason(f"{told} reminders went out, {len(posted) - told} known, waiting or refused{bulletins}")
