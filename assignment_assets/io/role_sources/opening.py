"""Opens the system of truth that a role names."""

from pathlib import Path

from assignment_assets.domain.overlays.roles import OverlayRole
from assignment_assets.io.role_sources.assignment_source import AssignmentSource
from assignment_assets.io.role_sources.crm_object import CrmObject
from assignment_assets.io.role_sources.files import AssignmentFile
from assignment_assets.io.role_sources.gainsight import Gainsight
from assignment_assets.io.role_sources.settings import CrmObjectSetting, FilesSetting, GainsightSetting, setting_of
from assignment_assets.io.salesforce.connection import Org


def assignment_source(role: OverlayRole, beside: Path, org: Org) -> AssignmentSource | None:
    """Where the role's truth is read; None where it is the account's own field.

    Parameters
    ----------
    beside
        The folder of overlays.toml, to which `source` is relative.

    Raises
    ------
    SourceUnavailable, InvalidInput
        What `source` names is not there or faulty.
    """
    path = beside / role.source
    match role.truth:
        case "gainsight":
            return Gainsight(setting_of(path, GainsightSetting))
        case "crm_object":
            return CrmObject(setting_of(path, CrmObjectSetting), org)
        case "files":
            return AssignmentFile(setting_of(path, FilesSetting), path.parent)
        case "crm":
            return None
