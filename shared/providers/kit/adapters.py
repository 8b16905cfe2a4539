"""What the parts of a provider can do for Rollcall."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from shared.domain.evidence.reconciling import HistoryPage, ReceivedPage
from shared.domain.messages.sending import OutgoingMessage, SendResult
from shared.domain.senders.sender import Sender
from shared.domain.templates.provider_content import ContentPage, ProviderContent


class MessageSender(Protocol):
    """What every provider's adapter can do."""

    async def send(self, messages: Sequence[OutgoingMessage]) -> dict[str, SendResult]:
        """Send all messages at once; one result per message id. Never raises for a message."""
        ...


class ProviderHistory(Protocol):
    """What a provider that lists what it has sent can tell."""

    async def page(
        self,
        from_address: str,
        *,
        to_address: str | None = None,
        on: date | None = None,
        since: date | None = None,
        cursor: str | None = None,
    ) -> HistoryPage:
        """Some messages of a sender, on a day or since one. Raises ProviderUnavailable, SenderRefused."""
        ...

    async def incoming(self, to_address: str, *, since: date, cursor: str | None = None) -> ReceivedPage:
        """Some of what people wrote to a sender since a day. Raises ProviderUnavailable, SenderRefused."""
        ...


class ProviderContents(Protocol):
    """What a provider that keeps message formats can tell of them."""

    async def find(self, content_id: str) -> ProviderContent | None:
        """One of them, if the account has it. Raises ProviderUnavailable, SenderRefused."""
        ...

    async def page(self, limit: int, cursor: str | None = None) -> ContentPage:
        """So many of them at most. Raises ProviderUnavailable, SenderRefused."""
        ...


class OwnLists(Protocol):
    """What a provider that drops what goes to people who unsubscribed with it lets us change of that."""

    async def clear(self, address: str) -> None:
        """Take the address off; done as well when it was not on the list.

        Raises ProviderUnavailable, and SenderRefused where the credentials are not enough for it.
        """
        ...


class ProviderAccount(Protocol):
    """What a provider says of an account."""

    async def problem(self, sender: Sender) -> str | None:
        """Why `sender` could not send, or None. Raises ProviderUnavailable, SenderRefused."""
        ...

    async def remarks(self, sender: Sender) -> tuple[str, ...]:
        """What else is to be known of `sender` before it sends, a sentence each: how carriers know it, say.

        Raises ProviderUnavailable, SenderRefused.
        """
        ...
