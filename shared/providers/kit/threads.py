"""How an answer by mail names the message it answers: by the Message-ID that we gave that one.

Every mail program repeats it in In-Reply-To and References (RFC 5322, 3.6.4).
"""

import re
from collections.abc import Sequence

from msgspec import Struct

from shared.domain.messages.sending import OutgoingMessage

_OURS = "rollcall"
_IN_BRACKETS = re.compile(r"<([^<>\s@]{1,256})@[^<>\s@]{1,256}>")
_OUR_ID = re.compile(rf"{_OURS}\.([\w-]{{1,128}})", re.ASCII)


def thread_headers(message: OutgoingMessage) -> dict[str, str]:
    """The Message-ID of one mail, and what it continues: mail programs show those together.

    The id holds our own, and is of the sender's domain.
    """
    domain = message.from_address.rpartition("@")[2]
    earlier = [_named(item_id, domain) for item_id in message.thread_ids]
    thread = {"In-Reply-To": earlier[-1], "References": " ".join(earlier)} if earlier else {}
    return {"Message-ID": _named(message.message_id, domain)} | thread


def _named(item_id: str, domain: str) -> str:
    return f"<{_OURS}.{item_id}@{domain}>"


def ids_within(text: str) -> list[str]:
    """The ids of ours that a text names by the Message-IDs we gave them, each once."""
    named = _IN_BRACKETS.findall(text)
    return list(dict.fromkeys(found[1] for one in named if (found := _OUR_ID.fullmatch(one))))


class Named(Struct, frozen=True, kw_only=True):
    """Which mail another one answers: `ours` by our own id, or `other`, the first part of another's.

    A provider's own ids may begin with what it answered when the mail was sent. `earlier` is our newest mail
    in a conversation in which another's is answered.
    """

    ours: str | None = None
    other: str | None = None
    earlier: str | None = None


def named_by(in_reply_to: str, references: str) -> Named:
    """Which mail one with these headers answers: In-Reply-To says it, else the newest of References."""
    answered, earlier = _IN_BRACKETS.findall(in_reply_to), _IN_BRACKETS.findall(references)[::-1]
    ours, others = _parted(answered + earlier)
    if answered and not _parted(answered)[0]:
        return Named(other=_first(others), earlier=_first(ours))
    return Named(ours=_first(ours), other=_first(others))


def _parted(named: Sequence[str]) -> tuple[list[str], list[str]]:
    """Our ids, and the others."""
    found = {one: _OUR_ID.fullmatch(one) for one in named}
    return [ours[1] for ours in found.values() if ours], [one for one, ours in found.items() if not ours]


def _first(found: Sequence[str]) -> str | None:
    return found[0] if found else None
