"""What is wrong with a sequence: by its place, and how to mend it."""

from collections.abc import Collection, Iterator

from msgspec import Struct

from shared.domain.campaigns.check_window import check_window
from shared.domain.characters import check_characters
from shared.domain.errors import Problem
from shared.domain.place import check_time_zone
from shared.domain.sequences.mailbox import MOST_MAILBOXES
from shared.domain.sequences.sequence import (
    LONGEST_WAIT_DAYS,
    MOST_STEPS,
    Sequence,
    SequenceState,
    SequenceStep,
)
from shared.domain.templates.check_text import check_text
from shared.domain.templates.html_parts import check_html
from shared.domain.templates.rendering import RenderFailed, TemplateInvalid, check_line

CONTENT_BYTES = 80_000
SUBJECT_BYTES = 2_000
# All steps stand in one document, and once more in the frozen content: each takes 1 MiB at most.
ALL_BYTES = 600_000
MOST_AWAY_DAYS = 90
_LANGUAGE = "en"  # in whose names of days and months the filters write
_FIELDS = {"assumed_time_zone": "time_zone"}  # a window's words that are others here


class KnownParts(Struct, frozen=True, kw_only=True):
    """What the company has that a sequence may name."""

    mailbox_ids: Collection[str]
    topics: Collection[str]


def check_sequence(sequence: Sequence, known: KnownParts) -> Iterator[Problem]:
    """Everything that is wrong with it. One that sends needs a step and a mailbox."""
    yield from check_characters("name", sequence.name, is_line=True)
    yield from _check_times(sequence)
    yield from _check_pool(sequence, known.mailbox_ids)
    if sequence.topic and sequence.topic not in known.topics:
        yield Problem(field="topic", reason=f"{sequence.topic!r} is not one of the company's topics")
    if not 1 <= sequence.away_days <= MOST_AWAY_DAYS:
        yield Problem(field="away_days", reason=f"must be 1 to {MOST_AWAY_DAYS} days")
    yield from check_steps(sequence)
    if sequence.state is SequenceState.ACTIVE:
        yield from check_start(sequence)


def check_start(sequence: Sequence) -> Iterator[Problem]:
    """What it lacks to send anything."""
    if not sequence.steps:
        yield Problem(field="steps", reason="there is none yet; add one, as the sequence sends nothing else")
    if not sequence.mailbox_ids:
        yield Problem(field="mailbox_ids", reason="name at least one mailbox, which the emails come from")


def check_steps(sequence: Sequence) -> Iterator[Problem]:
    """What is wrong with the steps, by their places."""
    if len(sequence.steps) > MOST_STEPS:
        yield Problem(field="steps", reason=f"a sequence has at most {MOST_STEPS} steps")
    for index, step in enumerate(sequence.steps):
        for problem in _check_step(step, is_first=index == 0):
            yield Problem(field=f"steps[{index}].{problem.field}", reason=problem.reason)
    size = sum(len((one.content + one.html + one.subject).encode()) for one in sequence.steps)
    if size > ALL_BYTES:
        yield Problem(field="steps", reason=f"all texts together are longer than {ALL_BYTES:,} bytes")


def _check_times(sequence: Sequence) -> Iterator[Problem]:
    if sequence.start_time >= sequence.end_time:
        reason = f"must be later than start_time, which is {sequence.start_time:%H:%M}, on the same day"
        yield Problem(field="end_time", reason=reason)
    zone_problems = check_time_zone("time_zone", sequence.time_zone)
    yield from zone_problems
    for problem in check_window(sequence.window):
        field = problem.field.removeprefix("window.")
        if not (zone_problems and field in _FIELDS):
            yield Problem(field=_FIELDS.get(field, field), reason=problem.reason)


def _check_pool(sequence: Sequence, known: Collection[str]) -> Iterator[Problem]:
    if len(sequence.mailbox_ids) > MOST_MAILBOXES:
        yield Problem(field="mailbox_ids", reason=f"names more than {MOST_MAILBOXES} mailboxes")
    for index, mailbox_id in enumerate(sequence.mailbox_ids):
        if mailbox_id not in known:
            reason = f"there is no mailbox {mailbox_id!r}; make one of that sender first"
            yield Problem(field=f"mailbox_ids[{index}]", reason=reason)
        elif mailbox_id in sequence.mailbox_ids[:index]:
            yield Problem(field=f"mailbox_ids[{index}]", reason="is named twice")


def _check_step(step: SequenceStep, *, is_first: bool) -> Iterator[Problem]:
    if not 0 <= step.wait_days <= LONGEST_WAIT_DAYS:
        yield Problem(field="wait_days", reason=f"must be 0 to {LONGEST_WAIT_DAYS} days")
    if not step.content.strip():
        yield Problem(field="content", reason="must not be blank: write what the email says")
    yield from check_text("content", step.content, CONTENT_BYTES, _LANGUAGE)
    yield from _check_subject(step, is_first=is_first)
    problems = check_text("html", step.html, CONTENT_BYTES, _LANGUAGE, is_html=True)
    yield from problems
    if step.html and not problems:
        try:
            check_html(step.html)
        except TemplateInvalid as invalid:
            yield Problem(field="html", reason=str(invalid))


def _check_subject(step: SequenceStep, *, is_first: bool) -> Iterator[Problem]:
    if is_first and not step.subject.strip():
        yield Problem(field="subject", reason="the first email needs one; later ones answer in its thread")
    yield from check_text("subject", step.subject, SUBJECT_BYTES, _LANGUAGE)
    try:
        check_line(step.subject, "subject")
    except RenderFailed as failed:
        yield Problem(field="subject", reason=failed.reason)
