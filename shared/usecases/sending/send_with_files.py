"""Hand messages to the provider with the files that they carry: one after the other, as files are large."""

import hashlib
import logging
import time
from collections import defaultdict
from collections.abc import Sequence
from datetime import timedelta

from shared import log
from shared.domain.errors import Unavailable
from shared.domain.messages.batch import Claim
from shared.domain.messages.intents import Intended
from shared.domain.messages.linked_file import linked_file_id, object_name, pin_of
from shared.domain.messages.message import Message
from shared.domain.messages.sending import Attachment, Outcome, OutgoingMessage, SendResult
from shared.domain.record import replace
from shared.providers.kit.adapters import MessageSender
from shared.runtime import Runtime

TOO_LATE = SendResult(
    outcome=Outcome.NOT_ACCEPTED, reason="The worker ran out of time before it called the provider."
)
NOT_READ = SendResult(outcome=Outcome.NOT_ACCEPTED, reason="Its attachments could not be read.")
GONE = SendResult(
    outcome=Outcome.REJECTED,
    code="attachment_gone",
    reason="Its attachment is not kept any more: preview the campaign, and send it anew.",
)


async def send_with_files(
    runtime: Runtime,
    company_id: str,
    provider: MessageSender,
    intended: Sequence[Intended],
    outgoing: Sequence[OutgoingMessage],
    claim: Claim,
) -> dict[str, SendResult]:
    """One result per message id. Those without files go together, and so do those with the same files."""
    parts: dict[tuple[str, ...], list[tuple[Message, OutgoingMessage]]] = defaultdict(list)
    for one, out in zip(intended, outgoing, strict=True):
        carried = () if out.media_urls else one.message.media_urls
        parts[carried].append((one.message, out))
    results: dict[str, SendResult] = {}
    if together := parts.pop((), []):
        results |= await _called(provider, [out for _, out in together])
    for several in parts.values():
        async with runtime.attachment_turn:
            files = await _files(runtime, company_id, several[0][0], claim)
            if isinstance(files, SendResult):
                results |= {message.id: files for message, _ in several}
            else:
                carrying = [replace(out, attachments=files) for _, out in several]
                results |= await _called(provider, carrying)
    return results


async def _called(provider: MessageSender, outgoing: Sequence[OutgoingMessage]) -> dict[str, SendResult]:
    """The results of one call, with how long it took."""
    started = time.monotonic()
    results = await provider.send(outgoing)
    seconds = time.monotonic() - started
    return {message_id: replace(result, seconds=seconds) for message_id, result in results.items()}


async def _files(
    runtime: Runtime, company_id: str, message: Message, claim: Claim
) -> tuple[Attachment, ...] | SendResult:
    """What the message carries, just as it was planned; or what becomes of it without."""
    if not claim.holds_until(runtime.now() + timedelta(seconds=runtime.settings.longest_call_seconds)):
        return TOO_LATE
    found: list[Attachment] = []
    for url in message.media_urls:
        pin = pin_of(url)
        if pin is None:
            return GONE
        item_id = linked_file_id(message.campaign_id, message.channel, pin.link)
        try:
            content = await runtime.files.read_whole(object_name(company_id, item_id, pin.digest))
        except Unavailable as error:
            log.event("attachment not read", level=logging.WARNING, reason=str(error))
            return NOT_READ
        if content is None or hashlib.sha256(content).hexdigest() != pin.digest:
            return GONE
        found.append(Attachment(pin.name, pin.media_type, content))
    return tuple(found)
