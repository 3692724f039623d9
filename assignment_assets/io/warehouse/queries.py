"""A query by its name: ``sql/`` stands beside the package in a checkout, and inside it where it is installed."""

from importlib import resources
from importlib.resources.abc import Traversable

from assignment_assets.io.folders import PROJECT


def query_text(name: str) -> str:
    """The text of ``sql/<name>.sql``, such as ``current_books/book_facts``."""
    return _folder().joinpath(f"{name}.sql").read_text(encoding="utf-8")


def _folder() -> Traversable:
    installed = resources.files("assignment_assets") / "sql"
    return installed if installed.is_dir() else PROJECT / "sql"
