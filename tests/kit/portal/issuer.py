"""An OpenID Connect issuer on this machine: it really signs, asks for the secret, and checks PKCE."""

import base64
import hashlib
import hmac
import secrets
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

from aiohttp import web
from joserfc import jwt
from joserfc.jwk import RSAKey

from tests.kit.architecture.google_signer import segment

CLIENT_ID, CLIENT_SECRET = "rollcall at acme", "s3cret:with/signs"
LEFT_OUT = "left out"


class Issuer:
    """Who says who people are. `claims` are what it says otherwise than it should, `header` likewise.

    `sign` makes the token: signed by its key, unless a test has another way.
    """

    def __init__(self, clock: Callable[[], Any]) -> None:
        self._clock = clock
        self.key = RSAKey.generate_key(2048, {"kid": "one", "use": "sig", "alg": "RS256"}, private=True)
        self.shown = [self.key.as_dict(private=False)]
        self.email = "new@acme.example.org"
        self.claims: dict[str, Any] = {}
        self.described: dict[str, Any] = {}
        self.sign: Callable[[dict[str, Any]], str] = self.signed
        self.asked: list[dict[str, str]] = []
        self.port = 0
        self._codes: dict[str, dict[str, str]] = {}

    @property
    def url(self) -> str:
        """What it calls itself."""
        return f"http://127.0.0.1:{self.port}"

    def authorize(self, location: str) -> dict[str, str]:
        """Somebody signs in there, whose browser was sent to `location`: what their browser brings back."""
        parts = urlsplit(location)
        assert f"{parts.scheme}://{parts.netloc}" == self.url
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        assert (asked["response_type"], asked["code_challenge_method"]) == ("code", "S256")
        code = secrets.token_urlsafe(16)
        self._codes[code] = asked
        self.asked.append(asked)
        return {"code": code, "state": asked["state"], "iss": self.url}

    def said(self, asked: dict[str, str]) -> dict[str, Any]:
        """The claims of the token."""
        now = int(self._clock().timestamp())
        claims = {
            "iss": self.url,
            "aud": CLIENT_ID,
            "sub": "1234",
            "email": self.email,
            "email_verified": True,
            "nonce": asked["nonce"],
            "iat": now,
            "exp": now + 300,
        } | self.claims
        return {name: value for name, value in claims.items() if value != LEFT_OUT}

    def signed(self, claims: dict[str, Any]) -> str:
        """As it should."""
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, self.key)

    def unsigned(self, claims: dict[str, Any]) -> str:
        """Without a signature, and saying so."""
        return f"{segment({'alg': 'none', 'kid': 'one'})}.{segment(claims)}."

    def signed_with_public_key(self, claims: dict[str, Any]) -> str:
        """By a shared secret that everybody knows: the public key."""
        text = f"{segment({'alg': 'HS256', 'kid': 'one'})}.{segment(claims)}"
        made = hmac.new(self.key.as_pem(private=False), text.encode(), hashlib.sha256).digest()
        return f"{text}.{segment(made)}"

    def signed_by_another(self, claims: dict[str, Any]) -> str:
        """By a key that is not among those shown, under the name of one that is."""
        other = RSAKey.generate_key(2048, {"kid": "one"}, private=True)
        return jwt.encode({"alg": "RS256", "kid": "one"}, claims, other)

    async def describe(self, request: web.Request) -> web.Response:
        """The discovery document."""
        found = {
            "issuer": self.url,
            "authorization_endpoint": f"{self.url}/authorize",
            "token_endpoint": f"{self.url}/token",
            "jwks_uri": f"{self.url}/keys",
        }
        return web.json_response(found | self.described)

    async def show_keys(self, request: web.Request) -> web.Response:
        """The JWK set."""
        return web.json_response({"keys": self.shown})

    async def give_token(self, request: web.Request) -> web.Response:
        """The tokens for a code, once, to who has the client's secret and the verifier."""
        form = dict(await request.post())
        asked = self._codes.pop(str(form.get("code")), None)
        if asked is None or not self._is_client(request, form):
            return web.json_response({"error": "invalid_client"}, status=401)
        digest = hashlib.sha256(str(form["code_verifier"]).encode()).digest()
        challenge = base64.urlsafe_b64encode(digest).decode().rstrip("=")
        is_right = challenge == asked["code_challenge"] and form["redirect_uri"] == asked["redirect_uri"]
        if not is_right or form["grant_type"] != "authorization_code":
            return web.json_response({"error": "invalid_grant"}, status=400)
        return web.json_response({"token_type": "Bearer", "id_token": self.sign(self.said(asked))})

    def _is_client(self, request: web.Request, form: dict[str, Any]) -> bool:
        if self.described.get("token_endpoint_auth_methods_supported") == ["client_secret_post"]:
            return (form.get("client_id"), form.get("client_secret")) == (CLIENT_ID, CLIENT_SECRET)
        encoded = urlencode({CLIENT_ID: CLIENT_SECRET}).replace("=", ":")
        expected = f"Basic {base64.b64encode(encoded.encode()).decode()}"
        return request.headers.get("Authorization") == expected


@asynccontextmanager
async def running_issuer(clock: Callable[[], Any]) -> AsyncIterator[Issuer]:
    """An issuer on a free port of this machine."""
    issuer = Issuer(clock)
    app = web.Application()
    app.router.add_get("/.well-known/openid-configuration", issuer.describe)
    app.router.add_get("/keys", issuer.show_keys)
    app.router.add_post("/token", issuer.give_token)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    issuer.port = runner.addresses[0][1]
    yield issuer
    await runner.cleanup()
