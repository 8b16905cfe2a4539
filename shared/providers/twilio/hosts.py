"""Parts of Twilio's API that are on hosts of their own at Twilio, and on the same one elsewhere."""

from urllib.parse import urlsplit

from twilio.rest import Client
from twilio.rest.content import Content
from twilio.rest.messaging import Messaging


def messaging(client: Client) -> Messaging:
    """The part that knows messaging services and channel senders."""
    client.messaging.base_url = _beside(client, "messaging")
    return client.messaging


def content(client: Client) -> Content:
    """The part that knows content templates."""
    client.content.base_url = _beside(client, "content")
    return client.content


def _beside(client: Client, part: str) -> str:
    base_url = str(client.api.base_url)
    host = urlsplit(base_url).hostname or ""
    if host.startswith("api.") and host.endswith(".twilio.com"):
        base_url = base_url.replace("//api.", f"//{part}.", 1)
    return base_url.rstrip("/")
