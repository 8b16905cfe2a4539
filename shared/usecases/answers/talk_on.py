"""A call that is going on: what it says next, and the reply that a key is."""

import logging

from msgspec import Struct

from shared import log
from shared.domain.errors import NotFound
from shared.domain.fires.answering import Heard, option_texts
from shared.domain.messages.call_turn import CallHeard, CallScript, CallTurn
from shared.domain.messages.conversation import Offer
from shared.domain.messages.message import Message, rendering_hash
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.domain.replies.keys import NO_MORE
from shared.domain.senders.sender import Sender
from shared.runtime import Runtime
from shared.usecases.answers.find_offers import offer_of
from shared.usecases.answers.receive_reply import receive_reply

SILENCE = CallTurn(language="en")  # nothing is said, and the call is over


async def talk_on(runtime: Runtime, company_id: str, sender: Sender, heard: CallHeard) -> CallTurn:
    """What the call says next. The same told again changes nothing, and is answered alike."""
    with log.context(message_id=heard.message_id):
        try:
            talk = await _talk(runtime, company_id, sender, heard)
        except NotFound:
            talk = None
        if talk is None:
            log.event("call without its text", level=logging.ERROR, call_id=heard.call_id)
            return SILENCE
        script = talk.script
        if heard.keys is None:
            return script.opening(heard.answerer)
        if not script.is_answer(heard):
            return script.again(heard)
        reply = await receive_reply(runtime, company_id, sender.id, sender.channel, _incoming(heard))
        log.event("reply received", reply_id=reply.id, meaning=reply.meaning, fire_id=reply.fire_id)
        return script.ending(reply, talk.own_texts(reply))


class _Talk(Struct, frozen=True, kw_only=True):
    """A call's message with what it offers, and what it says."""

    script: CallScript
    message: Message
    offer: Offer

    def own_texts(self, reply: Reply) -> list[str]:
        """What the chosen option says: the company's own acknowledgement."""
        message = self.message
        heard = Heard(
            reply=reply,
            written_at=reply.received_at,
            messages={message.id: message},
            offers={message.fire_id: self.offer},
        )
        return list(option_texts(heard))


async def _talk(runtime: Runtime, company_id: str, sender: Sender, heard: CallHeard) -> _Talk | None:
    """What the call is about; None unless it is this sender's call to this person, as it was frozen."""
    stores = runtime.stores
    message = await stores.messages.get(company_id, heard.message_id)
    fire = await stores.fires.get(company_id, message.fire_id)
    if not _is_this(message, sender, heard) or not _is_sealed(message, fire.content_hash):
        return None
    content = await stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    template = content.templates[content.step(message.step_id).template_id]
    script = CallScript(
        body=message.body,
        language=template.language,
        options=content.campaign.reply_options,
        leaves_voicemail=template.leaves_voicemail,
    )
    return _Talk(script=script, message=message, offer=offer_of(content))


def _is_this(message: Message, sender: Sender, heard: CallHeard) -> bool:
    record = message.channel.record
    is_ours = record.is_spoken and message.sender_id == sender.id
    return is_ours and record.address.is_same(message.address, heard.person)


def _is_sealed(message: Message, content_hash: str) -> bool:
    """What was previewed is what is spoken."""
    sealed = rendering_hash(content_hash, message.channel, message.address, message.subject, message.body)
    return sealed == message.rendering_hash


def _incoming(heard: CallHeard) -> IncomingMessage:
    """What was pressed, as the one reply of its call."""
    return IncomingMessage(
        provider_id=heard.call_id,
        from_address=heard.person,
        to_address=heard.sender,
        body=heard.keys or "",
        is_opt_out=heard.keys == NO_MORE,
        answers_id=heard.message_id,
    )
