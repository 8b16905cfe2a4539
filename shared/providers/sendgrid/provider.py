"""The provider `sendgrid`: email.

It has no history here: SendGrid's Activity API is an extra that few accounts have. Its events, which carry
our id, must do.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.domain.channels.channel import Channel
from shared.domain.channels.email import EMAIL
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.messages.webhook import WebhookRequest
from shared.providers.kit.adapters import MessageSender, OwnLists, ProviderAccount
from shared.providers.kit.record import ListClearing, News, ProviderRecord, WebhookRoute
from shared.providers.kit.signature import BadSignature
from shared.providers.sendgrid.credentials import SendGridCredentials

if TYPE_CHECKING:
    from shared.providers.kit.credential_input import CredentialsInput


PROOF = "X-Twilio-Email-Event-Webhook-Signature"
EVENTS_BYTES = 10 * 1024 * 1024  # a thousand events and more are posted at once
# SendGrid takes mails of 30 MB, with attachments; a request to a function may have 32 MiB.
MAIL_BYTES = 32 * 1024 * 1024


def _credentials_input() -> "type[CredentialsInput]":
    from shared.providers.sendgrid.credential_input import SendGridCredentialsInput

    return SendGridCredentialsInput


def _account(credentials: SendGridCredentials, base_url: str, timeout_seconds: float) -> ProviderAccount:
    from shared.providers.sendgrid.account import SendGridAccount

    return SendGridAccount(credentials.api_key, base_url, timeout_seconds)


def _sender(
    credentials: SendGridCredentials, channel: Channel, base_url: str, timeout_seconds: float
) -> MessageSender:
    from shared.providers.sendgrid.client import SendGridSender

    return SendGridSender(credentials.api_key, base_url, timeout_seconds)


def _unsubscribes(credentials: SendGridCredentials, base_url: str, timeout_seconds: float) -> OwnLists:
    from shared.providers.sendgrid.unsubscribes import SendGridUnsubscribes

    return SendGridUnsubscribes(credentials.api_key, base_url, timeout_seconds)


def _verify(request: WebhookRequest, credentials: SendGridCredentials) -> None:
    from shared.providers.sendgrid import webhook

    webhook.verify(request.body, request.headers, (credentials.webhook_public_key,), request.received_at)


def _events(request: WebhookRequest) -> Sequence[News]:
    from shared.providers.sendgrid import webhook

    return webhook.parse_events(request.body)


def _verify_inbound(request: WebhookRequest, credentials: SendGridCredentials) -> None:
    """By the key of Inbound Parse, or not at all."""
    from shared.providers.sendgrid import webhook

    if not credentials.inbound_public_key:
        raise BadSignature("the sender's credentials have no inbound_public_key")
    webhook.verify(request.body, request.headers, (credentials.inbound_public_key,), request.received_at)


def _mail(request: WebhookRequest) -> Sequence[News]:
    from shared.providers.sendgrid import inbound

    return inbound.parse_inbound(request.headers.get("content-type", ""), request.body)


_LISTED = (
    "SendGrid keeps a list of its own, and drops what goes to an address on it: remove the address there "
    "too, under Suppressions > {list} or with DELETE /v3/{path}/ADDRESS of its API."
)
_UNSUBSCRIBED = _LISTED.format(list="Global Unsubscribes", path="asm/suppressions/global")
_BY_HAND = f"Should it not let the API key do so: {_UNSUBSCRIBED}"

PROVIDER = ProviderRecord(
    name="sendgrid",
    channels=(EMAIL,),
    base_url="https://api.sendgrid.com",
    credentials=SendGridCredentials,
    credentials_input=_credentials_input,
    open_account=_account,
    open_sender=_sender,
    webhooks=(
        WebhookRoute(
            path="events",
            longest_body=EVENTS_BYTES,
            proof=PROOF,
            verify=_verify,
            read=_events,
            set_at={EMAIL.name: "What became of mails. In SendGrid, Mail Settings: Event Webhook, signed."},
        ),
        WebhookRoute(
            path="incoming",
            longest_body=MAIL_BYTES,
            proof=PROOF,
            verify=_verify_inbound,
            read=_mail,
            set_at={
                EMAIL.name: "Answers. In SendGrid, Inbound Parse: Destination URL, with a security policy."
            },
        ),
    ),
    own_lists={
        OptOutSource.BOUNCE: _LISTED.format(list="Bounces", path="suppression/bounces"),
        OptOutSource.COMPLAINT: _LISTED.format(list="Spam Reports", path="suppression/spam_reports"),
        OptOutSource.PROVIDER: _UNSUBSCRIBED,
    },
    # Bounces and spam reports are not cleared: that a person returns says nothing of them. A mailbox must be
    # in reach again, and with who called a mail spam to their own provider somebody must have spoken.
    clearing=ListClearing(
        source=OptOutSource.PROVIDER,
        open=_unsubscribes,
        held=f"Once this ends here, SendGrid is asked to take the address off its own list. {_BY_HAND}",
        asked=f"SendGrid is being asked to take the address off its own list as well. {_BY_HAND}",
    ),
)
