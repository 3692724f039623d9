"""Calls of the hooks under /sandbox/ of a server of this room, from the same machine."""

from pathlib import Path

import requests

from assignment_assets.domain.errors import SourceUnavailable


def call_hook(url: str, ca_file: Path | None, verb: str, entries: dict, remedy: str) -> dict:
    """What the hook at `url` answers to these entries.

    Raises
    ------
    SourceUnavailable
        The server refused it or does not answer; then `remedy` says what to do.
    """
    with requests.Session() as session:
        session.trust_env, session.verify = False, str(ca_file) if ca_file else True
        try:
            answer = session.request(verb, url, json=entries or None, timeout=30)
        except requests.RequestException as error:
            raise SourceUnavailable(f"{url}: {error}, expected an answer. {remedy}") from error
    if answer.status_code != 200:
        raise SourceUnavailable(f"{url}: {answer.status_code} {answer.text}, expected 200. Correct the entries.")
    return answer.json()
