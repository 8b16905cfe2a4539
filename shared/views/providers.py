"""Providers: which there are, and what their senders sign in with."""

from typing import Any

from shared.providers import registry


def provider_names() -> tuple[str, ...]:
    """The providers' names."""
    return registry.names()


def credential_schemas() -> list[dict[str, Any]]:
    """What each provider's credentials must hold, as JSON schemas."""
    return [record.credentials_input().model_json_schema() for record in registry.records()]
