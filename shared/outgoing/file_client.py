"""Fetches files from addresses that companies give."""

from types import MappingProxyType

from shared.outgoing.public_client import Answer, ForbiddenAddress, PublicClient

__all__ = ["Answer", "FileClient", "ForbiddenAddress"]
TIMEOUT_SECONDS = 20.0
# As it is: what is packed on its way may unpack to much more.
_HEADERS = MappingProxyType({"Accept": "*/*", "Accept-Encoding": "identity", "User-Agent": "Rollcall"})


class FileClient(PublicClient):
    """Connections for the files of one plan. Of each file one byte more than `most_bytes` is read."""

    def __init__(self, *, allows_local: bool, most_bytes: int) -> None:
        super().__init__(allows_local=allows_local, timeout_seconds=TIMEOUT_SECONDS, most_read=most_bytes + 1)

    async def fetch(self, url: str) -> Answer:
        """Ask once, without redirects. Raises what `ask` does."""
        return await self.ask("GET", url, _HEADERS)
