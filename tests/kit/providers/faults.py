"""Every way a call can go wrong, and what it proves: both providers' senders must agree on it."""

import datetime
import socket
import ssl
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractAsyncContextManager, asynccontextmanager
from pathlib import Path

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from shared.domain.messages.sending import Outcome
from tests.kit.providers import misbehaving_server as server
from tests.kit.providers.misbehaving_server import Behaviour, Seen

# What the server does after it has read the request -> what is proved.
AFTER_REQUEST: dict[str, tuple[Behaviour, Outcome]] = {
    "closed": (server.close, Outcome.UNKNOWN),
    "reset": (server.reset, Outcome.UNKNOWN),
    "silent": (server.silence, Outcome.UNKNOWN),
    "cut": (server.cut, Outcome.UNKNOWN),
    "drip": (server.drip, Outcome.UNKNOWN),
    "garbage": (server.garbage, Outcome.UNKNOWN),
    "500": (server.answer(500, '{"message": "oops"}'), Outcome.UNKNOWN),
    "503 with html": (server.answer(503, "<html>"), Outcome.UNKNOWN),
    "200 with broken json": (server.answer(200, '{"sid": '), Outcome.UNKNOWN),
    "redirect": (server.answer(307, "", {"Location": "/elsewhere"}), Outcome.UNKNOWN),
    "408": (server.answer(408, ""), Outcome.UNKNOWN),
    "429": (server.answer(429, "<html>"), Outcome.NOT_ACCEPTED),
}


@asynccontextmanager
async def refused() -> AsyncIterator[Seen]:
    """Nobody listens."""
    yield Seen(url=f"http://127.0.0.1:{server.unused_port()}")


@asynccontextmanager
async def unknown_host() -> AsyncIterator[Seen]:
    """A name that does not exist (RFC 6761)."""
    yield Seen(url="http://rollcall.invalid")


@asynccontextmanager
async def no_address() -> AsyncIterator[Seen]:
    """A base URL that is none."""
    yield Seen(url="http://[nonsense")


@asynccontextmanager
async def black_hole() -> AsyncIterator[Seen]:
    """A full queue of connections: the handshake of the next one gets no answer."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        listener.listen(0)
        fillers = [socket.socket() for _ in range(4)]
        for filler in fillers:
            filler.setblocking(False)
            filler.connect_ex(listener.getsockname())
        try:
            yield Seen(url=f"http://127.0.0.1:{listener.getsockname()[1]}")
        finally:
            for filler in fillers:
                filler.close()


@asynccontextmanager
async def no_tls() -> AsyncIterator[Seen]:
    """An https address where no TLS is spoken."""
    async with server.serve(server.garbage) as seen:
        seen.url = seen.url.replace("http:", "https:")
        yield seen


def self_signed(folder: Path) -> ssl.SSLContext:
    """A server's TLS context whose certificate nobody trusts."""
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.datetime.now(datetime.UTC)
    certificate = (
        x509.CertificateBuilder(issuer_name=name, subject_name=name, public_key=key.public_key())
        .serial_number(x509.random_serial_number())
        .not_valid_before(now - datetime.timedelta(days=1))
        .not_valid_after(now + datetime.timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    pem = folder / "server.pem"
    pem.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM,
            serialization.PrivateFormat.PKCS8,
            serialization.NoEncryption(),
        )
        + certificate.public_bytes(serialization.Encoding.PEM)
    )
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(pem)
    return context


# What is wrong before a request can be written: always NOT_ACCEPTED.
BEFORE_REQUEST: dict[str, Callable[[], AbstractAsyncContextManager[Seen]]] = {
    "refused": refused,
    "unknown host": unknown_host,
    "no address": no_address,
    "black hole": black_hole,
    "no tls": no_tls,
}
