"""A mail that came to a mailbox's inbound address: what somebody wrote, or what a server says of one of ours.

Either shows by the Message-ID that we gave, which nobody else knows, that the mail it is about had gone out.
"""

from collections.abc import Sequence

from shared.domain.ids import computed_id
from shared.domain.messages.sending import IncomingMessage, Lesson, Receipt, ReceiptKind
from shared.providers.kit.inbound_mail import incoming_of, read_mail
from shared.providers.smtp.returned_mail import Returned, is_returned, returned_by

_RETURNED = "The recipient's mail server returned the message."
_WAITS = "The recipient's mail server has not taken the message yet; it is tried again."


def news_of(raw: bytes) -> Sequence[Receipt | IncomingMessage]:
    """What the mail tells. Raises InvalidInput when nobody wrote it."""
    mail = read_mail(raw)
    if is_returned(mail.headers.get("from", ""), mail.headers.get("content-type", "")):
        found = returned_by(raw)
        return [_receipt(found, message_id) for message_id in found.message_ids] if found else []
    incoming = incoming_of(mail, writer="", to_address="", is_returned=False)
    if incoming.answers_id is None:
        return [incoming]
    arrived = Receipt(
        message_id=incoming.answers_id,
        kind=ReceiptKind.DELIVERED,
        event_id=computed_id(incoming.answers_id, "answered", incoming.provider_id),
    )
    return [incoming, arrived]


def _receipt(found: Returned, message_id: str) -> Receipt:
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
