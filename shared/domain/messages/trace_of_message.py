"""The trace of a message that segments are judged by: see shared/domain/contacts/activity.py."""

from shared.domain.channels.address_search import address_key
from shared.domain.contacts.activity import ARRIVED, FAILED, READ, Trace, minutes_of, of_address, of_contact
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery

_TAG = 12  # characters of a message's id: it is told from others to the same person
_STAGES = {
    Delivery.DELIVERED: ARRIVED,
    Delivery.UNDELIVERED: FAILED,
    Delivery.FAILED: FAILED,
    Delivery.READ: READ,
}


def trace_of(message: Message) -> Trace | None:
    """The trace of a message that was sent, or that its provider refused; None of others."""
    at = message.sent_at or message.sending_at
    is_refused = message.state is MessageState.FAILED
    if at is None or not message.address or not (is_refused or message.state is MessageState.SENT):
        return None
    stage = _STAGES.get(message.delivery, 0) if message.delivery else 0
    return Trace(
        who=of_contact(message.contact_id)
        if message.contact_id
        else of_address(address_key(message.channel, message.address)),
        message=message.id[:_TAG],
        at=minutes_of(at),
        channel=message.channel,
        stage=max(stage, FAILED) if is_refused else stage,
        is_answered=message.disposition is not None,
    )
