"""Answer a provider that asks whether an address is ours, before it posts anything there."""

from shared.domain.messages.webhook import WebhookAnswer, WebhookRequest
from shared.providers import registry
from shared.providers.kit.signature import BadSignature
from shared.runtime import Runtime
from shared.usecases.answers.check_webhook import WebhookRefused, checked, first_good
from shared.usecases.answers.find_sender import find_sender_now


def takes_challenges(path: str) -> bool:
    """Whether any provider asks at /messages/`path` whether the address is ours."""
    return registry.takes_challenges(path)


async def answer_challenge(
    runtime: Runtime, company_id: str, sender_id: str, path: str, request: WebhookRequest
) -> WebhookAnswer:
    """What a provider is answered that asks whether the address is ours, and knows the sender's secret.

    Raises WebhookRefused, WebhookUnchecked, CompanyGone.
    """
    try:
        sender = await find_sender_now(runtime, company_id, sender_id)
        route = registry.find_webhook(sender, path)
        challenge = route.challenge if route else None
        if challenge is None:
            raise BadSignature(f"{sender.provider} asks nothing there")
    except BadSignature as refusal:
        raise WebhookRefused(str(refusal)) from refusal
    async with checked(runtime, company_id, sender):
        live = await runtime.live_credentials(company_id, sender, fresh=True)
        return first_good(live, lambda credentials: challenge(request, credentials))
