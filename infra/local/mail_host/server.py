"""The server: mailboxes sign in and send after STARTTLS, and everybody may write to an inbound address."""

import asyncio
import ssl
from collections.abc import Awaitable, Callable
from typing import Any

from aiosmtpd.smtp import SMTP, AuthResult, Envelope, LoginPassword, Session

from infra.local.mail_host.books import Books
from infra.local.mail_host.faults import Fault, Faults, How, Where

LARGEST = 30 * 1024 * 1024
DROPPED = "421 4.3.0 Gone"  # nobody reads it: the connection is no more
Deliver = Callable[[str, bytes], Awaitable[bool]]


class MailServer(SMTP):
    """One connection."""

    def __init__(self, handler: "Handler", faults: Faults, tls: ssl.SSLContext) -> None:
        super().__init__(
            handler,
            hostname="mail-host.local",
            tls_context=tls,
            authenticator=handler.sign_in,
            data_size_limit=LARGEST,
            loop=asyncio.get_running_loop(),
        )
        self._faults = faults

    async def smtp_DATA(self, arg: str) -> None:  # noqa: N802 - the name aiosmtpd calls
        """What goes wrong before the mail is asked for."""
        recipients = self.envelope.rcpt_tos if self.envelope else []
        fault = self._faults.next(Where.START, recipients[0] if recipients else "")
        if fault is not None:
            await self.push(broken(self, fault))
            return
        await super().smtp_DATA(arg)


class Handler:
    """What is done at each command, by aiosmtpd's names. `deliver` brings a mail to an inbound address."""

    def __init__(self, books: Books, faults: Faults, deliver: Deliver) -> None:
        self._books, self._faults, self._deliver = books, faults, deliver

    def sign_in(self, server: Any, session: Any, envelope: Any, mechanism: str, data: Any) -> AuthResult:
        """By user name and password of a mailbox."""
        if not isinstance(data, LoginPassword):
            return AuthResult(success=False, handled=False)
        found = self._books.mailbox(data.login.decode(errors="replace"))
        is_right = found is not None and found["password"] == data.password.decode(errors="replace")
        if not is_right or found is None:
            return AuthResult(success=False, handled=False)
        return AuthResult(success=True, auth_data=found["address"])

    async def handle_MAIL(  # noqa: N802 - the name aiosmtpd calls
        self, server: MailServer, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """A mailbox sends as itself, or from its inbound address."""
        fault = self._faults.next(Where.SENDER)
        if fault is not None:
            return broken(server, fault)
        if session.authenticated:
            found = self._books.mailbox(str(session.auth_data))
            if found is None or address not in (found["address"], found["inbound_address"]):
                return "553 5.7.1 Sender address rejected: not owned by user"
        envelope.mail_from = address
        envelope.mail_options.extend(options)
        return "250 2.1.0 Ok"

    async def handle_RCPT(  # noqa: N802 - the name aiosmtpd calls
        self, server: MailServer, session: Session, envelope: Envelope, address: str, options: list[str]
    ) -> str:
        """Who has not signed in writes to an inbound address alone."""
        fault = self._faults.next(Where.RECIPIENT, address)
        if fault is not None:
            return broken(server, fault)
        if not (session.authenticated or self._is_inbound(address)):
            return "530 5.7.0 Authentication required"
        envelope.rcpt_tos.append(address)
        envelope.rcpt_options.extend(options)
        return "250 2.1.5 Ok"

    def _is_inbound(self, address: str) -> bool:
        found = self._books.mailbox(address)
        return found is not None and found["inbound_address"] == address

    async def handle_DATA(  # noqa: N802 - the name aiosmtpd calls
        self, server: MailServer, session: Session, envelope: Envelope
    ) -> str:
        """Take the mail, unless something goes wrong: with it, or with the answer."""
        fault = self._faults.next(Where.CONTENT, envelope.rcpt_tos[0])
        if fault is not None and fault.how is not How.DROP_ACCEPTED:
            return broken(server, fault)
        raw = envelope.original_content or b""
        for recipient in envelope.rcpt_tos:
            if session.authenticated:
                mailbox, mail_from = str(session.auth_data), str(envelope.mail_from or "")
                self._books.keep_mail(mailbox, mail_from, recipient, raw)
            elif not await self._deliver(recipient, raw):
                return "451 4.3.0 Not taken now"
        return broken(server, fault) if fault is not None else "250 2.0.0 Ok: queued"


def broken(server: SMTP, fault: Fault) -> str:
    """The answer; the connection is gone where the fault says so."""
    if fault.how is How.REFUSE:
        return fault.answer
    if isinstance(server.transport, asyncio.WriteTransport):
        server.transport.abort()
    return DROPPED
