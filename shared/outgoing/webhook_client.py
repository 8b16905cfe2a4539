"""Posts webhooks to addresses that companies give."""

from collections.abc import Mapping

from shared.outgoing.public_client import Answer, ForbiddenAddress, PublicClient

__all__ = ["Answer", "ForbiddenAddress", "WebhookClient"]
TIMEOUT_SECONDS = 15.0
MOST_READ = 2_000  # bytes of an answer; the rest stays unread


class WebhookClient(PublicClient):
    """Connections for the webhooks of one endpoint."""

    def __init__(self, *, allows_local: bool) -> None:
        super().__init__(allows_local=allows_local, timeout_seconds=TIMEOUT_SECONDS, most_read=MOST_READ)

    async def post(self, url: str, headers: Mapping[str, str], body: str) -> Answer:
        """Post once, without redirects. Raises what `ask` does."""
        return await self.ask("POST", url, headers, body)
