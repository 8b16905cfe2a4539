"""A mail that came to a mailbox's inbound address: what somebody wrote, or a machine says of one of ours.

Either shows by the Message-ID that we gave, which nobody else knows, that the mail it is about had gone out.
"""

from collections.abc import Sequence

from shared.domain.ids import computed_id
from shared.domain.messages.sending import IncomingMessage, Receipt, ReceiptKind
from shared.providers.kit.inbound_mail import incoming_of, read_mail
from shared.providers.kit.mail_parts import shortened
from shared.providers.kit.threads import ids_within
from shared.providers.smtp.reports import told_by


def news_of(raw: bytes) -> Sequence[Receipt | IncomingMessage]:
    """What the mail tells. Raises InvalidInput when nobody wrote it."""
    mail = read_mail(raw)
    headers = mail.headers
    told = told_by(headers.get("from", ""), headers.get("content-type", ""), shortened(raw))
    if told is not None:
        return told
    own = ids_within(headers.get("message-id", ""))
    if own:  # a mail of ours that came back as it was: nobody answers anything by it
        return [_gone_out(own[0], ReceiptKind.SENT, "came back")]
    incoming = incoming_of(mail, writer="", to_address="", is_returned=False)
    if incoming.answers_id is None:
        return [incoming]
    arrived = _gone_out(incoming.answers_id, ReceiptKind.DELIVERED, "answered", incoming.provider_id)
    return [incoming, arrived]


def _gone_out(message_id: str, kind: ReceiptKind, *event: str) -> Receipt:
    return Receipt(message_id=message_id, kind=kind, event_id=computed_id(message_id, *event))
