"""Which messages a reply belongs to, and what it means there: stored messages, read as what was asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.campaigns.window import ContactWindow
from shared.domain.contacts.consent import WordMeaning
from shared.domain.messages.earlier_steps import apart
from shared.domain.messages.help_told import told_as_help
from shared.domain.messages.message import SENT_AT_PRECISION, Message, MessageState
from shared.domain.messages.reply import GivenAnswer, Reply
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.domain.replies.asked import (
    NOTHING_ASKED,
    Appointment,
    Question,
    Reading,
    ReplyMeaning,
    WrittenReply,
)

WRITTEN_SINCE = "Somebody of the company wrote to them after the question: it may answer that."
NAMES_OTHER = "It answers a message that is not known here."
ANSWERABLE_FOR = timedelta(days=14)
# The provider may have one of which we do not know it yet: that it is answered is the best evidence.
MAY_HAVE_ARRIVED = (MessageState.SENT, MessageState.SENDING, MessageState.UNKNOWN)


class Offer(Struct, frozen=True, kw_only=True):
    """What a fire's messages offer, how long before the start that closes, and by step the language.

    Outside of `window` nobody is in to take an answer.
    """

    options: tuple[ReplyOption, ...] = ()
    closes_before: timedelta = timedelta(0)
    languages: Mapping[str, str] = field(default_factory=dict)  # by step
    window: ContactWindow = field(default_factory=ContactWindow)


NOTHING_OFFERED = Offer()


class Conversation(Struct, frozen=True, kw_only=True):
    """What was sent to the person by that sender, the newest first, and whether the person has opted out.

    `offers` is by fire. `own` is what the reply means by the company's own words. `names_other`: the reply
    answers another message than these. `is_written_since`: somebody of the company wrote to them after these.
    """

    messages: Sequence[Message]
    offers: Mapping[str, Offer]
    is_refused: bool
    own: WordMeaning | None = None
    names_other: bool = False
    is_written_since: bool = False

    def answerable(self, at: datetime) -> list[Message]:
        """What could be answered then: not older than ANSWERABLE_FOR, or about what is to come."""
        return [one for one in self.messages if _is_answerable(one, at)]

    def last(self) -> list[Message]:
        """The newest message that may have arrived, if there is one."""
        return [one for one in self.messages if one.state in MAY_HAVE_ARRIVED][:1]

    def asked_by(self, message: Message) -> list[Message]:
        """The messages whose appointments it asks about, in the order of their numbers."""
        known = {one.id: one for one in self.messages}
        others = (known.get(item_id or "") for item_id in apart(message.asked_with))
        return [message, *(one for one in others if one is not None)]

    def asked_in(self, question_ids: Sequence[str]) -> tuple[str, ...]:
        """The ids of all messages whose appointments these questions ask about: each can be answered."""
        known = {one.id: one for one in self.messages}
        asked = (one.id for item_id in question_ids for one in self.asked_by(known[item_id]))
        return tuple(dict.fromkeys(asked))

    def answered_by(self, question_id: str, appointment_key: str) -> str:
        """The id of the message that an answer to the question is stored with."""
        message = next(one for one in self.messages if one.id == question_id)
        return next(one.id for one in self.asked_by(message) if _appointment(one) == appointment_key)

    def question(self, message: Message) -> Question:
        """What the message asks."""
        offer, asked = self.offers.get(message.fire_id, NOTHING_OFFERED), self.asked_by(message)
        return Question(
            id=message.id,
            appointments=tuple(
                Appointment(
                    key=_appointment(one),
                    at=(at := _local(one)),
                    deadline=at - offer.closes_before if at else None,  # of several each closes by itself
                    service=one.told_apart,
                    disposition=one.disposition,
                )
                for one in asked
            ),
            options=offer.options,
            sent_at=message.sent_at or message.sending_at,
            provider_id=message.provider_id,
            language=offer.languages.get(message.step_id, "en")[:2],
            text=message.body,
        )


def understood(reply: Reply, incoming: IncomingMessage, talk: Conversation) -> Reply:
    """The reply with its meaning and its messages, and what it does to consent."""
    # Receipts, of which there are many more, need none of the words.
    from shared.domain.replies.read_reply import read_reply

    at = reply.received_at
    if incoming.written_at is not None:  # by the provider's clock
        at = min(at, incoming.written_at + SENT_AT_PRECISION)
    asked = talk.answerable(at)
    if incoming.dated is not None and not incoming.answers_id:
        at = _before_asked(asked, incoming.dated + SENT_AT_PRECISION, at)
    # Who answers a message has had it, whatever the clocks say of those who wrote that down.
    at = max([at, *(one.sent_at for one in asked if one.sent_at and one.id == incoming.answers_id)])
    written = WrittenReply(
        body=incoming.body,
        written_at=at,
        replies_to=incoming.replies_to,
        choice=incoming.choice,
        is_opt_out=incoming.is_opt_out or talk.own is WordMeaning.OPT_OUT,
        is_opt_in=incoming.is_opt_in or talk.own is WordMeaning.OPT_IN,
        is_refused=talk.is_refused,
        is_automatic=incoming.is_automatic,
        answers_id=incoming.answers_id,
        is_reaction=incoming.is_reaction,
    )
    reading = read_reply([talk.question(one) for one in asked], written)
    reading = told_as_help(reading) if incoming.is_help else reading
    if not asked:
        reading = _of_nothing(reading, talk)
    if reading.answers and talk.names_other:
        reading = _of_other(reading, NAMES_OTHER)
    elif reading.answers and talk.is_written_since and not incoming.choice and not _has_code(incoming.body):
        reading = _of_other(reading, WRITTEN_SINCE)
    return _told(reply, reading, talk, incoming)


def answered(reply: Reply, messages: Mapping[str, Message], given: Mapping[str, Disposition]) -> Reply:
    """The reply as a person's answers to messages, be they the first or later ones; what it said else stays.

    `messages` are those of `given`, and those that the reply answers already.
    """
    new = [
        GivenAnswer(
            message_id=item_id,
            disposition=said,
            contradicts_earlier=messages[item_id].disposition not in (None, said),
        )
        for item_id, said in given.items()
    ]
    kept = [one for one in reply.answers if one.message_id in messages and one.message_id not in given]
    return _answer(replace(reply, note=_change(new, messages)), [*kept, *new], messages)


def _is_answerable(message: Message, at: datetime) -> bool:
    sent_at = message.sent_at or message.sending_at
    if message.state not in MAY_HAVE_ARRIVED or sent_at is None:
        return False
    ends = message.about_at or message.not_after
    return sent_at > at - ANSWERABLE_FOR or (ends is not None and ends > at)


def _local(message: Message) -> datetime | None:
    """When what the message is about takes place, on the clock by which its text tells it."""
    at = message.about_at or message.not_after
    zone = message.told_in or next(iter(message.time_zones), None)
    return at.astimezone(ZoneInfo(zone)) if at and zone else at


def _appointment(message: Message) -> str:
    """The same for all reminders of one appointment.

    Where no field names it, each row of a file is one; for who has no row, what one fire asks.
    """
    if message.appointment_key is not None:
        return f"{message.appointment_key} {message.appointment_at or ''}"
    if message.file_id is not None and message.row_number is not None:
        return f"row {message.file_id} {message.row_number}"
    return f"fire {message.fire_id} {message.recipient_key}"


def _of_nothing(reading: Reading, talk: Conversation) -> Reading:
    """Nothing can be answered any more: the reply is about the newest message, if it is about any."""
    last = talk.last()
    reason = (
        f"The last message to this person is older than {ANSWERABLE_FOR.days} days."
        if last
        else NOTHING_ASKED
    )
    is_open = reading.outcome is ReplyMeaning.UNCLEAR and not reading.flags
    return replace(
        reading, candidates=tuple(one.id for one in last), reason=reason if is_open else reading.reason
    )


def _has_code(text: str) -> bool:
    """Whether a digit stands there: what options offer, and what nobody asks for who writes by hand."""
    return any(one.isdigit() for one in text)


def _of_other(reading: Reading, reason: str) -> Reading:
    """What sounds like an answer to what was asked, and answers something else."""
    dispositions = {one.disposition for one in reading.answers}
    return replace(
        reading,
        outcome=ReplyMeaning.UNCLEAR,
        answers=(),
        candidates=tuple(dict.fromkeys(one.question_id for one in reading.answers)),
        may_also_mean=dispositions.pop() if len(dispositions) == 1 else None,
        needs_person=True,
        reason=reason,
    )


def _before_asked(asked: Sequence[Message], dated: datetime, at: datetime) -> datetime:
    """When the reply was written: by a person's own clock only where a question came after that."""
    sent = (one.sent_at or one.sending_at for one in asked)
    return min(at, dated) if any(one is not None and one > dated for one in sent) else at


