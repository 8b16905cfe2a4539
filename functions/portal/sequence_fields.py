"""The fields of the forms of sequences and their steps, and what they make."""

from datetime import time
from typing import Any

from functions.portal.kit.forms import Form
from functions.portal.kit.wording import WEEK
from shared.domain.sequences.check_sequence import CONTENT_BYTES, MOST_AWAY_DAYS, SUBJECT_BYTES
from shared.domain.sequences.sequence import LONGEST_WAIT_DAYS, WORKING_DAYS, Endings, Sequence, SequenceStep

OPENS, CLOSES = time(9), time(17)


def typed_of_sequence(sequence: Sequence | None, company_zone: str) -> dict[str, Any]:
    """The form's fields as a sequence has them, or as a new one begins."""
    endings = sequence.endings if sequence else Endings()
    return {
        "id": sequence.id if sequence else "",
        "name": sequence.name if sequence else "",
        "days": [str(day) for day in (sequence.days if sequence else WORKING_DAYS)],
        "start_time": f"{sequence.start_time if sequence else OPENS:%H:%M}",
        "end_time": f"{sequence.end_time if sequence else CLOSES:%H:%M}",
        "time_zone": sequence.time_zone if sequence else company_zone,
        "in_contacts_zone": sequence.in_contacts_zone if sequence else True,
        "closed_days": "\n".join(day.isoformat() for day in sequence.closed_days) if sequence else "",
        "holiday_country": (sequence.holiday_country or "") if sequence else "",
        "at_reply": endings.at_reply,
        "at_bounce": endings.at_bounce,
        "away_days": str(sequence.away_days) if sequence else "7",
        "mailbox_ids": list(sequence.mailbox_ids) if sequence else [],
    }


_TICKED = ("in_contacts_zone", "at_reply", "at_bounce")
_SEVERAL = ("days", "mailbox_ids")


def typed_sequence(form: Form) -> dict[str, Any]:
    """The form's fields as they were typed, to be shown again."""
    typed: dict[str, Any] = {name: form.given(name) for name in typed_of_sequence(None, "")}
    typed |= {name: form.is_set(name) for name in _TICKED}
    return typed | {name: form.lines(name) for name in _SEVERAL}


def read_sequence(form: Form) -> dict[str, Any]:
    """The fields of a sequence that the form says. Raises InvalidInput naming each that is wrong."""
    numbers = {number for number, _ in WEEK}
    days = tuple(sorted({int(day) for day in form.lines("days") if day in numbers}))
    if not days:
        form.wrong("days", "choose at least one day")
    away_days = form.whole("away_days", least=1, most=MOST_AWAY_DAYS)
    fields = {
        "name": form.line("name"),
        "days": days,
        "start_time": form.clock("start_time", OPENS),
        "end_time": form.clock("end_time", CLOSES),
        "time_zone": form.line("time_zone", most=64),
        "in_contacts_zone": form.is_set("in_contacts_zone"),
        "closed_days": form.days("closed_days"),
        "holiday_country": form.line("holiday_country", is_needed=False, most=60) or None,
        "endings": Endings(at_reply=form.is_set("at_reply"), at_bounce=form.is_set("at_bounce")),
        "away_days": 7 if away_days is None else away_days,
        "mailbox_ids": tuple(dict.fromkeys(form.lines("mailbox_ids"))),
    }
    form.check()
    return fields


def typed_of_step(step: SequenceStep | None, position: int) -> dict[str, Any]:
    """The form's fields as a step has them, or as a new one begins."""
    return {
        "id": step.id if step else "",
        "position": str(step.position if step else position),
        "wait_days": str(step.wait_days) if step else ("0" if position == 1 else "3"),
        "subject": step.subject if step else "",
        "content": step.content if step else "",
        "contact": "",  # whom the preview is for
    }


def typed_step(form: Form) -> dict[str, Any]:
    """The form's fields as they were typed, to be shown again."""
    return {name: form.given(name) for name in typed_of_step(None, 1)}


def read_step(form: Form) -> dict[str, Any]:
    """The fields of a step that the form says. Raises InvalidInput naming each that is wrong."""
    wait_days = form.whole("wait_days", most=LONGEST_WAIT_DAYS)
    if wait_days is None:
        form.wrong("wait_days", "say how many days")
    fields = {
        "wait_days": wait_days,
        "subject": form.line("subject", is_needed=False, most=SUBJECT_BYTES),
        "content": form.text("content", most=CONTENT_BYTES),
    }
    form.check()
    return fields
