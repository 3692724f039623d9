"""Queries about named records, as many to a call as an address bears."""

from collections.abc import Iterator, Sequence

from assignment_assets.io.salesforce.connection import Org, Record

IDS_A_QUERY = 400


def query_ids(org: Org, selection: str, field: str, ids: Sequence[str], condition: str = "") -> Iterator[Record]:
    """The records of a `SELECT … FROM …` whose `field` is one of `ids`, and that fulfil `condition`.

    Raises
    ------
    CallRefused, AnswerLost
    """
    also = f"{condition} AND " if condition else ""
    for start in range(0, len(ids), IDS_A_QUERY):
        listed = ", ".join(f"'{each}'" for each in ids[start : start + IDS_A_QUERY])
        yield from org.query(f"{selection} WHERE {also}{field} IN ({listed})")
