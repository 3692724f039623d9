"""Queries about named records, as many to a call as an address bears."""

from collections.abc import Iterator, Sequence

from assignment_assets.io.salesforce.answers import Record
from assignment_assets.io.salesforce.connection import Org

IDS_A_QUERY = 400


def query_ids(
    org: Org, selection: str, field: str, ids: Sequence[str], condition: str = "", group: str = ""
) -> Iterator[Record]:
    """The records of a `SELECT … FROM …` whose `field` is one of `ids`, and that fulfil `condition`.

    They may be grouped, by that same field alone.

    Raises
    ------
    CallRefused, AnswerLost
    """
    also, by = f"{condition} AND " if condition else "", f" GROUP BY {group}" if group else ""
    for start in range(0, len(ids), IDS_A_QUERY):
        listed = ", ".join(f"'{each}'" for each in ids[start : start + IDS_A_QUERY])
        yield from org.query(f"{selection} WHERE {also}{field} IN ({listed}){by}")
