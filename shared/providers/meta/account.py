"""Whether a token may speak for a page or an Instagram account: asked before anything is sent."""

from collections.abc import Callable

from shared.domain.channels.channel import Channel
from shared.domain.senders.sender import Sender
from shared.providers.kit.asking import QuestionRefused
from shared.providers.meta.client import MetaClient
from shared.providers.meta.credentials import MetaCredentials
from shared.providers.meta.platform import Platform

WINDOW_REMARK = (
    "Meta takes a message only within 24 hours after the person wrote: whom that keeps out is skipped, or is "
    "invited by a step of another channel."
)


class MetaAccount:
    """One page or Instagram account."""

    def __init__(
        self,
        credentials: MetaCredentials,
        base_url: str,
        timeout_seconds: float,
        platform_of: Callable[[Channel], Platform],
    ) -> None:
        self._credentials = credentials
        self._way = (base_url, timeout_seconds)
        self._platform_of = platform_of

    async def problem(self, sender: Sender) -> str | None:
        """Why `sender` could not send, or None. Raises SenderRefused, ProviderUnavailable.

        https://developers.facebook.com/docs/graph-api/reference/page
        """
        client = MetaClient(self._credentials, self._platform_of(sender.channel), *self._way)
        page_id = client.credentials.page_id
        try:
            if page_id:
                found = await client.get(page_id, fields="id,instagram_business_account")
                linked = str((found.get("instagram_business_account") or {}).get("id") or "")
                is_ours = sender.address in (linked, page_id)
                return None if is_ours else f"The page {page_id} is not linked to {sender.address}."
            own = await client.get("me", fields=f"id,user_id,{client.platform.names_account}")
        except QuestionRefused as refused:
            return f"Meta does not show the account {sender.address}: {refused}"
        # Instagram's own host calls the professional account `user_id`, and itself by another id.
        if sender.address in (str(own.get("id")), str(own.get("user_id"))):
            return None
        return f"The access token is not that of {sender.address}: it speaks for {own.get('id')}."

    async def remarks(self, sender: Sender) -> tuple[str, ...]:
        """What is to be known of the channel."""
        return (WINDOW_REMARK,)
