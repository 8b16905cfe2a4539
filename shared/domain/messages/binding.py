"""Which message a reply belongs to, and what it means there."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.campaigns.replies import decide_reply
from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.contacts.consent import WordMeaning, is_answer_too, word_meaning
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.reply import Reply, ReplyMeaning
from shared.domain.messages.sending import IncomingMessage

ANSWERABLE_FOR = timedelta(days=14)
# The provider may have one of which we do not know it yet: that it is answered is the best evidence.
_MAY_HAVE_ARRIVED = (MessageState.SENT, MessageState.SENDING, MessageState.UNKNOWN)
STAYS_OUT = "The person has opted out and stays so: START ends that."

Options = Mapping[str, tuple[ReplyOption, ...]]  # by fire


@dataclass(frozen=True, kw_only=True, slots=True)
class Conversation:
    """What was sent to the person by that sender, the newest first, and whether the person has opted out."""

    messages: Sequence[Message]
    options: Options
    is_refused: bool
    now: datetime

    def groups(self) -> tuple[list[Message], list[Message]]:
        """Those that may be answered: about what is to come, or it is not known when; and what is over."""
        open_for = [one for one in self.messages if _is_answerable(one, self.now)]
        return (
            [one for one in open_for if not is_over(one, self.now)],
            [one for one in open_for if is_over(one, self.now)],
        )

    def likely(self) -> list[Message]:
        """The messages that a reply is most likely about."""
        coming, over = self.groups()
        return coming or over or [one for one in self.messages if one.state in _MAY_HAVE_ARRIVED][:1]

    def offering(self, text: str) -> list[tuple[Message, Disposition]]:
        """Messages that offer the answer; one whose matter is over is meant only where no other offers it."""
        for group in self.groups():
            read = [(one, decide_reply(text, self.options.get(one.fire_id, ())).disposition) for one in group]
            if found := [(one, disposition) for one, disposition in read if disposition is not None]:
                return found
        return []


def is_over(message: Message, now: datetime) -> bool:
    """Whether what the message is about has passed, as far as that is known."""
    at = message.about_at or message.not_after
    return at is not None and at <= now


def understood(reply: Reply, incoming: IncomingMessage, talk: Conversation) -> Reply:
    """The reply with its meaning and its message, and what it does to consent.

    STOP words always count as STOP. A word that is an answer and a permission (YES) answers the question
    that offers it; without one it is a permission, but only of a person who has opted out. Who has opted out
    and answers so stays out, unless the provider itself took the word as START.
    """
    general = word_meaning(incoming.body)
    if incoming.is_opt_out or general is WordMeaning.OPT_OUT:
        return _opted_out(_about(reply, talk.likely()), talk)
    if offered := talk.offering(incoming.body):
        answer = _answer(reply, offered)
        if general is not WordMeaning.OPT_IN or not talk.is_refused:
            return answer
        if incoming.is_opt_in:
            return replace(answer, consent=WordMeaning.OPT_IN)
        return replace(answer, note=f"{answer.note} {STAYS_OUT}".strip())
    reply = _about(reply, talk.likely())
    is_permission = incoming.is_opt_in or general is WordMeaning.OPT_IN
    if is_permission and (talk.is_refused or not is_answer_too(incoming.body)):
        return replace(reply, meaning=ReplyMeaning.OPT_IN, consent=WordMeaning.OPT_IN)
    candidates = tuple(message.id for message in talk.likely())
    return replace(reply, candidates=candidates, waits=True, note=_why_unclear(talk))


def answered(reply: Reply, message: Message, disposition: Disposition) -> Reply:
    """The reply as the answer to `message`, be it the first or a later one."""
    earlier = message.disposition
    is_changed = earlier is not None and earlier is not disposition
    return replace(
        _about(reply, [message]),
        meaning=ReplyMeaning.ANSWER,
        disposition=disposition,
        candidates=(message.id,) if is_changed else (),
        contradicts_earlier=is_changed,
        waits=is_changed,
        note=f"Changes the earlier answer: {earlier}." if is_changed else "",
    )


def _is_answerable(message: Message, now: datetime) -> bool:
    sent_at = message.sent_at or message.sending_at
    if message.state not in _MAY_HAVE_ARRIVED or sent_at is None:
        return False
    at = message.about_at or message.not_after
    return sent_at > now - ANSWERABLE_FOR or (at is not None and at > now)


def _opted_out(reply: Reply, talk: Conversation) -> Reply:
    """The refusal; where its word is much like an answer (CANCEL), a person should look."""
    read = (decide_reply(reply.body, talk.options.get(one.fire_id, ())) for one in talk.likely())
    wants = next((reading.may_also_mean for reading in read if reading.may_also_mean), None)
    return replace(
        reply,
        meaning=ReplyMeaning.OPT_OUT,
        consent=WordMeaning.OPT_OUT,
        waits=wants is not None,
        note=f"May also mean: {wants}." if wants else "",
    )


def _answer(reply: Reply, offered: Sequence[tuple[Message, Disposition]]) -> Reply:
    """Bound to the one message without an answer yet, or as a later answer to the one that has it."""
    messages = [message for message, _ in offered]
    first = [(message, disposition) for message, disposition in offered if message.disposition is None]
    if len(first) == 1:
        return answered(reply, *first[0])
    if not first and (len(offered) == 1 or all(one.disposition is meant for one, meant in offered)):
        return answered(reply, *offered[0])
    meant = [message for message, _ in first] or messages
    return replace(
        _about(reply, meant),
        candidates=tuple(message.id for message in meant),
        waits=True,
        note=f"{len(meant)} messages could be meant.",
    )


def _about(reply: Reply, messages: Sequence[Message]) -> Reply:
    """The reply with the fire, campaign and message it most likely belongs to: the newest sent."""
    if not messages:
        return reply
    is_one = len(messages) == 1
    return replace(
        reply,
        message_id=messages[0].id if is_one else None,
        fire_id=messages[0].fire_id,
        campaign_id=messages[0].campaign_id,
        candidates=() if is_one else tuple(message.id for message in messages),
    )


def _why_unclear(talk: Conversation) -> str:
    if not talk.likely():
        return "Answers no message."
    if not any(talk.groups()):
        return f"The last message to this person is older than {ANSWERABLE_FOR.days} days."
    if any(talk.options.get(message.fire_id) for message in talk.likely()):
        return "Not one of the offered answers."
    return "The message offers no answers."
