"""A mail of ours that a server returned, or has not delivered yet (RFC 3464, and older servers' words)."""

import email
import email.policy
import logging
import re
from collections.abc import Iterator
from email.message import Message

from msgspec import Struct

from shared import log
from shared.providers.kit.mail_status import is_gone, status_in
from shared.providers.kit.threads import ids_within

_LONGEST_READ = 200_000  # characters of a part
_MESSAGE_ID = re.compile(r"(?im)^[>\s]*message-id:\s*(<[^<>\s]{1,600}>)")
_DAEMON = re.compile(r"(?i)\b(?:mailer-daemon|postmaster|mail-daemon)@")
_REPORT = "multipart/report"
_GLOBAL = b"global-delivery-status"
_UTF8_ADDRESS = re.compile(rb"(?im)^((?:final|original)-recipient:\s*)utf-8\s*;")
_STATUS = "message/delivery-status"


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


def is_returned(sender: str, content_type: str) -> bool:
    """Whether a server wrote it, about a mail: by its From and Content-Type."""
    return bool(_DAEMON.search(sender)) or content_type.strip().lower().startswith(_REPORT)


def returned_by(raw: bytes) -> Returned | None:
    """What the mail says of ours; None when it says nothing of one that failed or waits."""
    from flufl.bounce import all_failures  # here, as few mails are returned

    mail = email.message_from_bytes(_by_older_words(raw), policy=email.policy.compat32)
    try:
        waiting, failed = all_failures(mail)
    except Exception as error:  # noqa: BLE001 - whatever anybody's mail makes a parser of many forms do
        log.event("returned mail unread", level=logging.WARNING, error_type=type(error).__name__)
        return None
    ids = _ids(mail)
    if not (waiting or failed) or not ids:
        return None
    status, said = _told(mail)
    addresses = failed or waiting
    return Returned(
        message_ids=tuple(ids),
        is_final=bool(failed),
        is_gone=bool(failed) and (is_gone(status) or not status),
        status=status,
        said=said,
        address=next(iter(addresses)).decode("ascii", "replace") if len(addresses) == 1 else None,
    )


def _by_older_words(raw: bytes) -> bytes:
    """A report by RFC 6533 as one by RFC 3464, which the parser knows: they differ in the names of types."""
    if _GLOBAL not in raw:
        return raw
    return _UTF8_ADDRESS.sub(rb"\1rfc822;", raw.replace(_GLOBAL, b"delivery-status"))


def _ids(mail: Message) -> list[str]:
    """Our ids of the mails that it returns: by their own Message-ID, not by what those answered."""
    found = [text for part in mail.walk() for text in _ids_of(part)]
    return ids_within(" ".join(found))


def _ids_of(part: Message) -> Iterator[str]:
    if part.get_content_maintype() == "message" and part.get_content_type() != _STATUS:
        yield from (str(one.get("Message-ID", "")) for one in _blocks(part))
    elif part.get_content_maintype() == "text":
        yield from _MESSAGE_ID.findall(_text(part))


def _blocks(part: Message) -> list[Message]:
    """The mails or the blocks of fields that a part holds; none where it came as a text."""
    held = part.get_payload()
    return [one for one in held if isinstance(one, Message)] if isinstance(held, list) else []


def _told(mail: Message) -> tuple[str, str]:
    """Status code and words: of a report's own fields, or else the first that its text has."""
    texts = []
    for part in mail.walk():
        if part.get_content_type() == _STATUS:
            for block in _blocks(part):
                status = status_in(str(block.get("Status", "")))
                if status:
                    said = str(block.get("Diagnostic-Code", "")).partition(";")[2]
                    return status, " ".join(said.split())
        elif part.get_content_type() == "text/plain":
            texts.append(_text(part))
    return status_in("\n".join(texts)), ""


def _text(part: Message) -> str:
    data = part.get_payload(decode=True)
    return data[:_LONGEST_READ].decode("latin-1") if isinstance(data, bytes) else ""
