"""Which messages ask about one appointment, and the one answer that it has: the last."""

from collections.abc import Iterable, Mapping

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.messages.message import Message


def appointment_of(message: Message) -> str:
    """The same for all reminders of one appointment.

    Where no field names it, each row of a file is one; for who has no row, what one fire asks.
    """
    if message.appointment_key is not None:
        return f"{message.appointment_key} {message.appointment_at or ''}"
    if message.file_id is not None and message.row_number is not None:
        return f"row {message.file_id} {message.row_number}"
    return f"fire {message.fire_id} {message.recipient_key}"


def answers_so_far(messages: Iterable[Message]) -> dict[str, Disposition]:
    """What each appointment was answered, by `appointment_of`; of `messages`, the newest come first."""
    answered = [one for one in messages if one.disposition is not None]
    return {appointment_of(one): one.disposition for one in reversed(answered) if one.disposition}


def with_others(given: Mapping[str, Disposition], messages: Mapping[str, Message]) -> dict[str, Disposition]:
    """The answers `given` to messages, by id, and the same for what else of `messages` had an answer.

    Whoever was asked twice and changes their mind has answered both: no step, report or board is to go by
    what they said first.
    """
    said = {appointment_of(messages[item_id]): one for item_id, one in given.items() if item_id in messages}
    others = {
        item_id: said[key]
        for item_id, one in messages.items()
        if one.disposition is not None and (key := appointment_of(one)) in said
    }
    return {**others, **given}
