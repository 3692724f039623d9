"""A local Salesforce org: the part of the REST API that the engine uses, over HTTPS on loopback, kept on disk."""

from assignment_assets.sandbox.fields import mapping_path
from assignment_assets.sandbox.inspection import is_loaded, write_log
from assignment_assets.sandbox.loading import load
from assignment_assets.sandbox.overlay_people import OverlayPeople
from assignment_assets.sandbox.request_log import read_requests
from assignment_assets.sandbox.server import OrgAddress, running, serve

__all__ = [
    "OrgAddress",
    "OverlayPeople",
    "is_loaded",
    "load",
    "mapping_path",
    "read_requests",
    "running",
    "serve",
    "write_log",
]
