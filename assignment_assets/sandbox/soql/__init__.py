"""The part of SOQL that this org speaks, turned into SQL for SQLite; whatever it does not speak is refused."""

from assignment_assets.sandbox.soql.parser import parse
from assignment_assets.sandbox.soql.query import Query

__all__ = ["Query", "parse"]
