"""A token that ends after sixty days is exchanged for a new one long before.

https://developers.facebook.com/docs/instagram-platform/reference/refresh_access_token
https://developers.facebook.com/docs/facebook-login/guides/access-tokens/get-long-lived
"""

from collections.abc import Mapping

from shared.providers.kit.asking import ProviderUnavailable
from shared.providers.meta.client import API_VERSION, MetaClient
from shared.providers.meta.credentials import MetaCredentials
from shared.providers.meta.platform import GRAPH, Platform


async def renew(
    credentials: MetaCredentials, platform: Platform, base_url: str, timeout_seconds: float
) -> Mapping[str, str] | None:
    """What is new of the credentials; None for a token that does not end, as of a page without its app's id.

    The old token stays good until it ends. Raises SenderRefused, ProviderUnavailable.
    """
    client, token = MetaClient(credentials, platform, base_url, timeout_seconds), credentials.access_token
    if platform.host != GRAPH and not credentials.page_id:
        params = {"grant_type": "ig_refresh_token", "access_token": token}
        found = await client.ask("refresh_access_token", params)
    elif credentials.app_id:
        params = {
            "grant_type": "fb_exchange_token",
            "client_id": credentials.app_id,
            "client_secret": credentials.app_secret,
            "fb_exchange_token": token,
        }
        found = await client.ask(f"{API_VERSION}/oauth/access_token", params)
    else:
        return None
    renewed = found.get("access_token")
    if not isinstance(renewed, str) or not renewed.strip():
        raise ProviderUnavailable("Meta's answer names no token.")
    return {"access_token": renewed}
