"""A mail that somebody wrote to us, as it came (RFC 5322), read whatever its charsets claim."""

import codecs
import email
import email.policy
import re
from collections.abc import Iterator, Mapping
from datetime import UTC, datetime
from email.message import EmailMessage, Message
from email.utils import getaddresses, parsedate_to_datetime

from msgspec import Struct

from shared.domain.errors import InvalidInput
from shared.domain.ids import computed_id
from shared.domain.messages.sending import IncomingMessage, Media
from shared.providers.kit.mail_parts import CUT, shortened
from shared.providers.kit.mail_text import is_automatic, new_text
from shared.providers.kit.threads import named_by

MOST_MEDIA = 20
_CUT = re.compile(r"(\d{1,9}) (\d{1,9})", re.ASCII)
LONGEST_NAME = 200
_UNDECLARED = ("utf-8", "windows-1252")  # what a text is in that does not say, or says wrongly
# Python's own names of what is no charset of mails: minutes of work for a long text.
_NO_CHARSETS = frozenset({"idna", "punycode", "raw-unicode-escape", "unicode-escape"})


class Mail(Struct, frozen=True, kw_only=True):
    """One mail, its texts decoded. `headers` by name in small letters; the first of several."""

    headers: Mapping[str, str]
    text: str
    html: str
    media: tuple[Media, ...]


def incoming_of(mail: Mail, *, writer: str, to_address: str, is_returned: bool) -> IncomingMessage:
    """What somebody wrote by this mail.

    `writer` and `to_address` are those of the envelope, where they are known. `is_returned`: the envelope
    names nobody to answer to, as machines do. Raises InvalidInput when nobody wrote it.
    """
    sender = _address(mail.headers.get("from", "")) or writer
    if not sender:
        raise InvalidInput.at("from", "is missing; a mail has somebody who wrote it")
    named = named_by(mail.headers.get("in-reply-to", ""), mail.headers.get("references", ""))
    message_id = mail.headers.get("message-id", "").strip()
    return IncomingMessage(
        # A repeated post has the same; a mail without an id is known by what it says.
        provider_id=computed_id("mail", sender, message_id or mail.text + mail.html),
        from_address=sender,
        to_address=to_address or _address(mail.headers.get("to", "")),
        body=new_text(mail.text, mail.html, mail.headers.get("subject", "")),
        media=mail.media,
        replies_to=named.other,
        # Servers on the way may give our mails other ids: only beside one of ours it is surely another's.
        is_reply_sure=named.earlier is not None,
        answers_id=named.ours,
        continues_id=named.earlier,
        dated=date_in(mail.headers.get("date", "")),
        is_automatic=is_automatic(mail.headers) or is_returned,
    )


def read_mail(raw: bytes) -> Mail:
    """A mail as it came; of one that is very long what is read of it."""
    message = email.message_from_bytes(shortened(raw), policy=email.policy.default)
    assert isinstance(message, EmailMessage)  # noqa: S101  # as the policy makes them
    bodies = {kind: message.get_body((kind,)) for kind in ("plain", "html")}
    texts = {kind: _content(part) for kind, part in bodies.items() if isinstance(part, EmailMessage)}
    return Mail(
        headers=headers_of(message),
        text=texts.get("plain", ""),
        html=texts.get("html", ""),
        media=tuple(_attachments(message))[:MOST_MEDIA],
    )


def headers_of(message: Message) -> dict[str, str]:
    """The headers by name in small letters; the first of several."""
    headers: dict[str, str] = {}
    for name, value in message.raw_items():
        try:
            text = str(message.policy.header_fetch_parse(name, value))
        except (ValueError, LookupError, IndexError, AttributeError):  # what no mail program should write
            text = str(value)
        headers.setdefault(name.lower(), text)
    return headers


def _content(part: EmailMessage) -> str:
    """The text of a part, whatever charset it claims."""
    data = part.get_payload(decode=True)
    return decoded(data if isinstance(data, bytes) else b"", part.get_content_charset() or "")


def decoded(data: bytes, charset: str) -> str:
    """The text in the charset it claims, or else in the first that it can be in."""
    for one in (charset or _UNDECLARED[0], *_UNDECLARED):
        try:
            if codecs.lookup(one).name not in _NO_CHARSETS:
                return _storable(data.decode(one))
        except (LookupError, ValueError):  # a charset that is none, or another than it says
            continue
    return _storable(data.decode("latin-1"))


def _storable(text: str) -> str:
    """Without halves of characters, which some charsets can have and nothing can store."""
    return text.replace("\x00", "").encode("utf-8", "replace").decode()


def _attachments(message: EmailMessage) -> Iterator[Media]:
    for part in message.walk():
        name = part.get_filename()
        if part.is_multipart() or (not name and part.get_content_disposition() != "attachment"):
            continue
        yield Media(
            url="",
            content_type=part.get_content_type(),
            name=(name or "")[:LONGEST_NAME],
            size=_size(part),
        )


def _size(part: Message) -> int | None:
    """In bytes, with what was cut of it."""
    data, lost = part.get_payload(decode=True), _CUT.fullmatch(str(part.get(CUT, "")))
    if not isinstance(data, bytes) or lost is None:
        return len(data) if isinstance(data, bytes) else None
    if str(part.get("Content-Transfer-Encoding", "")).strip().lower() != "base64":
        return len(data) + int(lost[1])
    return (len("".join(str(part.get_payload()).split()).rstrip("=")) + int(lost[2])) * 3 // 4


def date_in(header: str) -> datetime | None:
    """When a mail with this Date was written, by the clock of who wrote it."""
    try:
        at = parsedate_to_datetime(header)
        return at.replace(tzinfo=at.tzinfo or UTC).astimezone(UTC)
    except (OverflowError, ValueError):
        return None


def _address(header: str) -> str:
    """The first address in a header such as From."""
    return next((address for _, address in getaddresses([header]) if "@" in address), "")
