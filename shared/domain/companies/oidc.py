"""Sign-in by OpenID Connect: whom a company lets say who its people are, and what they must say.

https://openid.net/specs/openid-connect-core-1_0.html
"""

import base64
import hashlib
import re
import secrets
from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode, urlsplit

import msgspec
from msgspec import Struct

from shared.domain.errors import InvalidInput

SECRETS_ID, SECRET_FIELD = "oidc", "client_secret"  # where the client secret is, beside senders' credentials
CALLBACK_PATH = "/sign-in/callback"
BEGIN_PATH = "/sign-in/with"  # followed by the company's id
FINISH_WITHIN = timedelta(minutes=15)
MOST_DOMAINS, LONGEST_CLIENT_ID = 50, 300
PURPOSE = "oidc sign-in"
_DOMAIN = re.compile(r"(?=.{4,253}\Z)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]{2,63}", re.ASCII)


class Oidc(Struct, frozen=True, kw_only=True):
    """A company's issuer, as its discovery document said when it was saved, and us as its client.

    Addresses of `domains` alone get in. With `joins`, who has one and is no user yet becomes a viewer.
    `sends_secret_in_form`: the issuer takes no other way.
    """

    issuer: str
    client_id: str
    domains: tuple[str, ...]
    joins: bool
    authorization_endpoint: str
    token_endpoint: str
    jwks_uri: str
    sends_secret_in_form: bool = False


class Begun(Struct, frozen=True, kw_only=True):
    """A sign-in that was begun: what its browser carries, sealed, until the issuer sends it back."""

    company_id: str
    issuer: str
    state: str
    nonce: str
    verifier: str
    wanted: str
    until: datetime


def discovery_url(issuer: str) -> str:
    """Where the issuer describes itself."""
    return f"{issuer.rstrip('/')}/.well-known/openid-configuration"


def read_discovery(
    found: Mapping[str, Any], issuer: str, client_id: str, domains: tuple[str, ...], *, joins: bool
) -> Oidc:
    """The issuer as it describes itself. Raises InvalidInput when that is of another, or lacks something."""
    if found.get("issuer") != issuer:
        raise InvalidInput.at(
            "issuer",
            "calls itself otherwise in its own description; copy it exactly. Entra's holds your tenant's id",
        )
    names = ("authorization_endpoint", "token_endpoint", "jwks_uri")
    places = {name: found.get(name) for name in names}
    if not all(isinstance(place, str) and place for place in places.values()):
        raise InvalidInput.at("issuer", "does not say where to sign in, where tokens are, or its keys")
    methods = found.get("token_endpoint_auth_methods_supported", ["client_secret_basic"])
    return Oidc(
        issuer=issuer,
        client_id=client_id,
        domains=domains,
        joins=joins,
        sends_secret_in_form="client_secret_basic" not in methods,
        **{name: str(place) for name, place in places.items()},
    )


def read_domains(text: str) -> tuple[str, ...]:
    """Domains with commas or lines between. Raises InvalidInput."""
    found = tuple(dict.fromkeys(one.lower().lstrip("@") for one in re.split(r"[\s,;]+", text) if one))
    if not 1 <= len(found) <= MOST_DOMAINS:
        raise InvalidInput.at("domains", f"must be 1 to {MOST_DOMAINS} domains, such as example.org")
    if wrong := [one for one in found if not _DOMAIN.fullmatch(one)]:
        raise InvalidInput.at("domains", f"must be domains, such as example.org; {wrong[0][:60]} is none")
    return found


def begin(company_id: str, oidc: Oidc, wanted: str, now: datetime) -> Begun:
    """A sign-in that begins now, with what nobody can guess."""
    state, nonce, verifier = (secrets.token_urlsafe(32) for _ in range(3))
    return Begun(
        company_id=company_id,
        issuer=oidc.issuer,
        state=state,
        nonce=nonce,
        verifier=verifier,
        wanted=wanted,
        until=now + FINISH_WITHIN,
    )


def authorization_url(oidc: Oidc, begun: Begun, redirect_uri: str) -> str:
    """Where the browser goes to sign in: an authorization code with PKCE (RFC 7636), state and nonce."""
    digest = hashlib.sha256(begun.verifier.encode()).digest()
    asked = {
        "response_type": "code",
        "client_id": oidc.client_id,
        "redirect_uri": redirect_uri,
        "scope": "openid email profile",
        "state": begun.state,
        "nonce": begun.nonce,
        "code_challenge": base64.urlsafe_b64encode(digest).decode().rstrip("="),
        "code_challenge_method": "S256",
    }
    joint = "&" if urlsplit(oidc.authorization_endpoint).query else "?"
    return f"{oidc.authorization_endpoint}{joint}{urlencode(asked)}"


def packed(begun: Begun) -> str:
    """As text, to be sealed."""
    return msgspec.json.encode(begun).decode()


def begun_in(text: str | None) -> Begun | None:
    """What was packed, or None."""
    try:
        return msgspec.json.decode(text or "", type=Begun)
    except msgspec.DecodeError:
        return None


def verified_email(claims: Mapping[str, Any], domains: tuple[str, ...]) -> str | None:
    """The address that the issuer has verified, if it is one of these domains; else None.

    Entra says `xms_edov` (the owner of the domain is verified) in place of `email_verified`, when asked to:
    https://learn.microsoft.com/entra/identity-platform/optional-claims-reference
    """
    email = claims.get("email")
    is_verified = claims.get("email_verified") is True or claims.get("xms_edov") in (True, "1", "true")
    if not isinstance(email, str) or not is_verified or email.count("@") != 1:
        return None
    return email if email.rpartition("@")[2].lower() in domains else None
