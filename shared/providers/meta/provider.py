"""The provider `meta`: Messenger and Instagram, by Meta's own Graph API."""

from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import TYPE_CHECKING

from shared.domain.channels.channel import Channel
from shared.domain.channels.instagram import INSTAGRAM
from shared.domain.channels.messenger import MESSENGER
from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.providers.kit.adapters import MessageSender, ProviderAccount, ProviderHistory
from shared.providers.kit.record import News, ProviderRecord, Renewal, WebhookRoute
from shared.providers.meta.credentials import MetaCredentials
from shared.providers.meta.platform import GRAPH, INSTAGRAM_PLATFORM, MESSENGER_PLATFORM

if TYPE_CHECKING:
    from shared.providers.kit.credential_input import CredentialsInput

PROOF = "X-Hub-Signature-256"
POST_BYTES = 2 * 1024 * 1024  # up to a thousand events
_PLATFORMS = {MESSENGER.name: MESSENGER_PLATFORM, INSTAGRAM.name: INSTAGRAM_PLATFORM}


def _credentials_input() -> "type[CredentialsInput]":
    from shared.providers.meta.credential_input import MetaCredentialsInput

    return MetaCredentialsInput


def _account(credentials: MetaCredentials, base_url: str, timeout_seconds: float) -> ProviderAccount:
    from shared.providers.meta.account import MetaAccount

    return MetaAccount(credentials, base_url, timeout_seconds, _PLATFORMS.__getitem__)


def _sender(
    credentials: MetaCredentials, channel: Channel, base_url: str, timeout_seconds: float
) -> MessageSender:
    from shared.providers.meta.sender import MetaSender

    return MetaSender(credentials, _PLATFORMS[channel], base_url, timeout_seconds)


def _history(
    credentials: MetaCredentials, channel: Channel, base_url: str, timeout_seconds: float
) -> ProviderHistory:
    from shared.providers.meta.history import MetaHistory

    return MetaHistory(credentials, _PLATFORMS[channel], base_url, timeout_seconds)


async def _renew(
    credentials: MetaCredentials, channel: Channel, base_url: str, timeout_seconds: float
) -> Mapping[str, str] | None:
    from shared.providers.meta.renewal import renew

    return await renew(credentials, _PLATFORMS[channel], base_url, timeout_seconds)


def _verify(request: WebhookRequest, credentials: MetaCredentials) -> None:
    from shared.providers.meta import webhook

    webhook.verify(request, credentials)


def _challenge(request: WebhookRequest, credentials: MetaCredentials) -> WebhookAnswer:
    from shared.providers.meta import webhook

    return webhook.answer_challenge(request, credentials)


def _by_account(request: WebhookRequest) -> Mapping[str, Sequence[News]]:
    from shared.providers.meta.events import read_events

    return read_events(request.body)


def _read(request: WebhookRequest) -> Sequence[News]:
    return [one for news in _by_account(request).values() for one in news]


_DASHBOARD = "In the app's dashboard at Meta, Webhooks: the callback address, with your verify token."

PROVIDER = ProviderRecord(
    name="meta",
    channels=(MESSENGER, INSTAGRAM),
    base_url=GRAPH,
    credentials=MetaCredentials,
    credentials_input=_credentials_input,
    open_account=_account,
    open_sender=_sender,
    open_history=_history,
    # A token is good for sixty days: half of them are left to mend what keeps it from being renewed.
    renewal=Renewal(renew=_renew, after=timedelta(days=30), ends_after=timedelta(days=60)),
    webhooks=(
        WebhookRoute(
            path="meta",
            longest_body=POST_BYTES,
            proof=PROOF,
            verify=_verify,
            read=_read,
            by_account=_by_account,
            challenge=_challenge,
            set_at={MESSENGER.name: _DASHBOARD, INSTAGRAM.name: _DASHBOARD},
            # Meta wants 200, and nothing else.
            answer=WebhookAnswer(status=200, body="EVENT_RECEIVED", media_type="text/plain"),
        ),
    ),
)
