"""Sends email through a mailbox's own mail server: one mail after the other on one connection.

https://www.rfc-editor.org/rfc/rfc5321
"""

import asyncio
import logging
import re
import ssl
from collections.abc import Sequence
from contextlib import AsyncExitStack
from datetime import UTC, datetime
from email.errors import MessageError

import aiosmtplib
from aiosmtplib.protocol import normalize_message_line_endings

from shared import log, metering, tracing
from shared.domain.fires.fire_cost import Unit
from shared.domain.messages.sending import OutgoingMessage, SendResult
from shared.providers.smtp import codes
from shared.providers.smtp.codes import Moment
from shared.providers.smtp.connection import (
    ForbiddenHost,
    NoSignIn,
    NoStartTls,
    SignInRefused,
    connected,
    server_of,
    sign_in,
)
from shared.providers.smtp.credentials import SmtpCredentials
from shared.providers.smtp.mail import mail_of, message_id_of

_LEADING_DOT = re.compile(rb"(?m)^\.")
_ASK_FOR_CONTENT = 354
_EXPECTED = (aiosmtplib.SMTPException, ForbiddenHost, NoStartTls, NoSignIn, SignInRefused, OSError)
_Results = dict[str, SendResult]


class SmtpSender:
    """Sends from one mailbox."""

    def __init__(self, credentials: SmtpCredentials, base_url: str, timeout_seconds: float) -> None:
        self._credentials, self._timeout_seconds = credentials, timeout_seconds
        self._server = server_of(credentials, base_url)

    async def send(self, messages: Sequence[OutgoingMessage]) -> _Results:
        """Send all messages; pacing is the caller's. One result per message id.

        Takes at most twice the time-out. What the server has not asked for by the first has not left, nor has
        what follows a message after which the connection was of no more use.
        """
        results: _Results = {}
        metering.count(Unit.PROVIDER_CALLS, len(messages))
        with tracing.span("provider_call", "client", method="SMTP", host=self._server.host):
            try:
                await self._send_all(messages, results)
            except Exception as error:  # noqa: BLE001 - whatever went wrong, what has left is noted before
                rest = _failure(error)
                results = {one.message_id: results.get(one.message_id, rest) for one in messages}
        return results

    async def _send_all(self, messages: Sequence[OutgoingMessage], results: _Results) -> None:
        deadline = asyncio.get_running_loop().time() + self._timeout_seconds
        async with AsyncExitStack() as opened:
            async with asyncio.timeout_at(deadline):
                client = await opened.enter_async_context(connected(self._server, self._timeout_seconds))
                await sign_in(client, self._credentials)
            for message in messages:
                try:
                    content = self._content(message)
                except (ValueError, LookupError, MessageError):
                    results[message.message_id] = codes.UNWRITABLE
                    continue
                async with asyncio.timeout_at(deadline):
                    refusal = await self._start(client, message)
                if refusal is not None:
                    results[message.message_id] = refusal
                    async with asyncio.timeout_at(deadline):
                        await client.rset()
                    continue
                results[message.message_id] = codes.lost("no answer")  # until there is one
                results[message.message_id] = await self._hand_over(client, message, content)

    def _content(self, message: OutgoingMessage) -> bytes:
        message.to_address.encode("ascii")  # no server needs to take others (RFC 6531)
        reply_to = message.reply_to or self._credentials.inbound_address
        return _dotted(mail_of(message, reply_to, datetime.now(UTC)))

    async def _start(self, client: aiosmtplib.SMTP, message: OutgoingMessage) -> SendResult | None:
        """Everything before the mail itself: a refusal, or None when the server asks for the mail.

        Whatever this raises proves that nothing left.
        """
        moment = Moment.SENDER
        try:
            await client.mail(self._credentials.inbound_address or message.from_address)
            moment = Moment.RECIPIENT
            await client.rcpt(message.to_address)
            moment = Moment.START
            answer = await client.execute_command(b"DATA")
        except aiosmtplib.SMTPResponseException as error:
            answer = aiosmtplib.SMTPResponse(error.code, error.message)
        if answer.code == _ASK_FOR_CONTENT and moment is Moment.START:
            return None
        return codes.refused(moment, answer.code, answer.message)

    async def _hand_over(
        self, client: aiosmtplib.SMTP, message: OutgoingMessage, content: bytes
    ) -> SendResult:
        """Send the mail itself, and wait for the answer, as long again as all before may take.

        Not by the library's `data`: it does not tell whether the server had asked for the mail when the
        connection was lost.
        """
        protocol = client.protocol
        if protocol is None or not protocol.is_connected:
            return codes.not_reached("connection lost")
        protocol.write(content)
        answer = await protocol.read_response(timeout=self._timeout_seconds)
        return codes.accepted(answer.code, message_id_of(message), answer.message)


def _dotted(content: bytes) -> bytes:
    """The mail as it goes over the line (RFC 5321, 4.5.2), with its end."""
    return _LEADING_DOT.sub(b"..", normalize_message_line_endings(content)) + b".\r\n"


def _failure(error: Exception) -> SendResult:
    """What an error means for a message that has not left."""
    log.event(
        "provider_call_failed",
        level=logging.WARNING,
        error=None if isinstance(error, _EXPECTED) else error,
        error_type=type(error).__name__,
        nothing_left=True,
    )
    if isinstance(error, SignInRefused):
        return codes.refused(Moment.SIGN_IN, error.code, error.said)
    if isinstance(error, ForbiddenHost):
        return codes.broken("forbidden host", "The mail server has no address on the public internet.")
    if isinstance(error, NoStartTls):
        words = "The mail server does not offer STARTTLS, so nothing is sent by it."
        return codes.broken("no STARTTLS", words)
    if isinstance(error, NoSignIn):
        return codes.broken("no sign-in", "The mail server offers no way to sign in that we know.")
    if isinstance(error, aiosmtplib.SMTPResponseException):
        return codes.refused(Moment.GREETING, error.code, error.message)
    if isinstance(error, ssl.SSLCertVerificationError):
        words = "The mail server's certificate is not good for its name; it is tried again."
        return codes.not_reached("certificate", words)
    return codes.not_reached(type(error).__name__)
