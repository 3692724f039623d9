"""Who is reminded before a gate's deadline: those who are missing, once each, with the link to their page."""

from collections.abc import Callable
from datetime import datetime, timedelta

from assignment_assets.domain.gates.gates import GateManifest, who_is_missing
from assignment_assets.domain.identity.links import ROLES, Pass, personal_link
from assignment_assets.domain.notices.letters import Reminder, missing_people
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.intake.look import read_receipts
from assignment_assets.io.intake.outbox import closed_since, read_gate
from assignment_assets.io.notices.post import Posted, post
from assignment_assets.io.settings import Settings


def due_reminders(folder: DataFolder, cycle: str, settings: Settings, key: bytes, now: datetime) -> list[Reminder]:
    """A reminder for everyone who is missing at a gate whose deadline is near; none for drafts and closed gates."""
    due = []
    for role, gate in ROLES.items():
        manifest = read_gate(folder, cycle, gate)
        if manifest is None or not _is_near(manifest, now, settings.notices.reminder_hours):
            continue
        if closed_since(folder, manifest):
            continue
        for each in missing_people(who_is_missing(manifest, read_receipts(folder, cycle, gate))):
            granted = Pass(role, cycle, each.person, now + timedelta(days=settings.pages.link_days))
            due.append(
                Reminder(
                    cycle,
                    manifest.revision,
                    gate,
                    each.person,
                    each.email,
                    each.name or each.person,
                    f"{manifest.deadline:%-d %b %Y %H:%M} UTC",
                    personal_link(settings.pages.url, key, granted),
                )
            )
    return due


def remind(
    folder: DataFolder, cycle: str, settings: Settings, key: bytes, clock: Callable[[], datetime]
) -> list[Posted]:
    """Sends the reminders that are due and were not sent before."""
    due = due_reminders(folder, cycle, settings, key, clock())
    return post(folder, cycle, due, settings.notices, clock) if due else []


def _is_near(manifest: GateManifest, now: datetime, hours: float) -> bool:
    return not manifest.is_draft and manifest.deadline - timedelta(hours=hours) <= now < manifest.deadline
