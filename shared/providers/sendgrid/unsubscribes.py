"""SendGrid's list of who unsubscribed from all that an account sends.

What we send names no unsubscribe group, so that a group's own list drops none of it.
"""

from urllib.parse import quote

import aiohttp
from yarl import URL

from shared.providers.kit import http
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused

NOT_LISTED = 404
# The key may not do it, or the address is none to SendGrid: asked again it would say the same. A key that is
# not accepted at all (401) may be replaced any moment.
REFUSED_STATUSES = frozenset({400, 403, 405})


class SendGridUnsubscribes:
    """The global unsubscribes of the account of one API key."""

    def __init__(self, api_key: str, base_url: str, timeout_seconds: float) -> None:
        self._url = base_url.rstrip("/") + "/v3/asm/suppressions/global/"
        self._headers = {"Authorization": f"Bearer {api_key.strip()}"}
        self._timeout_seconds = timeout_seconds

    async def clear(self, address: str) -> None:
        """Take the address off; done as well when it was not on the list.

        Raises ProviderUnavailable, and SenderRefused where the key lacks the permission.
        https://www.twilio.com/docs/sendgrid/api-reference/suppressions-global-suppressions/delete-a-global-suppression
        """
        url = URL(self._url + quote(address, safe="@"), encoded=True)
        try:
            answer = await http.call(
                "DELETE", url, timeout_seconds=self._timeout_seconds, headers=self._headers
            )
        except (aiohttp.ClientError, OSError, TimeoutError) as error:
            raise ProviderUnavailable(f"SendGrid could not be asked ({type(error).__name__}).") from error
        if answer.status == NOT_LISTED or answer.status // 100 == 2:
            return
        if answer.status in REFUSED_STATUSES:
            raise SenderRefused(
                f"SendGrid does not let the API key change its global unsubscribes ({answer.status})."
            )
        raise ProviderUnavailable(f"SendGrid answered {answer.status}.")
