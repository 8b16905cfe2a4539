"""Sends email through SendGrid, many recipients to a request."""

import asyncio
import time
from collections.abc import Sequence

from shared.domain.messages.sending import Outcome, OutgoingMessage, SendResult
from shared.providers.kit import http
from shared.providers.sendgrid import codes, mail

_Results = dict[str, SendResult]


class SendGridSender:
    """Sends email with one API key.

    The requests are built with SendGrid's helpers but sent over our session: its client is synchronous, has
    no time-out and opens a new connection for each request.
    """

    def __init__(self, api_key: str, base_url: str, timeout_seconds: float) -> None:
        self._url = base_url.rstrip("/") + "/v3/mail/send"
        self._headers = {"Authorization": f"Bearer {api_key.strip()}"}
        self._timeout_seconds = timeout_seconds

    async def send(self, messages: Sequence[OutgoingMessage]) -> _Results:
        """Send all messages at once; pacing is the caller's. One result per message id.

        Takes at most twice the time-out: requests refused for the sake of some recipients are sent again
        for the others until the time-out has passed; those not sent by then are NOT_ACCEPTED.
        """
        deadline = time.monotonic() + self._timeout_seconds
        parts = await asyncio.gather(*(self._send_together(part, deadline) for part in mail.group(messages)))
        return {message_id: result for part in parts for message_id, result in part.items()}

    async def _send_together(self, messages: Sequence[OutgoingMessage], deadline: float) -> _Results:
        result, culprits = await self._call(messages)
        if result.outcome is not Outcome.REJECTED or len(messages) == 1:
            return {message.message_id: result for message in messages}
        # Refused as a whole, which proves that nobody was sent anything: find out whom it is about.
        rejected = {
            message.message_id: codes.rejection(culprits[index])
            for index, message in enumerate(messages)
            if index in culprits
        }
        if rejected:
            rest = [message for message in messages if message.message_id not in rejected]
            return rejected | await self._send_again(rest, deadline)
        middle = len(messages) // 2
        first = await self._send_again(messages[:middle], deadline)
        return first | await self._send_again(messages[middle:], deadline)

    async def _send_again(self, messages: Sequence[OutgoingMessage], deadline: float) -> _Results:
        if time.monotonic() < deadline:
            return await self._send_together(messages, deadline) if messages else {}
        return {message.message_id: codes.REFUSED_WITH_OTHERS for message in messages}

    async def _call(self, messages: Sequence[OutgoingMessage]) -> tuple[SendResult, dict[int, str]]:
        """The result of one request, and which of its messages it was refused for, and why."""
        body = mail.build(messages)
        try:
            answer = await http.call(
                "POST", self._url, timeout_seconds=self._timeout_seconds, json=body, headers=self._headers
            )
        except Exception as error:  # noqa: BLE001 - whatever went wrong, it may have gone out
            return http.failure(error), {}
        result = codes.result(answer.status, answer.text, answer.headers, now=time.time())
        return result, codes.culprits(answer.text)