def _told(reply: Reply, reading: Reading, talk: Conversation, incoming: IncomingMessage) -> Reply:
    """The reply with what the reading says."""
    by_id = {one.id: one for one in talk.messages}
    consent = None
    if reading.outcome is ReplyMeaning.OPT_OUT:
        consent = WordMeaning.OPT_OUT
    elif reading.outcome is ReplyMeaning.OPT_IN or (talk.is_refused and incoming.is_opt_in):
        consent = WordMeaning.OPT_IN
    reply = replace(
        reply,
        meaning=reading.outcome,
        consent=consent,
        flags=tuple(sorted(reading.flags)),
        may_also_mean=reading.may_also_mean,
        # Where nothing answers HELP by itself (shared/domain/fires/answering.py), a person does.
        waits=reading.needs_person or reading.outcome is ReplyMeaning.HELP,
        note=reading.reason,
    )
    if reading.answers:
        given = [
            GivenAnswer(
                message_id=talk.answered_by(one.question_id, one.appointment_key),
                disposition=one.disposition,
                contradicts_earlier=one.contradicts_earlier,
            )
            for one in reading.answers
        ]
        note = f"{_change(given, by_id)} {reading.reason}".strip()
        return _answer(replace(reply, note=note), given, by_id, talk.asked_in(reading.candidates))
    about = _about(reply, [by_id[item_id] for item_id in reading.candidates])
    is_unclear = reading.outcome is ReplyMeaning.UNCLEAR
    return replace(about, candidates=talk.asked_in(reading.candidates)) if is_unclear else about


def _answer(
    reply: Reply, given: Sequence[GivenAnswer], by_id: Mapping[str, Message], candidates: Sequence[str] = ()
) -> Reply:
    is_changed = any(one.contradicts_earlier for one in given)
    dispositions = {one.disposition for one in given}
    ids = tuple(one.message_id for one in given)
    about = _about(reply, [by_id[item_id] for item_id in ids])
    return replace(
        about,
        meaning=ReplyMeaning.ANSWER,
        disposition=dispositions.pop() if len(dispositions) == 1 else None,
        answers=tuple(given),
        candidates=tuple(candidates) or (ids if is_changed or len(ids) > 1 else ()),
        contradicts_earlier=is_changed,
        waits=reply.waits or is_changed,
    )


def _change(given: Sequence[GivenAnswer], by_id: Mapping[str, Message]) -> str:
    earlier = dict.fromkeys(
        by_id[one.message_id].disposition or "another reminder's" for one in given if one.contradicts_earlier
    )
    return f"Changes the earlier answer: {', '.join(earlier)}." if earlier else ""


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
