"""Which messages a reply belongs to, and what it means there: stored messages, read as what was asked."""

from collections.abc import Mapping, Sequence
from datetime import datetime

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.contacts.consent import WordMeaning
from shared.domain.messages.conversation import ANSWERABLE_FOR, Conversation
from shared.domain.messages.help_told import told_as_help
from shared.domain.messages.message import SENT_AT_PRECISION, Message
from shared.domain.messages.one_appointment import answers_so_far, appointment_of
from shared.domain.messages.reply import GivenAnswer, Reply
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.domain.replies.asked import NOTHING_ASKED, Reading, ReplyMeaning, WrittenReply

WRITTEN_SINCE = "Somebody of the company wrote to them after the question: it may answer that."
NAMES_OTHER = "It answers a message that is not known here."


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

    `messages` are those of `given`, those that the reply answers already, and others about the same.
    """
    known = answers_so_far(messages.values())
    new = [
        GivenAnswer(
            message_id=item_id,
            disposition=said,
            contradicts_earlier=known.get(appointment_of(messages[item_id])) not in (None, said),
        )
        for item_id, said in given.items()
    ]
    kept = [one for one in reply.answers if one.message_id in messages and one.message_id not in given]
    return _answer(replace(reply, note=_change(new, messages, known)), [*kept, *new], messages)


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
        note = f"{_change(given, by_id, talk.answers_so_far)} {reading.reason}".strip()
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


def _change(
    given: Sequence[GivenAnswer], by_id: Mapping[str, Message], known: Mapping[str, Disposition]
) -> str:
    changed = (appointment_of(by_id[one.message_id]) for one in given if one.contradicts_earlier)
    earlier = dict.fromkeys(known[key] for key in changed)
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
