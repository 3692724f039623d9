"""The org whose new accounts are routed, as routing's own tests have it."""

from assignment_assets_tests.routing import conftest as routing

first_poll = routing.first_poll
org = routing.org
