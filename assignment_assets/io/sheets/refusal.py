"""When Google refuses for good."""

from assignment_assets.domain.errors import SourceUnavailable


class SheetRefused(SourceUnavailable):
    """Google refuses for good: the spreadsheet or folder is not there or not shared, or the request is wrong."""
