"""Who may open the page of the overlay roles: managers see their roles there, people their hand-overs."""

from dataclasses import dataclass

import polars as pl

from assignment_assets.domain.overlays.tables import OVERLAY_PEOPLE
from assignment_assets.domain.review.facts import person_key
from assignment_assets.io.folders import DataFolder
from assignment_assets.io.overlay_roles import configured
from assignment_assets.io.warehouse.overlay_copies import read_overlays


@dataclass(frozen=True)
class OverlayAccess:
    """The roles that somebody manages, name → label, and the CRM users that they are."""

    managed: dict[str, str]
    person_ids: tuple[str, ...]

    @property
    def is_any(self) -> bool:
        """Whether there is a page for them at all."""
        return bool(self.managed or self.person_ids)


def overlay_access(folder: DataFolder, person: str, sees_every_region: bool) -> OverlayAccess:
    """What the person of this e-mail address may see; nothing where no roles are configured.

    A manager sees the roles that name them, a signer of every region all of them. An active user of the CRM, whoever
    has a role among them, sees the hand-overs that they are part of.
    """
    found = configured()
    if found is None:
        return OverlayAccess({}, ())
    key = person_key(person)
    managed = {
        name: role.label
        for name, role in found.overlays.roles.items()
        if sees_every_region or (role.manager_email and person_key(role.manager_email) == key)
    }
    people = read_overlays(folder, OVERLAY_PEOPLE).filter(pl.col("is_active") & pl.col("email").is_not_null())
    mine = [row[0] for row in people.select("person_id", "email").iter_rows() if person_key(row[1]) == key]
    return OverlayAccess(managed, tuple(mine))
