"""Call: hand a group of marked messages to the provider, once."""

import time
from collections.abc import Mapping, Sequence
from datetime import timedelta
from typing import Any

from shared import faults, log, metering, tracing
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.reply_option import Choice, choices_of
from shared.domain.fires.trial_code import with_code_shown
from shared.domain.messages.batch import Claim
from shared.domain.messages.earlier_steps import apart
from shared.domain.messages.intents import Intended
from shared.domain.messages.message import Message
from shared.domain.messages.purpose import BY_ITSELF, Purpose
from shared.domain.messages.sending import Outcome, OutgoingMessage, SendResult
from shared.domain.senders.sender import Sender
from shared.providers.kit.adapters import MessageSender
from shared.providers.kit.record import STATUS_PATH
from shared.runtime import Runtime
from shared.usecases.companies.make_links import make_links
from shared.usecases.sending.send_with_files import TOO_LATE, send_with_files


async def call_provider(
    runtime: Runtime,
    company_id: str,
    claim: Claim,
    sender: Sender,
    provider: MessageSender | None,
    content: CampaignContent,
    intended: Sequence[Intended],
) -> dict[str, SendResult]:
    """Call the provider, unless the lease could end before it answers: then nothing leaves."""
    if not intended or provider is None:
        return {}
    if not claim.holds_until(runtime.now() + timedelta(seconds=runtime.settings.longest_call_seconds)):
        return {one.message.id: TOO_LATE for one in intended}
    outgoing = [_outgoing(runtime, company_id, sender, content, one) for one in intended]
    started = time.monotonic()
    with tracing.span("send_batch.call", message_count=len(outgoing)), faults.step("send_batch.call"):
        results = await send_with_files(runtime, company_id, provider, intended, outgoing, claim)
    for one in intended:
        if results[one.message.id].outcome is Outcome.ACCEPTED:
            _count_accepted(one.message)
    seconds = round(time.monotonic() - started, 3)
    log.event("group sent", seconds=seconds, **_tallied(results))
    return results


# As the dashboard shows them.
_TALLIES = {
    Outcome.ACCEPTED: "accepted",
    Outcome.REJECTED: "refused",
    Outcome.OPTED_OUT: "refused",
    Outcome.UNKNOWN: "unknown",
    Outcome.NOT_ACCEPTED: "put_back",
    Outcome.SENDER_BROKEN: "put_back",
}


def _tallied(results: Mapping[str, SendResult]) -> dict[str, Any]:
    tallies = dict.fromkeys(_TALLIES.values(), 0)
    for result in results.values():
        tallies[_TALLIES[result.outcome]] += 1
    return tallies


def _count_accepted(message: Message) -> None:
    """What the provider bills for it."""
    record = message.channel.record
    metering.count(record.unit, record.billed(message.body, len(message.media_urls)))


def _outgoing(
    runtime: Runtime, company_id: str, sender: Sender, content: CampaignContent, intended: Intended
) -> OutgoingMessage:
    message = intended.message
    return OutgoingMessage(
        message_id=message.id,
        from_address=sender.address,
        from_name=sender.name,
        reply_to=sender.reply_to,
        to_address=message.address,
        subject=message.subject,
        body=with_code_shown(message, runtime.settings.link_keys[0]),
        html=message.html,
        media_urls=message.media_urls if message.channel.record.provider_fetches_media else (),
        content=message.content,
        choices=_choices(message, content),
        thread_ids=_thread(message),
        headers=_headers(runtime, company_id, message, content.campaign.topic),
        validity_seconds=intended.validity_seconds,
        leaves_voicemail=content.leaves_voicemail(message.step_id),
        status_url=(
            f"{runtime.settings.public_url}/messages/{STATUS_PATH}"
            f"?company={company_id}&sender={sender.id}&message={message.id}"
        ),
    )


def _choices(message: Message, content: CampaignContent) -> tuple[Choice, ...]:
    """The answers that the frozen campaign offers, where the channel shows them as buttons.

    A format that the provider keeps has buttons of its own.
    """
    if message.purpose is not Purpose.CAMPAIGN or message.content is not None:
        return ()
    return choices_of(content.campaign.reply_options, message.channel.record.most_choices)


def _thread(message: Message) -> tuple[str, ...]:
    """The messages that it continues."""
    return tuple(one for one in apart(message.earlier) if one) if message.in_thread else ()


def _headers(runtime: Runtime, company_id: str, message: Message, topic: str) -> Mapping[str, str]:
    """Where one click refuses a campaign's topic, or all: mail programs offer it only with both headers.

    https://www.rfc-editor.org/rfc/rfc8058; and of what answers by itself, that it does: no machine answers
    that (RFC 3834, section 5).
    """
    if not message.channel.record.has_unsubscribe_header:
        return {}
    if message.purpose in BY_ITSELF:
        return {"Auto-Submitted": "auto-replied"}
    if message.purpose is not Purpose.CAMPAIGN:
        return {}
    url = make_links(runtime, company_id).unsubscribe(message.channel, message.address, topic)
    return {"List-Unsubscribe": f"<{url}>", "List-Unsubscribe-Post": "List-Unsubscribe=One-Click"}
