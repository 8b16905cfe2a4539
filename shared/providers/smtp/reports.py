"""What machines write about a mail of ours.

Returned mails (returned_mail.py), complaints (RFC 5965) and notes that a mail was read (RFC 8098).
"""

import email
import email.policy
import re
from collections.abc import Sequence
from email.message import Message

from shared.domain.ids import computed_id
from shared.domain.messages.sending import Lesson, Receipt, ReceiptKind
from shared.providers.kit.inbound_mail import date_in
from shared.providers.smtp.returned_mail import Returned, blocks_of, ids_told, returned_by

_RETURNED = "The recipient's mail server returned the message."
_WAITS = "The recipient's mail server has not taken the message yet; it is tried again."
_REPORT = "multipart/report"
_DAEMON = re.compile(r"(?i)\b(?:mailer-daemon|mail-daemon)@")
_POSTMASTER = re.compile(r"(?i)\bpostmaster@")
_GLOBAL = b"global-delivery-status"
_UTF8_ADDRESS = re.compile(rb"(?im)^((?:final|original)-recipient:\s*)utf-8\s*;")
# A header with other letters is none of the texts that the parser of returned mails takes.
_SEVEN_BITS = bytes(range(128)) + b"?" * 128
_FEEDBACK = "message/feedback-report"
_COMPLAINTS = frozenset({"abuse", "fraud", "opt-out"})
_READ = "message/disposition-notification"


def told_by(sender: str, content_type: str, raw: bytes) -> Sequence[Receipt] | None:
    """What a machine says of our mails; None where somebody wrote it, by its From and Content-Type.

    A report that is about none of ours says nothing. A postmaster may be a person, who writes as others do.
    """
    is_report = content_type.strip().lower().startswith(_REPORT)
    if not (is_report or _DAEMON.search(sender) or _POSTMASTER.search(sender)):
        return None
    plain = _by_older_words(raw).translate(_SEVEN_BITS)
    mail = email.message_from_bytes(plain, policy=email.policy.compat32)
    found = returned_by(mail)
    if found is not None:
        return [_returned(found, message_id) for message_id in found.message_ids]
    if is_report:
        return [_arrived(mail, message_id) for message_id in ids_told(mail)]
    return [] if _DAEMON.search(sender) else None


def _by_older_words(raw: bytes) -> bytes:
    """A report by RFC 6533 as one by RFC 3464, which the parser knows: they differ in the names of types."""
    if _GLOBAL not in raw:
        return raw
    return _UTF8_ADDRESS.sub(rb"\1rfc822;", raw.replace(_GLOBAL, b"delivery-status"))


def _returned(found: Returned, message_id: str) -> Receipt:
    reason = _RETURNED if found.is_final else _WAITS
    return Receipt(
        message_id=message_id,
        kind=ReceiptKind.UNDELIVERED if found.is_final else ReceiptKind.SENDING,
        event_id=computed_id(message_id, "returned", found.status, str(found.is_final)),
        code=found.status or None,
        reason=f"{reason} It says: {found.said}" if found.said else reason,
        address=found.address,
        lesson=Lesson.GONE if found.is_gone else None,
    )


def _arrived(mail: Message, message_id: str) -> Receipt:
    """Whatever else a report says, the mail had gone out."""
    parts = {part.get_content_type(): part for part in mail.walk()}
    kind = ReceiptKind.DELIVERED if _READ in parts else ReceiptKind.SENT
    if _FEEDBACK in parts and _feedback(parts[_FEEDBACK]) in _COMPLAINTS:
        kind = ReceiptKind.COMPLAINED
    event_id = computed_id(message_id, "reported", kind)
    return Receipt(message_id=message_id, kind=kind, event_id=event_id, at=date_in(str(mail["Date"] or "")))


def _feedback(part: Message) -> str:
    """The kind of feedback, in small letters."""
    fields = next(iter(blocks_of(part)), None)
    return str(fields.get("Feedback-Type", "")).strip().lower() if fields else ""
