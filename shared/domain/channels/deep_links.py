"""Links that open a chat with a sender, and tell it by which invitation somebody came.

https://faq.whatsapp.com/5913398998672934 (wa.me),
https://developers.facebook.com/docs/messenger-platform/discovery/m-me-links and
https://developers.facebook.com/docs/messenger-platform/instagram/features/ig-me-links
"""

from collections.abc import Callable
from urllib.parse import quote

# Of a sender's address, its name at the network (empty where it has none), and the reference.
DeepLink = Callable[[str, str, str], str]


def wa_me(address: str, name: str, reference: str) -> str:
    """WhatsApp knows no references: it stands in the text that the person is about to send."""
    return f"https://wa.me/{address.removeprefix('+')}?text={quote(written(reference))}"


def m_me(address: str, name: str, reference: str) -> str:
    """Of a page, by its name or its id."""
    return f"https://m.me/{name or address}?ref={reference}"


def ig_me(address: str, name: str, reference: str) -> str:
    """Of an Instagram account, by its name alone."""
    return f"https://ig.me/m/{name}?ref={reference}"


def written(reference: str) -> str:
    """A reference as it stands in a text."""
    return f"Ref: {reference}"
