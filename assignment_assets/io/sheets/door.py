"""The way to Google Sheets, open where the extra `sheets` is installed."""

from importlib import import_module
from importlib.util import find_spec
from typing import TYPE_CHECKING

from assignment_assets.domain.errors import Fault, InvalidInput

if TYPE_CHECKING:
    from assignment_assets.io.sheets.google import Google


def open_google() -> "Google":
    """The service account's Sheets.

    Raises
    ------
    InvalidInput
        The extra is not installed, or the environment names no service account.
    """
    if find_spec("gspread") is None:
        fault = Fault(
            "gspread",
            "not installed",
            "the package behind Google Sheets",
            "Install it: pip install 'assignment-assets[sheets]'",
        )
        raise InvalidInput("Google Sheets", [fault])
    google: Google = import_module("assignment_assets.io.sheets.google").Google()
    return google
