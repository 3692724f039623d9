"""A certificate for loopback: made anew at each start, so that it never runs out; its key stays in memory."""

import ssl
from pathlib import Path

import trustme

CA_FILE = "ca.pem"
NAMES = ("localhost", "127.0.0.1", "::1")


def server_context(folder: Path) -> ssl.SSLContext:
    """The TLS context to serve with; writes the authority that clients must trust to `ca.pem` in `folder`."""
    authority = trustme.CA(organization_name="Loopback sandbox org")
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    authority.issue_cert(*NAMES).configure_cert(context)
    partial = folder / f"{CA_FILE}.partial"
    authority.cert_pem.write_to_path(str(partial))
    partial.replace(folder / CA_FILE)
    return context
