"""What differs between Messenger and Instagram in Meta's one API."""

from msgspec import Struct

GRAPH = "https://graph.facebook.com"


class Platform(Struct, frozen=True, kw_only=True):
    """One of the two. `name` is what the API calls it, `event_object` what webhooks do.

    `host` takes the tokens of an account that no page stands for. With `repeats_metadata` an echo carries
    what we send beside a text. `names_account` is the field that holds an account's name.
    """

    name: str
    event_object: str
    host: str
    repeats_metadata: bool
    names_account: str


MESSENGER_PLATFORM = Platform(
    name="messenger", event_object="page", host=GRAPH, repeats_metadata=True, names_account="name"
)
# It documents no metadata, and the API refuses what it does not know.
INSTAGRAM_PLATFORM = Platform(
    name="instagram",
    event_object="instagram",
    host="https://graph.instagram.com",
    repeats_metadata=False,
    names_account="username",
)
