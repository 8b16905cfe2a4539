"""A campaign's times and steps in plain sentences."""

from datetime import date, datetime, timedelta

from functions.portal.kit.wording import words
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.campaigns.step import AfterDelay, AtField, DelayMeasure, OnlyIf, Step

FOR_WHOM = {
    OnlyIf.ANYBODY: "for everybody",
    OnlyIf.NOT_ANSWERED: "for who has not answered",
    OnlyIf.NOT_DELIVERED: "for whom no step before is known to have reached",
    OnlyIf.DELIVERED_NOT_ANSWERED: "for who was reached and has not answered",
    OnlyIf.APPOINTMENT_CANCELED: "when the appointment is canceled",
}


def schedule_sentence(schedule: Schedule, time_zone: str, coming: list[datetime]) -> str:
    """When a campaign is sent, as one says it. `coming` are its next times, on its own clock."""
    zone = schedule.time_zone or time_zone
    if schedule.kind is ScheduleKind.ON_DEMAND or schedule.at is None:
        return "It is sent when somebody presses Send now."
    if schedule.kind is ScheduleKind.ONCE:
        return f"It is sent once: {_day(schedule.at)} at {schedule.at:%H:%M}, on the clock of {zone}."
    times = ", ".join(f"{_day(one)} at {one:%H:%M}" for one in coming[:3])
    return f"It is sent again and again by a rule, next: {times or 'never'}, on the clock of {zone}."


def step_words(step: Step, place: int) -> str:
    """When a step is sent and for whom, as one says it."""
    whom = FOR_WHOM.get(step.only_if) or f"for who answered {_answers(step)}"
    return f"{_when(step, place)}, {whom}"


def _answers(step: Step) -> str:
    return " or ".join(words(one) for one in step.answers)


def _when(step: Step, place: int) -> str:
    when = step.when
    if isinstance(when, AfterDelay):
        since = "the step before has ended" if when.counted_from is DelayMeasure.STEP else "they were sent it"
        return f"{_length(when.seconds)} after {since}"
    if isinstance(when, AtField):
        return _at_field(when)
    return "At once" if place == 0 else "Together with the first"


def _at_field(when: AtField) -> str:
    field = f"the time in “{words(when.field)}”"
    if when.days or when.clock is not None:
        days = abs(when.days)
        side = "after" if when.days > 0 else "before"
        on = (
            f"On the day of {field}"
            if not days
            else f"{days} {'day' if days == 1 else 'days'} {side} {field}"
        )
        return f"{on}{f' at {when.clock:%H:%M}' if when.clock else ''}"
    side = "after" if when.seconds > 0 else "before"
    return f"{_length(abs(when.seconds))} {side} {field}" if when.seconds else f"At {field}"


def _length(seconds: int) -> str:
    """2 days, 3 hours, 10 minutes."""
    for unit, size in (("day", 86_400), ("hour", 3_600), ("minute", 60), ("second", 1)):
        if seconds >= size and not seconds % size:
            count = seconds // size
            return f"{count} {unit}{'' if count == 1 else 's'}"
    return f"{timedelta(seconds=seconds)}"


def _day(day: date) -> str:
    return f"{day:%A} {day.day} {day:%B %Y}"
