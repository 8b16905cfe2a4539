"""Sends messages through Twilio's official client."""

import asyncio
import json
from collections.abc import Sequence

from twilio.base import values

from shared import log
from shared.domain.messages.sending import Outcome, OutgoingMessage, SendResult
from shared.providers.kit import http
from shared.providers.twilio import codes
from shared.providers.twilio.account import address_problem
from shared.providers.twilio.client import Refused, open_client
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.own_addresses import is_service
from shared.providers.twilio.webhook import STATUS_URL_OVERRIDES

MIN_VALIDITY_SECONDS = 1
MAX_VALIDITY_SECONDS = 36_000


class TwilioSender:
    """Sends messages from one Twilio account, over the channel with this prefix before its addresses."""

    def __init__(
        self, credentials: TwilioCredentials, base_url: str, timeout_seconds: float, prefix: str = ""
    ) -> None:
        self._prefix = prefix
        self._client = open_client(credentials, base_url, timeout_seconds)

    async def send(self, messages: Sequence[OutgoingMessage]) -> dict[str, SendResult]:
        """Send all messages at once; pacing is the caller's. One result per message id."""
        results = await asyncio.gather(*(self._send_named(message) for message in messages))
        if any(codes.is_about_number(result) for result in results):
            results = await self._judged(messages[0].from_address, results)
        return {message.message_id: result for message, result in zip(messages, results, strict=True)}

    async def _judged(self, from_address: str, results: Sequence[SendResult]) -> list[SendResult]:
        """The results, after asking whether the sender is good: then a recipient was what it cannot reach.

        Only so can one recipient not stop a sender. Without an answer the sender counts as broken.
        """
        try:
            is_good = await address_problem(self._client, from_address, self._prefix) is None
        except Exception:  # noqa: BLE001 - whatever is wrong with the question, the results must not be lost
            is_good = False
        return [
            codes.no_route(result) if is_good and codes.is_about_number(result) else result
            for result in results
        ]

    async def _send_named(self, message: OutgoingMessage) -> SendResult:
        with log.context(message_id=message.message_id):
            return await self._send_one(message)

    async def _send_one(self, message: OutgoingMessage) -> SendResult:
        by_service = is_service(message.from_address)
        try:
            created = await self._client.messages.create_async(
                to=self._prefix + message.to_address,
                # A service chooses among its numbers: the same for a person each time, where it is sticky.
                from_=values.unset if by_service else self._prefix + message.from_address,
                messaging_service_sid=message.from_address if by_service else values.unset,
                **_told(message),
                media_url=list(message.media_urls) or values.unset,
                smart_encoded=False,  # what was previewed is what is sent, and its parts are as counted
                validity_period=min(
                    max(message.validity_seconds, MIN_VALIDITY_SECONDS), MAX_VALIDITY_SECONDS
                ),
                status_callback=message.status_url + STATUS_URL_OVERRIDES
                if message.status_url
                else values.unset,
            )
            if not created.sid:
                raise ValueError("Twilio's answer names no message")
        except Refused as refused:
            answer = refused.answer
            return codes.refusal(answer.status, answer.text, http.retry_after_seconds(answer.headers))
        except Exception as error:  # noqa: BLE001 - whatever else went wrong, it may have gone out
            return http.failure(error)
        return SendResult(outcome=Outcome.ACCEPTED, provider_id=created.sid)


def _told(message: OutgoingMessage) -> dict[str, str]:
    """What is to be said: words of one's own, or a content template with its values (a JSON text).

    https://www.twilio.com/docs/content/send-templates-created-with-the-content-template-builder
    """
    if message.content is None:
        return {"body": message.body}
    variables = json.dumps(dict(message.content.values), ensure_ascii=False)
    return {"content_sid": message.content.content_id, "content_variables": variables}
