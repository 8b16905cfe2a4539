"""A connection to a mail server: to an address that was checked, with STARTTLS, signed in.

The address that is connected to is the one that was checked, so that no name can lead elsewhere in between.
"""

import asyncio
import base64
import socket
import ssl
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import cache
from urllib.parse import parse_qs, urlsplit

import aiosmtplib
from msgspec import Struct

from shared.domain.events.public_addresses import is_public
from shared.providers.smtp.credentials import SmtpCredentials

LOCAL_NAME = "rollcall.invalid"  # what EHLO says (RFC 2606): a function's host has no name of its own


class ForbiddenHost(Exception):
    """The server's name leads to an address that is none of the public internet."""


class NoStartTls(Exception):
    """The server does not offer STARTTLS: no password goes over an open line."""


class NoSignIn(Exception):
    """The server offers no way to sign in that we know."""


class SignInRefused(Exception):
    """The server answered so to user name and password."""

    def __init__(self, code: int, said: str) -> None:
        super().__init__(code)
        self.code, self.said = code, said


class Server(Struct, frozen=True):
    """Where to connect to. `ca_file` is a certificate that is trusted in place of the known authorities'.

    What ops set (`is_own`) may be anywhere; what a company names is on the public internet.
    """

    host: str
    port: int
    ca_file: str = ""
    is_own: bool = False


def server_of(credentials: SmtpCredentials, base_url: str) -> Server:
    """The server of the credentials, unless ops set another for all: smtp://host:port?ca=/a/certificate.pem."""
    if not base_url:
        return Server(credentials.host, int(credentials.port))
    url = urlsplit(base_url)
    ca_file = parse_qs(url.query).get("ca", [""])[0]
    return Server(url.hostname or "", url.port or int(credentials.port), ca_file, is_own=True)


@asynccontextmanager
async def connected(server: Server, timeout_seconds: float) -> AsyncIterator[aiosmtplib.SMTP]:
    """A connection that is encrypted, with whom the certificate names.

    Raises ForbiddenHost, NoStartTls, aiosmtplib.SMTPException and OSError.
    """
    sock = await _connect(server)
    client = aiosmtplib.SMTP(
        hostname=server.host,
        sock=sock,
        start_tls=False,  # it is begun below, where what goes wrong is told apart
        local_hostname=LOCAL_NAME,
        timeout=timeout_seconds,
        tls_context=_context(server.ca_file),
    )
    try:
        await client.connect()
        await client.ehlo()
        if not client.supports_extension("starttls"):
            raise NoStartTls
        await client.starttls()
        await client.ehlo()
        yield client
        if client.protocol is not None and client.protocol.is_connected:
            client.protocol.write(b"QUIT\r\n")  # nobody waits for the answer
    finally:
        transport = client.transport
        client.close()
        if isinstance(transport, asyncio.WriteTransport):
            transport.abort()  # else it waits for the server to end TLS as well


async def sign_in(client: aiosmtplib.SMTP, credentials: SmtpCredentials) -> None:
    """Raises SignInRefused, NoSignIn, and what `connected` raises."""
    try:
        await client.login(credentials.username, credentials.password)
    except aiosmtplib.SMTPResponseException as error:
        raise SignInRefused(error.code, _without_secrets(error.message, credentials)) from None
    except (aiosmtplib.SMTPServerDisconnected, aiosmtplib.SMTPTimeoutError):
        raise
    except aiosmtplib.SMTPException as error:
        raise NoSignIn from error


def _without_secrets(said: str, credentials: SmtpCredentials) -> str:
    """What a server says of a login: some repeat what they were told."""
    both = f"\0{credentials.username}\0{credentials.password}"
    told = [base64.b64encode(one.encode()).decode() for one in (both, credentials.password)]
    for one in sorted((*told, credentials.password), key=len, reverse=True):
        said = said.replace(one, "…")
    return said


async def _connect(server: Server) -> socket.socket:
    loop = asyncio.get_running_loop()
    found = await loop.getaddrinfo(server.host, server.port, type=socket.SOCK_STREAM)
    lost: OSError | None = None
    for family, kind, protocol, _, address in found:
        if not (server.is_own or is_public(str(address[0]))):
            raise ForbiddenHost
        sock = socket.socket(family, kind, protocol)
        sock.setblocking(False)
        try:
            await loop.sock_connect(sock, address)
        except OSError as error:
            sock.close()
            lost = error
        except BaseException:
            sock.close()
            raise
        else:
            return sock
    raise lost or OSError("the name has no address")


@cache
def _context(ca_file: str) -> ssl.SSLContext:
    return ssl.create_default_context(cafile=ca_file or None)
