"""A YES by which somebody confirms the lists that they joined (shared/domain/contacts/double_opt_in.py)."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from shared.domain.contacts.list_consent import ListConsent
from shared.domain.ids import computed_id
from shared.domain.messages.message import Message
from shared.domain.messages.purpose import Purpose
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import IncomingMessage
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.domain.replies.open_questions import TOO_LATE

CONFIRMED = "The person confirmed to be on: {names}."


def question_id(consent: ListConsent) -> str:
    """The id of the message by which a list asks an address: another one where it asks anew."""
    return computed_id(consent.id, consent.asked_at.isoformat(), Purpose.LIST_CONFIRMATION)


def question_ids(consent: ListConsent) -> tuple[str, str]:
    """That id, and the one that such a message had before lists asked anew."""
    return question_id(consent), computed_id(consent.id, Purpose.LIST_CONFIRMATION)


def may_confirm(reply: Reply, *, is_yes: bool) -> bool:
    """Whether the reply may confirm lists: a yes that answers nothing else."""
    answers_else = reply.meaning not in (ReplyMeaning.UNCLEAR, ReplyMeaning.OPT_IN)
    return is_yes and not answers_else and not reply.flags


def names_else(incoming: IncomingMessage, messages: Mapping[str, Message]) -> bool:
    """Whether it answers, by its id, one of the messages that is no list's question."""
    return any(
        one.purpose is not Purpose.LIST_CONFIRMATION
        for one in messages.values()
        if one.id == incoming.answers_id or (one.provider_id and one.provider_id == incoming.replies_to)
    )


def is_about_list(reply: Reply, messages: Mapping[str, Message], asked_at: datetime) -> bool:
    """Whether a yes that may confirm is about the list that asked then, and not about a visit.

    A yes that may answer something else is a person's; what was over, and asked before the list, is nothing.
    """
    if reply.may_also_mean is None:
        return True
    sent = [messages[item_id].sent_at for item_id in reply.candidates]
    return reply.note == TOO_LATE and all(at is not None and at < asked_at for at in sent)


def after_confirming(reply: Reply, names: Iterable[str]) -> Reply:
    """The reply, which confirmed the lists of these names."""
    note = CONFIRMED.format(names=", ".join(names))
    return replace(
        reply, meaning=ReplyMeaning.OPT_IN, waits=False, candidates=(), may_also_mean=None, note=note
    )
