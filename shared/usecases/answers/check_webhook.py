"""Whether a webhook was sent by the sender's provider: by any of the sender's live credentials."""

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import asynccontextmanager, suppress
from typing import TypeVar

from shared.domain.messages.webhook import WebhookRequest
from shared.domain.senders.sender import Sender
from shared.providers.kit.credentials import Credentials, WrongCredentials
from shared.providers.kit.record import WebhookRoute
from shared.providers.kit.signature import BadSignature
from shared.runtime import Runtime
from shared.storage.secrets import CredentialsMissing, SecretsUnavailable
from shared.usecases.answers.find_sender import find_sender_now

Route = WebhookRoute[Credentials]
R = TypeVar("R")


class WebhookRefused(Exception):
    """Nothing proves that the sender's provider said this. The text is for the log: callers get no reason."""


class WebhookUnchecked(Exception):
    """The signature cannot be checked now; it may be genuine, so the provider shall try again."""


async def check_webhook(
    runtime: Runtime,
    company_id: str,
    sender: Sender,
    route: Route,
    request: WebhookRequest,
) -> None:
    """Raise BadSignature unless the request is signed with one of the sender's live credentials.

    There are two during a rotation: a provider signs with the old ones until the new ones are its first,
    and may repeat later what it signed before. When none fits they are read anew: they may have been
    replaced a moment ago.
    """
    live = await runtime.live_credentials(company_id, sender)
    try:
        _check_any(live, route, request)
    except BadSignature:
        renewed = await runtime.live_credentials(company_id, sender, fresh=True)
        if renewed == live:
            raise
        _check_any(renewed, route, request)


def _check_any(live: Sequence[Credentials], route: Route, request: WebhookRequest) -> None:
    """Raise the newest credentials' BadSignature when none passes."""
    first_good(live, lambda credentials: route.verify(request, credentials))


def first_good(live: Sequence[Credentials], ask: Callable[[Credentials], R]) -> R:
    """What the first credentials give that do not raise BadSignature; else the newest ones' is raised."""
    refusals = []
    for credentials in live:
        try:
            return ask(credentials)
        except BadSignature as refusal:
            refusals.append(refusal)
    raise refusals[0]


@asynccontextmanager
async def checked(runtime: Runtime, company_id: str, sender: Sender) -> AsyncIterator[None]:
    """What does not prove that the provider speaks, as a refusal."""
    try:
        yield
    except (BadSignature, CredentialsMissing, WrongCredentials) as refusal:
        with suppress(BadSignature):  # the sender may be gone, and only remembered
            await find_sender_now(runtime, company_id, sender.id)
        raise WebhookRefused(str(refusal)) from refusal
    except SecretsUnavailable as error:
        raise WebhookUnchecked(str(error)) from error
