"""One request and one answer of the REST API, apart from HTTP: what composite calls take apart and put together."""

import json
from dataclasses import dataclass, field
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from assignment_assets.sandbox.refusal import Refusal

NOT_MODIFIED = 304


@dataclass(frozen=True)
class Call:
    """A request: method, decoded path, query parameters, headers in lower case, body as text, whose it is."""

    method: str
    path: str
    parameters: dict[str, str]
    headers: dict[str, str]
    body: str
    user_id: str

    @classmethod
    def of(cls, method: str, url: str, headers: dict[str, str], body: str, user_id: str) -> "Call":
        """The call that a URL (with or without host) and its headers make."""
        parts = urlsplit(url)
        return cls(
            method.upper(),
            unquote(parts.path),
            dict(parse_qsl(parts.query)),
            {name.lower(): value for name, value in headers.items()},
            body,
            user_id,
        )

    def json(self) -> Any:
        """The body read as JSON; JSON_PARSER_ERROR where it is none."""
        try:
            return json.loads(self.body)
        except json.JSONDecodeError as error:
            raise Refusal(400, "JSON_PARSER_ERROR", str(error)) from error

    def entry(self, key: str) -> list[str]:
        """The list of texts under `key` of the JSON body; JSON_PARSER_ERROR where there is none."""
        body = self.json()
        found = body.get(key) if isinstance(body, dict) else None
        if not isinstance(found, list) or not all(isinstance(text, str) for text in found):
            raise Refusal(400, "JSON_PARSER_ERROR", f"the body needs a list of texts under {key}")
        return found


@dataclass(frozen=True)
class Reply:
    """An answer: status, JSON body (None: no body), headers of its own."""

    status: int
    body: Any = None
    headers: dict[str, str] = field(default_factory=dict)

    @classmethod
    def refused(cls, refusal: Refusal) -> "Reply":
        """The answer that says no; one that says "as before" has no body."""
        return cls(refusal.status, None if refusal.status == NOT_MODIFIED else refusal.body)
