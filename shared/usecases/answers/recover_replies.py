"""Take what people wrote while nobody listened, or a restored database forgot, from the provider's list."""

from datetime import UTC, datetime

from shared.domain.evidence.reconciling import CLOCK_SKEW, ReceivedMessage
from shared.domain.senders.sender import Sender
from shared.providers.kit.adapters import ProviderHistory
from shared.runtime import Runtime
from shared.usecases.answers.receive_reply import receive_reply


async def recover_replies(
    runtime: Runtime, company_id: str, sender: Sender, history: ProviderHistory, since: datetime
) -> int:
    """Receive everything written to the sender since then, in its order; how much of it was new.

    It begins somewhat earlier: the list has whole seconds, by the provider's clock. What is known already
    changes nothing. Raises ProviderUnavailable, SenderRefused.
    """
    begin = since.astimezone(UTC) - CLOCK_SKEW
    found: list[ReceivedMessage] = []
    cursor = None
    while True:
        page = await history.incoming(sender.address, since=begin.date(), cursor=cursor)
        found += page.messages
        cursor = page.next_cursor
        if cursor is None:
            break
    fresh = 0
    for one in sorted(found, key=lambda one: one.at):  # a START after a STOP must stay the last word
        if one.at < begin:
            continue
        before = runtime.now()
        reply = await receive_reply(runtime, company_id, sender.id, sender.channel, one.message)
        fresh += reply.received_at >= before
    return fresh
