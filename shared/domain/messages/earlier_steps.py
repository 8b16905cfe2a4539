"""The ids of a recipient's messages of earlier steps, as a message keeps them: one text.

They are computed and not looked up, so they are known before those messages are stored.
"""

from collections.abc import Sequence

_NONE = "-"


def together(ids: Sequence[str | None]) -> str | None:
    """The ids as one text, in the order of the steps; None when there is no earlier step."""
    return " ".join(item_id or _NONE for item_id in ids) or None


def apart(earlier: str | None) -> list[str | None]:
    """The ids, one for each earlier step; None where that step has no message."""
    return [None if item_id == _NONE else item_id for item_id in (earlier or "").split()]
