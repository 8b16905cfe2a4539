"""Let a company's people sign in by its own issuer: settings, checked with the issuer itself."""

from typing import TYPE_CHECKING

from shared import log
from shared.domain.companies.oidc import (
    LONGEST_CLIENT_ID,
    SECRET_FIELD,
    SECRETS_ID,
    Oidc,
    read_discovery,
    read_domains,
)
from shared.domain.errors import InvalidInput
from shared.domain.events.endpoint_url import check_url
from shared.runtime import Runtime

if TYPE_CHECKING:
    from shared.outgoing.issuer_client import IssuerClient


async def save_oidc(
    runtime: Runtime,
    company_id: str,
    *,
    issuer: str,
    client_id: str,
    client_secret: str,
    domains: str,
    joins: bool,
    by: str,
) -> Oidc:
    """The settings, with what the issuer says of itself. An empty `client_secret` leaves the one there is.

    Raises NotFound, InvalidInput, IssuerUnavailable, SecretsUnavailable. `by` is the user who saves it.
    """
    await runtime.stores.companies.get(company_id)
    allowed, client_id = read_domains(domains), client_id.strip()
    if not 1 <= len(client_id) <= LONGEST_CLIENT_ID or not client_id.isprintable():
        raise InvalidInput.at("client_id", "must be the client id that the issuer gave you")
    issuer = _checked(runtime, issuer)
    kept = await runtime.secrets.values(company_id, SECRETS_ID, fresh=True)
    if not client_secret and not kept:
        raise InvalidInput.at("client_secret", "is needed")
    async with open_issuer(runtime) as client:
        found = await client.description(issuer)
    oidc = read_discovery(found, issuer, client_id, allowed, joins=joins)
    for place in (oidc.authorization_endpoint, oidc.token_endpoint, oidc.jwks_uri):
        _checked(runtime, place)
    if client_secret:
        log.conceal([client_secret])
        await runtime.secrets.add(company_id, SECRETS_ID, {SECRET_FIELD: client_secret}, runtime.now())
        for old in kept:
            await runtime.secrets.end(company_id, SECRETS_ID, old.version)
    await runtime.stores.companies.change(company_id, oidc=oidc)
    log.event("oidc saved", by=by)
    return oidc


async def remove_oidc(runtime: Runtime, company_id: str, *, by: str) -> None:
    """Nobody signs in by the issuer any more; sessions that began so go on. Raises NotFound."""
    await runtime.stores.companies.change(company_id, oidc=None)
    await runtime.secrets.delete(company_id, SECRETS_ID)
    log.event("oidc removed", by=by)


def open_issuer(runtime: Runtime) -> "IssuerClient":
    """Connections to an issuer; to this machine on the local stack alone, as for webhooks."""
    from shared.outgoing.issuer_client import IssuerClient

    return IssuerClient(allows_local=runtime.settings.allows_local_targets)


def _checked(runtime: Runtime, url: str) -> str:
    try:
        return check_url(url, allows_local=runtime.settings.allows_local_targets)
    except InvalidInput as invalid:
        raise InvalidInput.at("issuer", invalid.problems[0].reason) from invalid
