"""Why an org's answer is no success: it refused the call, or nobody knows what became of it."""

import requests

from assignment_assets.domain.errors import SourceUnavailable
from assignment_assets.io.salesforce.answers import Unreadable, error_of, json_of
from assignment_assets.io.salesforce.wording import told

TOO_MANY_REQUESTS = "TOO_MANY_REQUESTS"
"""Our code for status 429 (slow down); Salesforce's own for it is that of the daily limit, which is another matter."""
OF_THE_MOMENT = ("LOGIN_REFUSED", "INVALID_SESSION_ID", "REQUEST_LIMIT_EXCEEDED", TOO_MANY_REQUESTS)
"""Refusals that are about the moment or about us, and not about what was asked."""
UNKNOWN_NAME = ("INVALID_TYPE", "INVALID_FIELD")
"""Codes by which an org says that it does not know an object or a field, or does not show it to us."""
BUSY = (
    *("QUERY_TIMEOUT", "UNABLE_TO_LOCK_ROW", "API_TEMPORARILY_UNAVAILABLE", "SERVER_UNAVAILABLE"),
    *("TOO_MANY_APEX_REQUESTS", TOO_MANY_REQUESTS),
)
"""Codes after which a read is asked again."""
CONCURRENT = "ConcurrentRequests"
"""The word by which the limit of calls at once is told from the day's, under the same code."""


class AnswerLost(SourceUnavailable):
    """No answer, or none that can be read: what was asked may have happened or may yet happen."""


class CallRefused(SourceUnavailable):
    """The org answered with an error; `code` is Salesforce's own."""

    def __init__(self, code: str, message: str):
        self.code = code
        super().__init__(message)


class TokenExpired(CallRefused):
    """The org no longer takes the token; a new one is asked for once."""


def refusal_of(url: str, status: int, content: object) -> SourceUnavailable:
    """What an answer that is no success comes to; its content is JSON, or text where the org gives none.

    A page of HTML comes from something before the org, and 420 from its gate: whether the org was reached is not
    known.
    """
    code, said = error_of(content, status)
    message = told(said, code, status, url)
    if status >= 500 or status == 420 or (isinstance(content, str) and content.lstrip()[:1] == "<"):
        return AnswerLost(message)
    if status == 401:
        return TokenExpired(code, message)
    return CallRefused(TOO_MANY_REQUESTS if status == 429 else code, message)


def refused_content(answer: requests.Response) -> object:
    """What an answer that is no success says: JSON, or text where it is none."""
    try:
        return json_of(answer)
    except Unreadable:
        return answer.text
