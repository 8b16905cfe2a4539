"""ID tokens: who signed them, for whom, until when, and for which sign-in."""

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from shared.domain.companies.oidc import Oidc

# Signatures by a key whose public half alone is known here: never "none", never a shared secret (RFC 8725).
ALGORITHMS = ("RS256", "RS384", "RS512", "PS256", "PS384", "PS512", "ES256", "ES384", "ES512", "Ed25519")
_KEY_TYPES = ("RSA", "EC", "OKP")
LEEWAY_SECONDS = 60
LONGEST_TOKEN = 16_384


class IdTokenInvalid(Exception):
    """The token does not prove who somebody is; the text says why, for the log."""


def read_id_token(
    token: object, keys: Mapping[str, Any], oidc: Oidc, nonce: str, now: datetime
) -> Mapping[str, Any]:
    """What the token says, once it is proved to be the issuer's, for us, for this sign-in and of now.

    `keys` is the issuer's JWK set. Raises IdTokenInvalid. OpenID Connect Core 3.1.3.7.
    """
    from joserfc import jwt
    from joserfc.errors import JoseError

    if not isinstance(token, str) or len(token) > LONGEST_TOKEN:
        raise IdTokenInvalid("there is no token")
    try:
        claims = jwt.decode(token, _key_set(keys), algorithms=ALGORITHMS).claims
        jwt.JWTClaimsRegistry(
            now=int(now.timestamp()),
            leeway=LEEWAY_SECONDS,
            iss={"essential": True, "value": oidc.issuer},
            aud={"essential": True, "value": oidc.client_id},
            exp={"essential": True},
            iat={"essential": True},
            sub={"essential": True},
            nonce={"essential": True, "value": nonce},
        ).validate(claims)
    except (JoseError, ValueError, TypeError, KeyError) as error:
        raise IdTokenInvalid(type(error).__name__) from error
    if _is_for_others(claims, oidc.client_id):
        raise IdTokenInvalid("azp")
    return claims


def _key_set(keys: Mapping[str, Any]) -> Any:
    """The issuer's keys for signatures; a key that is a shared secret is none."""
    from joserfc.jwk import KeySet

    listed = keys.get("keys")
    usable = [
        one
        for one in (listed if isinstance(listed, list) else [])
        if isinstance(one, dict) and one.get("kty") in _KEY_TYPES and one.get("use", "sig") == "sig"
    ]
    return KeySet.import_key_set({"keys": usable})


def _is_for_others(claims: Mapping[str, Any], client_id: str) -> bool:
    """Whether somebody else asked for the token. One for several must say who did."""
    audience = claims["aud"]
    is_for_several = isinstance(audience, list) and len(audience) > 1
    return bool(claims.get("azp", None if is_for_several else client_id) != client_id)
