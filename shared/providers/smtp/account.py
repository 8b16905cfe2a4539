"""Whether a mailbox may send through its mail server: asked up to MAIL, which sends nothing."""

import asyncio
import ssl
from contextlib import AsyncExitStack

import aiosmtplib

from shared.domain.senders.sender import Sender
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.smtp.codes import words_of
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

PERMANENT = 500


class SmtpAccount:
    """A login at a mail server."""

    def __init__(self, credentials: SmtpCredentials, base_url: str, timeout_seconds: float) -> None:
        self._credentials, self._timeout_seconds = credentials, timeout_seconds
        self._server = server_of(credentials, base_url)

    async def problem(self, sender: Sender) -> str | None:
        """Why `sender` could not send, or None. Raises SenderRefused, ProviderUnavailable."""
        host = self._server.host
        try:
            async with asyncio.timeout(self._timeout_seconds), AsyncExitStack() as opened:
                client = await opened.enter_async_context(connected(self._server, self._timeout_seconds))
                await sign_in(client, self._credentials)
                await client.mail(self._credentials.inbound_address or sender.address)
        except SignInRefused as error:
            if error.code < PERMANENT:
                raise ProviderUnavailable(
                    f"{host} cannot sign anybody in now: {words_of(error.said)}"
                ) from error
            raise SenderRefused(
                f"{host} does not accept the user name and password. It says: {words_of(error.said)}"
            ) from error
        except aiosmtplib.SMTPSenderRefused as error:
            if error.code < PERMANENT:
                raise ProviderUnavailable(f"{host} takes no mail now: {words_of(error.message)}") from error
            return f"{host} does not let {sender.address} send. It says: {words_of(error.message)}"
        except ForbiddenHost:
            return (
                f"{host} has no address on the public internet: name the mail server as the world knows it."
            )
        except NoStartTls:
            port = self._server.port
            return f"{host} does not offer STARTTLS at port {port}: take the port for it, mostly 587."
        except NoSignIn:
            return f"{host} offers no way to sign in with a user name and a password."
        except ssl.SSLCertVerificationError as error:
            return f"The certificate of {host} is not good: {error.verify_message}"
        except (aiosmtplib.SMTPException, OSError, TimeoutError) as error:
            raise ProviderUnavailable(f"{host} could not be asked ({type(error).__name__}).") from error
        return None

    async def remarks(self, sender: Sender) -> tuple[str, ...]:
        """What is to be known of mails that come back."""
        if not self._credentials.inbound_secret:
            return ("Answers and returned mails are not heard of: the credentials have no inbound_secret.",)
        return ()
