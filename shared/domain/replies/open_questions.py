"""Which of what was asked a reply can still answer."""

from collections.abc import Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.record import replace
from shared.domain.replies.asked import NOTHING_ASKED, Appointment, Question, WrittenReply

TOO_LATE = "The appointment has begun, or the time to answer was over."
TOO_EARLY = "It was written before the question was sent."


class Target(Struct, frozen=True, kw_only=True):
    """One appointment that may be answered, by its newest question. `number` is its place in that, from 1."""

    question: Question
    appointment: Appointment
    number: int


class Asked(Struct, frozen=True, kw_only=True):
    """What may be meant. Without any `targets`, `reason` says why, and `closed` are those that were."""

    targets: tuple[Target, ...]
    closed: tuple[Target, ...] = ()
    reason: str = ""


def asked_of(questions: Sequence[Question], reply: WrittenReply) -> Asked:
    """What the reply can answer. One that refers to a message is about that and nothing else."""
    meant = [one for one in questions if reply.answers_id and one.id == reply.answers_id]
    meant = meant or [one for one in questions if reply.replies_to and one.provider_id == reply.replies_to]
    known = meant or questions
    asked = [one for one in known if one.sent_at is None or one.sent_at <= reply.written_at]
    targets = _newest(asked)
    open_ones = [one for one in targets if not _is_over(one, reply.written_at)]
    closed = tuple(one for one in targets if _is_over(one, reply.written_at))
    reason = "" if open_ones else TOO_LATE if closed else TOO_EARLY if known else NOTHING_ASKED
    return Asked(targets=tuple(open_ones), closed=closed, reason=reason)


def ids_of(targets: Sequence[Target]) -> tuple[str, ...]:
    """The questions the targets are of, each once."""
    return tuple(dict.fromkeys(target.question.id for target in targets))


def _is_over(target: Target, at: datetime) -> bool:
    ends = target.appointment.deadline or target.question.deadline or target.appointment.at
    return ends is not None and ends <= at


def _newest(questions: Sequence[Question]) -> list[Target]:
    """One target for each appointment: two reminders of one are one question, the newest one's."""
    found: dict[str, Target] = {}
    for question in sorted(
        questions, key=lambda one: one.sent_at.timestamp() if one.sent_at else 0, reverse=True
    ):
        for number, appointment in enumerate(question.appointments, start=1):
            known = found.get(appointment.key)
            if known is None:
                found[appointment.key] = Target(question=question, appointment=appointment, number=number)
            elif known.appointment.disposition is None and appointment.disposition is not None:
                answered = replace(known.appointment, disposition=appointment.disposition)
                found[appointment.key] = replace(known, appointment=answered)
    return list(found.values())
