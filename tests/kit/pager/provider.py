"""The provider `beeper`, which carries pages. Its one secret signs us in, and signs what it tells us.

All there is to it is this folder and one line of settings: ROLLCALL_EXTRA_PROVIDERS=tests.kit.pager.provider
"""

import hashlib
import hmac
import json
from collections.abc import Sequence
from typing import TYPE_CHECKING

from shared.domain.channels.channel import Channel
from shared.domain.errors import InvalidInput
from shared.domain.ids import computed_id
from shared.domain.messages.sending import Receipt, ReceiptKind
from shared.domain.messages.webhook import WebhookRequest
from shared.providers.kit.adapters import MessageSender, ProviderAccount
from shared.providers.kit.credentials import Credentials
from shared.providers.kit.record import STATUS_PATH, News, ProviderRecord, WebhookRoute
from shared.providers.kit.signature import BadSignature, required_header
from tests.kit.pager.channel import PAGER

if TYPE_CHECKING:
    from shared.providers.kit.credential_input import CredentialsInput

SIGNATURE_HEADER = "X-Beeper-Signature"
KINDS = {"beeped": ReceiptKind.DELIVERED, "out of reach": ReceiptKind.UNDELIVERED}


class BeeperCredentials(Credentials, frozen=True, kw_only=True):
    """The line's secret."""

    secret: str


def signature(secret: str, url: str, body: bytes) -> str:
    """What proves that someone with the secret posted `body` to `url`."""
    return hmac.new(secret.encode(), url.encode() + b"\n" + body, hashlib.sha256).hexdigest()


def _credentials_input() -> "type[CredentialsInput]":
    from tests.kit.pager.client import BeeperCredentialsInput

    return BeeperCredentialsInput


def _account(credentials: BeeperCredentials, base_url: str, timeout_seconds: float) -> ProviderAccount:
    from tests.kit.pager.client import Beeper

    return Beeper(credentials, base_url, timeout_seconds)


def _sender(
    credentials: BeeperCredentials, channel: Channel, base_url: str, timeout_seconds: float
) -> MessageSender:
    from tests.kit.pager.client import Beeper

    return Beeper(credentials, base_url, timeout_seconds)


def _verify(request: WebhookRequest, credentials: BeeperCredentials) -> None:
    given = required_header(request.headers, SIGNATURE_HEADER)
    expected = signature(credentials.secret, request.url, request.body)
    if not hmac.compare_digest(given.encode(), expected.encode()):
        raise BadSignature("the signature does not fit the request")


def _status(request: WebhookRequest) -> Sequence[News]:
    try:
        told = json.loads(request.body)
        page, event = str(told["page"]), str(told["event"])
    except (KeyError, TypeError, ValueError) as error:
        raise InvalidInput.at("body", "must name a page and an event") from error
    return [
        Receipt(
            message_id=request.query.get("message", ""),
            kind=KINDS.get(event, ReceiptKind.UNKNOWN),
            event_id=computed_id(page, event),
            provider_id=page,
        )
    ]


PROVIDER = ProviderRecord(
    name="beeper",
    channels=(PAGER,),
    base_url="https://beeper.example",
    credentials=BeeperCredentials,
    credentials_input=_credentials_input,
    open_account=_account,
    open_sender=_sender,
    webhooks=(
        WebhookRoute(
            path=STATUS_PATH, longest_body=10_000, proof=SIGNATURE_HEADER, verify=_verify, read=_status
        ),
    ),
)
