"""The provider `ses`: email through Amazon SES.

It has no history: SES lists no mails that were sent. Its events, which carry our id, must do.
"""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.domain.channels.channel import Channel
from shared.domain.channels.email import EMAIL
from shared.domain.contacts.opt_out import OptOutSource
from shared.domain.messages.webhook import WebhookRequest
from shared.providers.kit.adapters import MessageSender, ProviderAccount
from shared.providers.kit.record import News, ProviderRecord, WebhookRoute
from shared.providers.ses.credentials import SesCredentials

if TYPE_CHECKING:
    from shared.providers.kit.credential_input import CredentialsInput

PROOF = "x-amz-sns-message-type"
LONGEST_BODY = 1024 * 1024  # SNS posts at most 256 KiB


def _credentials_input() -> "type[CredentialsInput]":
    from shared.providers.ses.credential_input import SesCredentialsInput

    return SesCredentialsInput


def _account(credentials: SesCredentials, base_url: str, timeout_seconds: float) -> ProviderAccount:
    from shared.providers.ses.account import SesAccount

    return SesAccount(credentials, base_url, timeout_seconds)


def _sender(
    credentials: SesCredentials, channel: Channel, base_url: str, timeout_seconds: float
) -> MessageSender:
    from shared.providers.ses.client import SesSender

    return SesSender(credentials, base_url, timeout_seconds)


async def _learn(request: WebhookRequest, base_url: str, timeout_seconds: float) -> None:
    from shared.providers.ses import sns

    await sns.learn_certificate(request.body, base_url, timeout_seconds)


def _verify(request: WebhookRequest, credentials: SesCredentials) -> None:
    from shared.providers.ses import sns

    sns.verify(request.body, credentials, request.received_at)


def _read(request: WebhookRequest) -> Sequence[News]:
    from shared.providers.ses import events, sns

    found = sns.read_notification(request.body)
    if found["Type"] != sns.NOTIFICATION:
        return []
    return events.parse_events(str(found.get("Message") or ""))


async def _follow(request: WebhookRequest, base_url: str, timeout_seconds: float) -> None:
    from shared.providers.ses import sns

    await sns.confirm_subscription(request.body, base_url, timeout_seconds)


_LISTED = (
    "Amazon SES keeps a suppression list of its own, and drops what goes to an address on it: remove it "
    "there too, under Suppression list or with DELETE /v2/email/suppression/addresses/ADDRESS of its API."
)

PROVIDER = ProviderRecord(
    name="ses",
    channels=(EMAIL,),
    base_url="https://email.{region}.amazonaws.com",
    credentials=SesCredentials,
    credentials_input=_credentials_input,
    open_account=_account,
    open_sender=_sender,
    webhooks=(
        WebhookRoute(
            path="ses",
            longest_body=LONGEST_BODY,
            proof=PROOF,
            verify=_verify,
            read=_read,
            learn=_learn,
            set_at={EMAIL.name: "In Amazon SNS: an HTTPS subscription of the topic that SES publishes to."},
            follow=_follow,
        ),
    ),
    own_lists={OptOutSource.BOUNCE: _LISTED, OptOutSource.COMPLAINT: _LISTED},
)
