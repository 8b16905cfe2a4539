"""How an answer by mail names the message it answers: by the Message-ID that we gave that one.

Every mail program repeats it in In-Reply-To and References (RFC 5322, 3.6.4).
"""

import re
from collections.abc import Iterable

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


def answered_ids(*headers: str) -> tuple[str | None, str | None]:
    """Which of our messages a mail with these headers answers, and what else it names.

    The first that is ours, and the first part of the first id that is not: a provider's own ids may begin
    with what it answered when the mail was sent. `headers` are In-Reply-To and then References, the newest
    last.
    """
    named = [part for header in headers for part in reversed(_IN_BRACKETS.findall(header))]
    return _first(found[1] for one in named if (found := _OUR_ID.fullmatch(one))), _first(
        one for one in named if not _OUR_ID.fullmatch(one)
    )


def _first(found: Iterable[str]) -> str | None:
    return next(iter(found), None)
