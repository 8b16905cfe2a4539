"""Read what a webhook tells, and of which senders."""

import logging
from collections.abc import Sequence
from contextlib import suppress

from shared import log
from shared.domain.messages.webhook import WebhookRequest
from shared.domain.senders.sender import Sender
from shared.firestore.queries.senders import SENDERS_AT_ADDRESS
from shared.providers.kit.credentials import Credentials, WrongCredentials
from shared.providers.kit.record import News, WebhookRoute
from shared.providers.kit.signature import BadSignature
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing
from shared.usecases.answers.check_webhook import check_webhook

SENDERS_LOOKED_AT = 20  # at one address
Route = WebhookRoute[Credentials]


async def read_webhook(
    runtime: Runtime, company_id: str, sender: Sender, route: Route, request: WebhookRequest
) -> list[tuple[Sender, Sequence[News]]]:
    """What was told of which senders: of others than the one that the address names, only where their own
    credentials prove the very same post.
    """
    if route.by_account is None:
        return [(sender, route.read(request))]
    told: list[tuple[Sender, Sequence[News]]] = []
    for account, news in route.by_account(request).items():
        about = sender if account == sender.address else None
        if about is None:
            about = await _other(runtime, company_id, (sender, route), account, request)
        if about is None:
            log.event("webhook of no sender", level=logging.WARNING, account=account, count=len(news))
        else:
            told.append((about, news))
    return told


async def _other(
    runtime: Runtime, company_id: str, told: tuple[Sender, Route], account: str, request: WebhookRequest
) -> Sender | None:
    """Another of the company's senders at the same provider, by its address there."""
    found = await runtime.stores.senders.some(
        company_id, SENDERS_AT_ADDRESS, account, limit=SENDERS_LOOKED_AT
    )
    for one in found:
        if one.provider == told[0].provider:
            with suppress(BadSignature, CredentialsMissing, WrongCredentials):
                await check_webhook(runtime, company_id, one, told[1], request)
                return one
    return None
