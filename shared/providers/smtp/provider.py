"""The provider `smtp`: email through a mailbox's own mail server.

It has no history: a mail server lists nothing. An answer or a returned mail, which names our Message-ID, must
do. Its credentials name the server; the setting of its base URL puts one in the place of all.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.domain.channels.channel import Channel
from shared.domain.channels.email import EMAIL
from shared.domain.messages.webhook import WebhookRequest
from shared.providers.kit.adapters import MessageSender, ProviderAccount
from shared.providers.kit.record import News, ProviderRecord, WebhookRoute
from shared.providers.smtp.credentials import SmtpCredentials

if TYPE_CHECKING:
    from shared.providers.kit.credential_input import CredentialsInput

PROOF = "webhook-signature"
MAIL_BYTES = 32 * 1024 * 1024  # what a request to a function may have


def _credentials_input() -> "type[CredentialsInput]":
    from shared.providers.smtp.credential_input import SmtpCredentialsInput

    return SmtpCredentialsInput


def _account(credentials: SmtpCredentials, base_url: str, timeout_seconds: float) -> ProviderAccount:
    from shared.providers.smtp.account import SmtpAccount

    return SmtpAccount(credentials, base_url, timeout_seconds)


def _sender(
    credentials: SmtpCredentials, channel: Channel, base_url: str, timeout_seconds: float
) -> MessageSender:
    from shared.providers.smtp.client import SmtpSender

    return SmtpSender(credentials, base_url, timeout_seconds)


def _verify(request: WebhookRequest, credentials: SmtpCredentials) -> None:
    from shared.providers.smtp import signature

    signature.verify(request.body, request.headers, credentials.inbound_secret, request.received_at)


def _read(request: WebhookRequest) -> Sequence[News]:
    from shared.providers.smtp import inbound

    return inbound.news_of(request.body)


PROVIDER = ProviderRecord(
    name="smtp",
    channels=(EMAIL,),
    base_url="",  # each sender's credentials name their server
    credentials=SmtpCredentials,
    credentials_input=_credentials_input,
    open_account=_account,
    open_sender=_sender,
    webhooks=(
        WebhookRoute(
            path="mail",
            longest_body=MAIL_BYTES,
            proof=PROOF,
            verify=_verify,
            read=_read,
            set_at={
                EMAIL.name: "At the host of the inbound address: where it posts each mail that arrives there."
            },
        ),
    ),
)
