"""Google, as far as our callers' tokens go: keys that sign, and the address that shows their certificates."""

import base64
import json
import threading
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import padding, rsa

AUDIENCE = "https://rollcall.example"
ACCOUNT = "push@example.iam.gserviceaccount.com"
LEFT_OUT = object()


def segment(value: object) -> str:
    """One part of a token."""
    content = value if isinstance(value, bytes) else json.dumps(value).encode()
    return base64.urlsafe_b64encode(content).decode().rstrip("=")


class Signer:
    """A key, its certificate, and tokens signed with it."""

    def __init__(self, key_id: str = "key") -> None:
        self.key_id = key_id
        self._key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
        name = x509.Name([x509.NameAttribute(x509.oid.NameOID.COMMON_NAME, "signer")])
        now = datetime.now(UTC)
        builder = x509.CertificateBuilder(name, name, self._key.public_key(), 1, now, now + timedelta(days=1))
        certificate = builder.sign(self._key, hashes.SHA256())
        self.certificate = certificate.public_bytes(serialization.Encoding.PEM).decode()

    def token(
        self,
        *,
        header: Mapping[str, object] | None = None,
        issued_in: int = 0,
        expires_in: int = 3600,
        **changes: object,
    ) -> str:
        """A token of our push account as Google makes them, but for the changes. Times are in seconds."""
        now = int(time.time())
        claims = {
            "iss": "https://accounts.google.com",
            "aud": AUDIENCE,
            "azp": "1234567890",
            "sub": "1234567890",
            "email": ACCOUNT,
            "email_verified": True,
            "iat": now + issued_in,
            "exp": now + expires_in,
        } | changes
        kept = {name: value for name, value in claims.items() if value is not LEFT_OUT}
        head = {"alg": "RS256", "kid": self.key_id, "typ": "JWT", **(header or {})}
        head = {name: value for name, value in head.items() if value is not LEFT_OUT}
        signed = f"{segment(head)}.{segment(kept)}"
        signature = self._key.sign(signed.encode(), padding.PKCS1v15(), hashes.SHA256())
        return f"{signed}.{segment(signature)}"


class CertificatesAddress:
    """What stands at the certificates' address: what is shown, how long it lasts, and how it goes wrong."""

    def __init__(self, *signers: Signer) -> None:
        self.fetches = 0
        self.status = 200
        self.max_age = 3600
        self.waits = threading.Event()  # answers come once it is set
        self.waits.set()
        self.body = b""
        self.url = ""
        self.show(*signers)

    def show(self, *signers: Signer) -> None:
        """Have these keys be Google's from now on."""
        self.body = json.dumps({signer.key_id: signer.certificate for signer in signers}).encode()


@contextmanager
def certificates_address(*signers: Signer) -> Iterator[CertificatesAddress]:
    """The certificates of these keys, on this machine."""
    shown = CertificatesAddress(*signers)

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            shown.fetches += 1
            shown.waits.wait(30)
            self.send_response(shown.status)
            self.send_header("Cache-Control", f"public, max-age={shown.max_age}, must-revalidate")
            self.send_header("Content-Length", str(len(shown.body)))
            self.end_headers()
            self.wfile.write(shown.body)

        def log_message(self, format: str, *args: object) -> None:
            """Nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.02})
    thread.start()
    shown.url = f"http://127.0.0.1:{server.server_port}/certs"
    try:
        yield shown
    finally:
        shown.waits.set()
        server.shutdown()
        thread.join()
        server.server_close()
