"""A customer-success system of its own on loopback: companies and who looks after them, read as Gainsight's are.

It speaks the read of the Company object as Gainsight documents it, and sends a signed webhook of the kind that such a
system's rules can post. Its state is in memory. `hooks` lists what tests and the demo may do to it.
"""

from assignment_assets.sandbox.customer_success.companies import Entry
from assignment_assets.sandbox.customer_success.org_companies import companies_of
from assignment_assets.sandbox.customer_success.server import CustomerSuccessAddress, running, serve
from assignment_assets.sandbox.customer_success.webhook import signature

__all__ = ["CustomerSuccessAddress", "Entry", "companies_of", "running", "serve", "signature"]
