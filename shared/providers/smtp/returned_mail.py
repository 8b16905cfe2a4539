"""A mail of ours that a server returned, or has not delivered yet (RFC 3464, and older servers' words)."""

import logging
import re
from collections.abc import Iterator
from email.message import Message

from msgspec import Struct

from shared import log
from shared.providers.kit.mail_status import says_gone, status_in
from shared.providers.kit.threads import ids_within

_LONGEST_READ = 200_000  # characters of a part
_MESSAGE_ID = re.compile(r"(?im)^[>\s]*message-id:\s*(<[^<>\s]{1,600}>)")
_COPY = re.compile(r"(?m)^-{2,}")  # what stands before a copy of the mail
_STATUS = "message/delivery-status"
_ACTIONS = {"failed": 0, "delayed": 1}  # what counts most of a report about several addresses


class Returned(Struct, frozen=True, kw_only=True):
    """What a server says of our messages with these ids.

    `is_final`: it has given up. `is_gone`: nothing will ever reach the address. `status` is its enhanced
    status code, if it has one, `said` its own words.
    """

    message_ids: tuple[str, ...]
    is_final: bool
    is_gone: bool
    status: str
    said: str
    address: str | None


def returned_by(mail: Message) -> Returned | None:
    """What the mail says of ours; None when it says nothing of one that failed or waits."""
    from flufl.bounce import all_failures  # here, as few mails are returned

    try:
        waiting, failed = all_failures(mail)
    except Exception as error:  # noqa: BLE001 - whatever anybody's mail makes a parser of many forms do
        log.event("returned mail unread", level=logging.WARNING, error_type=type(error).__name__)
        return None
    ids = ids_told(mail)
    if not (waiting or failed) or not ids:
        return None
    status, said, words = _told(mail)
    addresses = failed or waiting
    return Returned(
        message_ids=tuple(ids),
        is_final=bool(failed),
        is_gone=bool(failed) and says_gone(status, said or words),
        status=status,
        said=said,
        address=next(iter(addresses)).decode("ascii", "replace") if len(addresses) == 1 else None,
    )


def ids_told(mail: Message) -> list[str]:
    """Our ids of the mails that it is about: by their own Message-ID, not by what those answered.

    A report without a copy names the mail as what it answers.
    """
    found = [text for part in mail.walk() for text in _ids_of(part)]
    answered = [str(mail.get(name, "")) for name in ("In-Reply-To", "References")]
    return ids_within(" ".join(found)) or ids_within(answered[0]) or ids_within(answered[1])[-1:]


def _ids_of(part: Message) -> Iterator[str]:
    if part.get_content_maintype() == "message" and part.get_content_type() != _STATUS:
        for one in blocks_of(part):
            yield from (str(one.get(name, "")) for name in ("Message-ID", "Original-Message-ID"))
    elif part.get_content_maintype() == "text":
        yield from _MESSAGE_ID.findall(_text(part))


def blocks_of(part: Message) -> list[Message]:
    """The mails or the blocks of fields that a part holds; none where it came as a text."""
    held = part.get_payload()
    return [one for one in held if isinstance(one, Message)] if isinstance(held, list) else []


def _told(mail: Message) -> tuple[str, str, str]:
    """Status code and words of a report's own fields, or else the code that its text has, and that text."""
    texts: list[str] = []
    blocks: list[Message] = []
    for part in mail.walk():
        if part.get_content_type() == _STATUS:
            blocks += blocks_of(part)
        elif part.get_content_type() == "text/plain":
            texts.append(_text(part))
    blocks.sort(key=lambda one: _ACTIONS.get(str(one.get("Action", "")).strip().lower(), len(_ACTIONS)))
    for block in blocks:
        if status := status_in(str(block.get("Status", ""))):
            said = str(block.get("Diagnostic-Code", "")).partition(";")[2]
            return status, " ".join(said.split()), ""
    words = _COPY.split("\n".join(texts))[0]
    return status_in(words), "", words


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    return data[:_LONGEST_READ].decode("latin-1") if isinstance(data, bytes) else ""
