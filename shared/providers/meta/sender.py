"""Sends messages by Meta's Send API, one call each.

https://developers.facebook.com/docs/messenger-platform/reference/send-api
Meta takes no key that would make a call idempotent, and its batches of calls answer as a whole: what is lost
of one answer would put fifty messages in doubt. What a lost answer leaves open is settled by the echo of the
message, which repeats our id (`metadata`), or by the list of the conversation (history.py).
"""

import asyncio
import json
from collections.abc import Sequence

from shared import log
from shared.domain.campaigns.reply_option import Choice
from shared.domain.messages.sending import Outcome, OutgoingMessage, SendResult
from shared.providers.kit import http
from shared.providers.meta import codes
from shared.providers.meta.client import MetaClient
from shared.providers.meta.credentials import MetaCredentials
from shared.providers.meta.payload import metadata_of, payload_of
from shared.providers.meta.platform import Platform

TITLE_CHARACTERS = 20  # of a quick reply; what is longer is cut off on the phone


class MetaSender:
    """Sends from one page or Instagram account."""

    def __init__(
        self, credentials: MetaCredentials, platform: Platform, base_url: str, timeout_seconds: float
    ) -> None:
        self._client = MetaClient(credentials, platform, base_url, timeout_seconds)

    async def send(self, messages: Sequence[OutgoingMessage]) -> dict[str, SendResult]:
        """Send all messages at once; pacing is the caller's. One result per message id."""
        results = await asyncio.gather(*(self._send_named(message) for message in messages))
        return {message.message_id: result for message, result in zip(messages, results, strict=True)}

    async def _send_named(self, message: OutgoingMessage) -> SendResult:
        with log.context(message_id=message.message_id):
            return await self._send_one(message)

    async def _send_one(self, message: OutgoingMessage) -> SendResult:
        try:
            path = f"{self._client.account(message.from_address)}/messages"
            answer = await self._client.post(path, self._body(message))
            if not 200 <= answer.status < 300:
                return codes.refusal(answer.status, answer.text, answer.headers)
            return SendResult(outcome=Outcome.ACCEPTED, provider_id=_message_id(answer.text))
        except Exception as error:  # noqa: BLE001 - whatever went wrong, it may have gone out
            return http.failure(error)

    def _body(self, message: OutgoingMessage) -> dict[str, object]:
        """The request: an answer within the 24 hours that the person's last word opened.

        The tag HUMAN_AGENT, which reaches a week, is for what a person of the company writes by hand: what
        goes out by itself may not carry it.
        """
        told: dict[str, object] = {"text": message.body}
        if message.choices:
            told["quick_replies"] = [_quick_reply(message.message_id, one) for one in message.choices]
        if self._client.platform.repeats_metadata:
            told["metadata"] = metadata_of(message.message_id)
        return {"recipient": {"id": message.to_address}, "messaging_type": "RESPONSE", "message": told}


def _quick_reply(message_id: str, choice: Choice) -> dict[str, str]:
    title = choice.title[:TITLE_CHARACTERS]
    return {"content_type": "text", "title": title, "payload": payload_of(message_id, choice.id)}


def _message_id(text: str) -> str:
    """Raises ValueError for an answer that names no message."""
    found = json.loads(text)
    if not isinstance(found, dict) or not found.get("message_id"):
        raise ValueError("Meta's answer names no message")
    return str(found["message_id"])
