"""The last wall against the same text twice."""

from msgspec import Struct


class TextClaim(Struct, frozen=True, kw_only=True):
    """That a fire has this very text for this address.

    It holds whatever the dedupe key says; the id is computed from fire, step, address and text.
    """

    id: str
    message_id: str
