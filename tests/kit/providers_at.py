"""Settings by which providers are reached elsewhere."""

from shared.domain.record import replace
from shared.settings import Settings


def providers_at(settings: Settings, **base_urls: str) -> Settings:
    """The settings with these base URLs, by provider; the others stay."""
    return replace(settings, provider_base_urls={**settings.provider_base_urls, **base_urls})
