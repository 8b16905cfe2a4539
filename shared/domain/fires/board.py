"""The appointment board: what has a time on a day, each once, with what became of it.

Several messages may be about one appointment: steps of a campaign, campaigns, channels. The newest answer of
any of them is the appointment's.
"""

from collections.abc import Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from types import MappingProxyType
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.messages.asked_together import is_asked_together
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery


class SlotState(StrEnum):
    """What became of an appointment, as far as its messages tell."""

    CONFIRMED = "confirmed"
    CANCELED = "canceled"
    RESCHEDULE_ASKED = "reschedule_asked"
    NO_ANSWER = "no_answer"
    NOT_REACHED = "not_reached"  # no message reached the person, or will
    TAKEN_BACK = "taken_back"  # by a later file


FREED = frozenset({SlotState.CANCELED, SlotState.RESCHEDULE_ASKED})
_OF_ANSWERS = {
    Disposition.CONFIRMED: SlotState.CONFIRMED,
    Disposition.CANCELED: SlotState.CANCELED,
    Disposition.RESCHEDULE_ASKED: SlotState.RESCHEDULE_ASKED,
}
_UNDER_WAY = (MessageState.QUEUED, MessageState.SENDING, MessageState.SENT, MessageState.UNKNOWN)
_NOT_REACHED = (Delivery.UNDELIVERED, Delivery.FAILED)


class Slot(Struct, frozen=True, kw_only=True):
    """One appointment. `at` is on the clock of where it takes place; `message` the one that tells most of it.

    `message_count` is how many messages are about it; `name` is empty where nobody knows it.
    """

    at: datetime
    state: SlotState
    message: Message
    message_count: int
    name: str = ""


def slots_of(
    messages: Iterable[Message],
    names: Mapping[str, str],
    asking: Mapping[str, Message] = MappingProxyType({}),
) -> list[Slot]:
    """The appointments that messages are about, in order of time. `names` are people's, by message id.

    `asking` are the messages that ask about others besides, by id: whom one reached was asked about all.
    """
    groups: dict[str, list[Message]] = {}
    for message in messages:
        if message.about_at is not None:
            groups.setdefault(slot_key(message), []).append(message)
    slots = [_slot(group, names, asking) for group in groups.values()]
    return sorted(slots, key=lambda slot: (slot.at, slot.name.casefold(), slot.message.id))


def slot_key(message: Message) -> str:
    """The same for all messages about one appointment."""
    if message.appointment_key is not None:
        return f"appointment {message.appointment_key} {message.appointment_at or ''}"
    if message.file_id is not None and message.row_number is not None:
        return f"row {message.file_id} {message.row_number}"
    return f"person {message.contact_id or message.id} {message.about_at}"


def _slot(group: list[Message], names: Mapping[str, str], asking: Mapping[str, Message]) -> Slot:
    newest_first = sorted(group, key=lambda one: (one.created_at, one.id), reverse=True)
    answered = next((one for one in newest_first if one.disposition is not None), None)
    going = next((one for one in newest_first if one.state in _UNDER_WAY), None)
    told = answered or going or newest_first[0]
    return Slot(
        at=told_at(told),
        state=_state(newest_first, answered, asking),
        message=told,
        message_count=len(group),
        name=next((names[one.id] for one in newest_first if names.get(one.id)), ""),
    )


def _state(group: list[Message], answered: Message | None, asking: Mapping[str, Message]) -> SlotState:
    if all(one.withdrawn_by is not None for one in group):
        return SlotState.TAKEN_BACK
    if answered is not None and answered.disposition is not None:
        return _OF_ANSWERS[answered.disposition]
    told = [asking.get(one.duplicate_of or "", one) if is_asked_together(one) else one for one in group]
    is_reached = any(one.state in _UNDER_WAY and one.delivery not in _NOT_REACHED for one in told)
    return SlotState.NO_ANSWER if is_reached else SlotState.NOT_REACHED


def told_at(message: Message) -> datetime:
    """When its appointment is, on the clock of where that takes place. It must have a time."""
    if message.about_at is None:
        raise TypeError("only what has a time stands on a board")
    zone = message.told_in or next(iter(message.time_zones), "UTC")
    return message.about_at.astimezone(ZoneInfo(zone))


def day_of(message: Message) -> str | None:
    """The day on whose board a message's appointment stands, where it takes place; None without a time."""
    return None if message.about_at is None else told_at(message).date().isoformat()
