"""Which opt-outs forbid a message."""

from shared.domain.companies.consent_rules import Narrowing
from shared.domain.contacts.opt_out import forbidding_ids
from shared.domain.messages.message import Message


def forbidding_message(message: Message, narrowing: Narrowing) -> tuple[str, ...]:
    """The ids of all opt-outs that forbid it: of the sender that it goes out from, and of the one it was
    planned for, where another took it over.
    """
    senders = dict.fromkeys((message.sender_id, message.taken_over_from or message.sender_id))
    found = (forbidding_ids(message.channel, message.address, sender_id, narrowing) for sender_id in senders)
    return tuple(dict.fromkeys(item_id for ids in found for item_id in ids))
