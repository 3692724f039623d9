"""Slack through slack_sdk: an incoming webhook, or a channel that a bot writes to.

Both secrets come from the environment alone: ``ASSIGNMENT_SLACK_WEBHOOK`` is the webhook's address,
``ASSIGNMENT_SLACK_TOKEN`` the bot's token.
"""

import os
import time
from collections.abc import Callable
from dataclasses import dataclass
from html import escape
from http.client import HTTPException

from slack_sdk import WebClient
from slack_sdk.errors import SlackApiError
from slack_sdk.webhook import WebhookClient

from assignment_assets.domain.errors import Fault, InvalidInput
from assignment_assets.io.settings import NoticesSetting

WEBHOOK, TOKEN, ADDRESS = "ASSIGNMENT_SLACK_WEBHOOK", "ASSIGNMENT_SLACK_TOKEN", "ASSIGNMENT_SLACK_URL"
TIMEOUT_SECONDS = 20
PATIENCE_SECONDS = 30.0
_OF_THE_MESSAGE = ("invalid_payload", "msg_too_long", "no_text", "invalid_blocks", "too_many_attachments")


@dataclass(frozen=True)
class Answer:
    """What Slack made of a message: `sent`, `refused` (the message itself, for good) or `waiting`, and its words."""

    outcome: str
    said: str = ""


class Slack:
    """One way into Slack. Waits where Slack says so, for at most half a minute over all messages.

    Raises
    ------
    InvalidInput
        The environment has no secret for the mode in the settings, or the settings name no channel.
    """

    def __init__(self, setting: NoticesSetting):
        self._patience = PATIENCE_SECONDS
        if setting.slack == "webhook":
            client = WebhookClient(
                _secret(WEBHOOK, "an incoming webhook's address"), timeout=TIMEOUT_SECONDS, retry_handlers=[]
            )
            self._call: Callable[[str], tuple[int, str, dict[str, str]]] = lambda text: _by_webhook(client, text)
            return
        if not setting.slack_channel:
            raise InvalidInput(
                "settings",
                [
                    Fault(
                        "settings, notices.slack_channel",
                        "empty",
                        "a channel's id",
                        'Name the channel, or use slack = "webhook".',
                    )
                ],
            )
        base = os.environ.get(ADDRESS, "https://slack.com/api/")
        bot = WebClient(_secret(TOKEN, "a bot's token"), base_url=base, timeout=TIMEOUT_SECONDS, retry_handlers=[])
        self._call = lambda text: _by_bot(bot, setting.slack_channel, text)

    def say(self, text: str) -> Answer:
        """Sends one message, in which no name can address anybody; never raises for what Slack or the network do."""
        plain = escape(text, quote=False)
        while True:
            try:
                status, said, headers = self._call(plain)
            except (OSError, HTTPException) as error:
                return Answer("waiting", f"Slack cannot be reached ({type(error).__name__})")
            if status == 200:
                return Answer("sent")
            wait = _asked_wait(headers)
            if status != 429 or wait > self._patience:
                return Answer(
                    "refused" if any(word in said for word in _OF_THE_MESSAGE) else "waiting",
                    f"{status} {said}".strip(),
                )
            self._patience -= wait
            time.sleep(wait)


def _by_webhook(client: WebhookClient, text: str) -> tuple[int, str, dict[str, str]]:
    answer = client.send(text=text)
    return answer.status_code, answer.body[:200], dict(answer.headers)


def _by_bot(client: WebClient, channel: str, text: str) -> tuple[int, str, dict[str, str]]:
    try:
        client.chat_postMessage(channel=channel, text=text)
    except SlackApiError as error:
        answer = error.response
        status = answer.status_code if answer.status_code != 200 else 400
        return status, str(answer.get("error", "")), dict(answer.headers)
    return 200, "", {}


def _asked_wait(headers: dict[str, str]) -> float:
    asked = next((value for name, value in headers.items() if name.lower() == "retry-after"), "1")
    try:
        return max(0.05, float(asked))
    except ValueError:
        return 1.0


def _secret(name: str, what: str) -> str:
    found = os.environ.get(name, "").strip()
    if not found or not found.isprintable():
        raise InvalidInput(
            "Slack", [Fault(name, "not set", what, 'Set it in the environment, or notices.slack = "off".')]
        )
    return found
