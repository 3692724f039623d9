"""A local Salesforce org: the part of the REST API that the engine uses, over HTTPS on loopback, kept on disk."""

from assignment_assets.sandbox.fields import mapping_path
from assignment_assets.sandbox.loading import load
from assignment_assets.sandbox.server import OrgAddress, running, serve

__all__ = ["OrgAddress", "load", "mapping_path", "running", "serve"]
