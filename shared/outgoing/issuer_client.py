"""Asks an OIDC issuer that a company names: its description, its keys, a token for a code."""

import base64
from collections.abc import Mapping
from typing import Any
from urllib.parse import quote_plus, urlencode

import aiohttp
import msgspec

from shared.domain.companies.oidc import Oidc, discovery_url
from shared.domain.errors import Unavailable
from shared.outgoing.public_client import PublicClient

TIMEOUT_SECONDS = 10.0
MOST_READ = 256 * 1024  # bytes; Entra's keys are about 20 KiB
_JSON = {"Accept": "application/json"}


class IssuerUnavailable(Unavailable):
    """The issuer cannot be asked now, or answered what is no answer; the text says which."""


class IssuerClient(PublicClient):
    """Connections to one issuer."""

    def __init__(self, *, allows_local: bool) -> None:
        super().__init__(allows_local=allows_local, timeout_seconds=TIMEOUT_SECONDS, most_read=MOST_READ)

    async def description(self, issuer: str) -> Mapping[str, Any]:
        """What the issuer says of itself. Raises IssuerUnavailable."""
        return await self._told("GET", discovery_url(issuer), _JSON)

    async def keys(self, oidc: Oidc) -> Mapping[str, Any]:
        """The JWK set with which it signs. Raises IssuerUnavailable."""
        return await self._told("GET", oidc.jwks_uri, _JSON)

    async def tokens(
        self, oidc: Oidc, client_secret: str, code: str, verifier: str, redirect_uri: str
    ) -> Mapping[str, Any]:
        """The tokens for an authorization code (RFC 6749 section 4.1.3). Raises IssuerUnavailable."""
        form = {
            "grant_type": "authorization_code",
            "code": code,
            "redirect_uri": redirect_uri,
            "code_verifier": verifier,
        }
        headers = _JSON | {"Content-Type": "application/x-www-form-urlencoded"}
        if oidc.sends_secret_in_form:
            form |= {"client_id": oidc.client_id, "client_secret": client_secret}
        else:
            headers["Authorization"] = _basic(oidc.client_id, client_secret)
        return await self._told("POST", oidc.token_endpoint, headers, urlencode(form))

    async def _told(
        self, method: str, url: str, headers: Mapping[str, str], body: str = ""
    ) -> Mapping[str, Any]:
        try:
            answer = await self.ask(method, url, headers, body)
        except (aiohttp.ClientError, OSError, TimeoutError, ValueError) as error:
            raise IssuerUnavailable(f"The issuer could not be asked ({type(error).__name__}).") from error
        if answer.status != 200:
            raise IssuerUnavailable(f"The issuer answered {answer.status}.")
        try:
            return msgspec.json.decode(answer.text, type=dict[str, Any])
        except msgspec.DecodeError:
            raise IssuerUnavailable("The issuer answered no JSON object.") from None


def _basic(client_id: str, client_secret: str) -> str:
    """RFC 6749 section 2.3.1: both are form-encoded before they are joined."""
    joined = f"{quote_plus(client_id)}:{quote_plus(client_secret)}"
    return f"Basic {base64.b64encode(joined.encode()).decode()}"
