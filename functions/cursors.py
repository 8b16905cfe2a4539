"""Where a list goes on: signed, and bound to the company, the list and its filters.

A cursor names the last item's place. What comes in meanwhile stands before it, so that paging on gives
everything else once.
"""

import base64
import binascii
import hashlib
import hmac
import json
from collections.abc import Mapping

from shared.domain.errors import InvalidInput
from shared.settings import Settings

ORDER = 2  # the order of lists: raised when it changes, so that no cursor leads into another order


def sign_cursor(
    settings: Settings, company_id: str, name: str, filters: Mapping[str, object], after: str
) -> str:
    """The cursor that leads past the item `after` of the list `name` with these filters."""
    shown = base64.urlsafe_b64encode(after.encode()).decode().rstrip("=")
    return f"{shown}.{_signature(settings, company_id, name, filters, after)}"


def open_cursor(
    settings: Settings, company_id: str, name: str, filters: Mapping[str, object], cursor: str | None
) -> str | None:
    """The item a cursor leads past. Raises InvalidInput for one that is not of this list."""
    if cursor is None:
        return None
    shown, _, signature = cursor.partition(".")
    try:
        after = base64.urlsafe_b64decode(shown + "=" * (-len(shown) % 4)).decode()
    except (binascii.Error, ValueError):
        after = ""
    expected = _signature(settings, company_id, name, filters, after)
    if not after or not hmac.compare_digest(signature.encode(), expected.encode()):
        raise InvalidInput.at(
            "cursor",
            "is not of this list; pass next_cursor as it came, with the same filters. If it is of an earlier "
            "version or other filters, leave it out and begin with the first page",
        )
    return after


def _signature(
    settings: Settings, company_id: str, name: str, filters: Mapping[str, object], after: str
) -> str:
    given = {key: str(value) for key, value in filters.items() if value is not None}
    facts = json.dumps([ORDER, company_id, name, given, after], sort_keys=True).encode()
    return hmac.new(settings.signing_key.encode(), facts, hashlib.sha256).hexdigest()[:32]
