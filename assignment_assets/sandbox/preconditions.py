"""Conditional requests as Salesforce documents them: by time, or, on accounts alone, by ETag, which sees every change.

`If-Match` and `If-Unmodified-Since` answer 412 where the record is another by now; `If-None-Match` and
`If-Modified-Since` answer 304 to reading and 412 to writing where it is still the same. The body of a real 412 is not
documented: go by the status. Times compare whole seconds: a second change within the same second passes unseen.
"""

import hashlib
import re

from assignment_assets.sandbox.call import Call
from assignment_assets.sandbox.refusal import Refusal
from assignment_assets.sandbox.schema import ACCOUNT
from assignment_assets.sandbox.sobject import SObject
from assignment_assets.sandbox.values import moment_of, parsed_http_date

TAGS = re.compile(r'(?:W/)?"[^"]*"(?:\s*,\s*(?:W/)?"[^"]*")*')
TAG = re.compile(r'"([^"]*)"')
ANY = "*"


def etag(record: dict) -> str:
    """A hash of the record's content: another one as soon as a value is."""
    content = "\x1f".join(f"{name}={value}" for name, value in record.items())
    return hashlib.sha256(content.encode()).hexdigest()[:28] + "--gzip"


def check_preconditions(sobject: SObject, record: dict, call: Call) -> None:
    """Passes where the record is one that the conditional headers mean.

    Raises
    ------
    Refusal
        412, or 304 to reading; 400 for a header that is no list of tags in quotes, or no HTTP date.
    """
    has_tag = sobject.name == ACCOUNT.name
    is_match, is_new = (
        _tagged(record, call.headers.get(name)) if has_tag else None for name in ("if-match", "if-none-match")
    )
    since, until = (_since(record, call.headers.get(name)) for name in ("if-modified-since", "if-unmodified-since"))
    if is_match is False or until is True:
        raise Refusal(412, "PRECONDITION_FAILED", "the record has changed since")
    if is_new is True or since is False:
        status = 304 if call.method in ("GET", "HEAD") else 412
        raise Refusal(status, "PRECONDITION_FAILED", "the record has not changed since")


def _tagged(record: dict, header: str | None) -> bool | None:
    """Whether the header names the record as it is; None without one."""
    if header is None or not header.strip():
        return None
    if header.strip() == ANY:
        return True
    if not TAGS.fullmatch(header.strip()):
        raise Refusal(400, "BAD_REQUEST", f"the header value '{header}' is no list of entity tags in double quotes")
    return etag(record) in TAG.findall(header)


def _since(record: dict, header: str | None) -> bool | None:
    """Whether the record was modified after the header's moment; None without one."""
    return None if header is None else moment_of(record["LastModifiedDate"]) > parsed_http_date(header)
