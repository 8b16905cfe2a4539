"""Sends pages over the beeper's HTTP, and asks whether its line is good."""

import asyncio
import json
from collections.abc import Sequence

import aiohttp

from shared.domain.messages.sending import Outcome, OutgoingMessage, SendResult
from shared.domain.senders.sender import Sender
from shared.providers.kit import http
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.kit.credential_input import CredentialsInput, Secret
from tests.kit.pager.provider import BeeperCredentials

# What is not listed may have gone out.
OUTCOMES = {
    202: (Outcome.ACCEPTED, None),
    400: (Outcome.REJECTED, "There is no such pager."),
    401: (Outcome.SENDER_BROKEN, "The line's secret is wrong."),
    429: (Outcome.NOT_ACCEPTED, "The line is busy."),
}


class BeeperCredentialsInput(CredentialsInput):
    """A line's secret."""

    secret: Secret


class Beeper:
    """One line of the beeper."""

    def __init__(self, credentials: BeeperCredentials, base_url: str, timeout_seconds: float) -> None:
        self._base_url = base_url
        self._headers = {"Authorization": f"Bearer {credentials.secret}"}
        self._timeout_seconds = timeout_seconds

    async def problem(self, sender: Sender) -> str | None:
        """Why the line could not send, or None. Raises SenderRefused, ProviderUnavailable."""
        try:
            answer = await self._call("GET", f"/lines/{sender.address}")
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ProviderUnavailable(f"The beeper could not be asked ({type(error).__name__}).") from error
        if answer.status == 401:
            raise SenderRefused("The beeper does not accept the line's secret.")
        return None if answer.status == 200 else f"The beeper has no line {sender.address}."

    async def remarks(self, sender: Sender) -> tuple[str, ...]:
        """Nothing more is to be known of a line."""
        return ()

    async def send(self, messages: Sequence[OutgoingMessage]) -> dict[str, SendResult]:
        """Send all messages at once; one result per message id."""
        results = await asyncio.gather(*map(self._send_one, messages))
        return {message.message_id: result for message, result in zip(messages, results, strict=True)}

    async def _send_one(self, message: OutgoingMessage) -> SendResult:
        page = {"to": message.to_address, "text": message.body, "callback": message.status_url}
        try:
            answer = await self._call("POST", "/pages", page)
            outcome, reason = OUTCOMES.get(answer.status, (Outcome.UNKNOWN, "It may have beeped."))
            page_id = json.loads(answer.text)["page"] if outcome is Outcome.ACCEPTED else None
        except Exception as error:  # noqa: BLE001 - whatever went wrong, it may have gone out
            return http.failure(error)
        return SendResult(outcome=outcome, provider_id=page_id, code=str(answer.status), reason=reason)

    async def _call(self, method: str, path: str, body: object = None) -> http.Answer:
        return await http.call(
            method,
            self._base_url + path,
            timeout_seconds=self._timeout_seconds,
            headers=self._headers,
            json=body,
        )
