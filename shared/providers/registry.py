"""Which provider is which adapter. Vendor packages are imported only by those who send through them."""

from collections.abc import Sequence
from datetime import date
from typing import Protocol

from shared.domain.evidence.reconciling import HistoryPage, ReceivedPage
from shared.domain.messages.sending import OutgoingMessage, SendResult
from shared.domain.senders.sender import Provider, Sender
from shared.providers.kit.credentials import (
    Credentials,
    SendGridCredentials,
    TwilioCredentials,
    WrongCredentials,
)
from shared.settings import Settings


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


class ProviderAccount(Protocol):
    """What a provider says of an account."""

    async def problem(self, sender: Sender) -> str | None:
        """Why `sender` could not send, or None. Raises ProviderUnavailable, SenderRefused."""
        ...


def open_account(sender: Sender, credentials: Credentials, settings: Settings) -> ProviderAccount:
    """The account `sender` sends through. Raises WrongCredentials."""
    match sender.provider, credentials:
        case Provider.TWILIO, TwilioCredentials():
            from shared.providers.twilio.account import TwilioAccount

            return TwilioAccount(credentials, settings.twilio_base_url, settings.provider_timeout_seconds)
        case Provider.SENDGRID, SendGridCredentials():
            from shared.providers.sendgrid.account import SendGridAccount

            return SendGridAccount(
                credentials.api_key, settings.sendgrid_base_url, settings.provider_timeout_seconds
            )
    raise _wrong(sender, credentials)


def open_history(sender: Sender, credentials: Credentials, settings: Settings) -> ProviderHistory | None:
    """What `sender` has sent by its provider's own account; None where the provider keeps no such list.

    SendGrid's Activity API is an extra that few accounts have: its events, which carry our id, must do.
    """
    if sender.provider is Provider.TWILIO and isinstance(credentials, TwilioCredentials):
        from shared.providers.twilio.history import TwilioHistory

        return TwilioHistory(credentials, settings.twilio_base_url, settings.provider_timeout_seconds)
    return None


def open_sender(sender: Sender, credentials: Credentials, settings: Settings) -> MessageSender:
    """The adapter that sends for `sender`. Cheap: connections are shared by all senders of the process.

    Raises WrongCredentials when the credentials do not fit the sender's provider.
    """
    match sender.provider, credentials:
        case Provider.TWILIO, TwilioCredentials():
            from shared.providers.twilio.sender import TwilioSender

            return TwilioSender(credentials, settings.twilio_base_url, settings.provider_timeout_seconds)
        case Provider.SENDGRID, SendGridCredentials():
            from shared.providers.sendgrid.client import SendGridSender

            return SendGridSender(
                credentials.api_key, settings.sendgrid_base_url, settings.provider_timeout_seconds
            )
    raise _wrong(sender, credentials)


def _wrong(sender: Sender, credentials: Credentials) -> WrongCredentials:
    return WrongCredentials(
        f"Sender {sender.id} sends through {sender.provider}, but its {type(credentials).__name__} are not "
        f"for that: store {sender.provider} credentials under its id."
    )
