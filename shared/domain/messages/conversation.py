"""What was sent to a person by one sender, and what of it a reply may answer."""

from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct, field

from shared.domain.campaigns.reply_option import Disposition, ReplyOption
from shared.domain.campaigns.window import ContactWindow
from shared.domain.contacts.consent import WordMeaning
from shared.domain.messages.earlier_steps import apart
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.one_appointment import answers_so_far, appointment_of
from shared.domain.replies.asked import Appointment, Question

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
    `beside` are further messages about the same, as on other channels: no reply to this sender answers them.
    """

    messages: Sequence[Message]
    offers: Mapping[str, Offer]
    is_refused: bool
    own: WordMeaning | None = None
    names_other: bool = False
    is_written_since: bool = False
    beside: Sequence[Message] = ()

    @property
    def answers_so_far(self) -> dict[str, Disposition]:
        """What each appointment was answered, by its key, by whichever message."""
        return answers_so_far((*self.messages, *self.beside))

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
        return next(one.id for one in self.asked_by(message) if appointment_of(one) == appointment_key)

    def question(self, message: Message) -> Question:
        """What the message asks."""
        offer, asked = self.offers.get(message.fire_id, NOTHING_OFFERED), self.asked_by(message)
        answers = self.answers_so_far
        return Question(
            id=message.id,
            appointments=tuple(
                Appointment(
                    key=appointment_of(one),
                    at=(at := _local(one)),
                    deadline=at - offer.closes_before if at else None,  # of several each closes by itself
                    service=one.told_apart,
                    disposition=answers.get(appointment_of(one)),
                )
                for one in asked
            ),
            options=offer.options,
            sent_at=message.sent_at or message.sending_at,
            provider_id=message.provider_id,
            language=offer.languages.get(message.step_id, "en")[:2],
            text=message.body,
        )


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
