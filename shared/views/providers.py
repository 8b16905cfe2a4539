"""Providers: which there are, and what their senders sign in with."""

from collections.abc import Iterable
from typing import Any
from urllib.parse import urlencode

from shared.domain.channels.channel import all_channels
from shared.domain.senders.sender import Sender
from shared.providers import registry


def provider_names() -> tuple[str, ...]:
    """The providers' names."""
    return registry.names()


def credential_schemas() -> list[dict[str, Any]]:
    """What each provider's credentials must hold, as JSON schemas."""
    return [record.credentials_input().model_json_schema() for record in registry.records()]


def credential_fields() -> dict[str, list[str]]:
    """By provider, the names of what its senders sign in with."""
    return {record.name: list(record.credentials_input().model_fields) for record in registry.records()}


def explain_codes(kinds: Iterable[str]) -> dict[str, str]:
    """Of reports' kinds that are a provider's code (30003, provider 21610), what the code means."""
    askers = [record.code_words for record in registry.records() if record.code_words is not None]
    found: dict[str, str] = {}
    for kind in kinds:
        code = kind.removeprefix("provider ")
        words = next((said for ask in askers if (said := ask(code))), None)
        if words is not None:
            found[kind] = words
    return found


def carriers() -> dict[str, list[str]]:
    """By channel, the providers that carry it."""
    return {str(channel): list(registry.carriers_of(channel)) for channel in all_channels()}


def addresses_to_set(public_url: str, company_id: str, sender: Sender) -> list[tuple[str, str]]:
    """What an admin enters at the sender's provider, so that it tells us: where, and the address."""
    record, query = registry.find(sender.provider), urlencode({"company": company_id, "sender": sender.id})
    return [
        (route.set_at[sender.channel], f"{public_url}/messages/{route.path}?{query}")
        for route in (record.webhooks if record else ())
        if sender.channel in route.set_at
    ]
