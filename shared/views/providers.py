"""Providers: which there are, and what their senders sign in with."""

from typing import Any

from shared.domain.channels.channel import all_channels
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


def carriers() -> dict[str, list[str]]:
    """By channel, the providers that carry it."""
    return {str(channel): list(registry.carriers_of(channel)) for channel in all_channels()}
