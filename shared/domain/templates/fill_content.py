"""Put a recipient's values into a provider's format."""

from collections.abc import Mapping

from shared.domain.templates.filters import apply_filters
from shared.domain.templates.message_filter import MessageFilter
from shared.domain.templates.provider_content import FilledContent, ProviderContent
from shared.domain.templates.rendering import RenderFailed


def fill(
    content: ProviderContent, texts: Mapping[str, str], filters: tuple[MessageFilter, ...]
) -> FilledContent:
    """The format with these texts in its places, each filtered as texts are, and on one line.

    Networks refuse a value that is empty, or has a line break, a tab or four blanks in a row
    (https://www.twilio.com/docs/api/errors/63013). Raises RenderFailed for one that is empty.
    """
    values = {name: " ".join(apply_filters(text, filters).split()) for name, text in texts.items()}
    for name in content.places:
        if not values.get(name):
            raise RenderFailed(
                f"Nothing is left for the place {{{{{name}}}}} of the format {content.name!r}."
            )
    return FilledContent(content_id=content.id, values=values)
