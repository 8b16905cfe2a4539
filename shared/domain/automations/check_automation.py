"""What in an automation could never work, and its one form."""

from collections import Counter
from collections.abc import Collection, Iterator, Mapping

import msgspec
from msgspec import Struct

from shared.domain.automations.automation import Definition
from shared.domain.automations.steps import (
    AutomationStep,
    FieldStep,
    IfStep,
    ListStep,
    Steps,
    TagStep,
    WaitFor,
    WaitStep,
    WaitUntilDate,
    WaitUntilEvent,
    WaitUntilTime,
    WebhookStep,
    every_step,
)
from shared.domain.automations.trigger import HEARD, DateReached, Happened
from shared.domain.campaigns.check_window import check_window
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import all_channels
from shared.domain.contacts.check_contact import TAG_CHARACTERS
from shared.domain.contacts.check_criteria import check_criteria, normalized
from shared.domain.contacts.contact import tag_of
from shared.domain.contacts.contact_field import ContactField, FieldKind, check_values
from shared.domain.errors import Problem
from shared.domain.events.event import SEGMENTS, EventType
from shared.domain.files.source import FieldType
from shared.domain.record import replace

MOST_STEPS = 100
MOST_DEPTH = 5  # of ifs in ifs
LONGEST_WAIT = 365 * 24 * 3600
MOST_TRIGGERS = 20
_TAGS = (EventType.TAG_ATTACHED, EventType.TAG_REMOVED)
_LISTS = (EventType.LIST_JOINED, EventType.LIST_LEFT)
_MOMENTS = (FieldKind.DATE, FieldKind.MOMENT)
_CONSENTS = (EventType.SUBSCRIBED, EventType.UNSUBSCRIBED)


class KnownParts(Struct, frozen=True, kw_only=True):
    """What of the company's an automation may name."""

    fields: Mapping[str, ContactField]
    list_ids: Collection[str]
    segment_ids: Collection[str]
    source_ids: Collection[str]
    row_types: Mapping[str, FieldType]
    endpoint_ids: Collection[str]
    topics: Collection[str]


def check_automation(definition: Definition, known: KnownParts) -> Iterator[Problem]:
    """What is wrong with it, each with its place: `steps[1].then[0].wait.seconds`."""
    if len(definition.triggers) > MOST_TRIGGERS:
        yield Problem(field="triggers", reason=f"there are more than {MOST_TRIGGERS}")
    for index, trigger in enumerate(definition.triggers):
        where = f"triggers[{index}]"
        if isinstance(trigger, DateReached):
            yield from _check_date(where, trigger.field, trigger.days, known)
        else:
            yield from _check_event(where, trigger, known)
    for index, goal in enumerate(definition.goals):
        yield from _check_event(f"goals[{index}]", goal, known)
    if definition.topic and definition.topic not in known.topics:
        yield Problem(field="topic", reason=f"{definition.topic!r} is none of the company's topics")
    yield from check_window(definition.window)
    yield from _check_steps(definition.steps)
    yield from _each("steps", definition.steps, known, 1)


def check_whole(definition: Definition) -> Iterator[Problem]:
    """What it lacks to run: a draft may be without."""
    if not definition.triggers:
        yield Problem(field="triggers", reason="give at least one trigger")
    if not definition.steps:
        yield Problem(field="steps", reason="give at least one step")


def _check_steps(steps: Steps) -> Iterator[Problem]:
    every = list(every_step(steps))
    if len(every) > MOST_STEPS:
        yield Problem(field="steps", reason=f"there are {len(every)}; {MOST_STEPS} are taken")
    for step_id, count in Counter(step.id for step in every).items():
        if count > 1 or not step_id:
            yield Problem(field="steps", reason=f"each step needs an id of its own; {step_id!r} is not")


def _each(where: str, steps: Steps, known: KnownParts, depth: int) -> Iterator[Problem]:
    for index, step in enumerate(steps):
        yield from _check_step(f"{where}[{index}]", step, known, depth)


def _check_step(where: str, step: AutomationStep, known: KnownParts, depth: int) -> Iterator[Problem]:
    match step:
        case WaitStep():
            yield from _check_wait(f"{where}.wait", step, known)
        case IfStep(criterion=criterion, then=then, otherwise=otherwise):
            if depth > MOST_DEPTH:
                yield Problem(field=where, reason=f"ifs are nested deeper than {MOST_DEPTH} levels")
                return
            kinds = {name: one.kind for name, one in known.fields.items()}
            for problem in check_criteria(criterion, kinds, known.list_ids, known.row_types):
                yield Problem(field=f"{where}.{problem.field}", reason=problem.reason)
            yield from _each(f"{where}.then", then, known, depth + 1)
            yield from _each(f"{where}.otherwise", otherwise, known, depth + 1)
        case TagStep(tag=tag) if not tag_of(tag):
            yield Problem(field=f"{where}.tag", reason="is empty; name a tag")
        case TagStep(tag=tag) if len(tag_of(tag)) > TAG_CHARACTERS:
            yield Problem(field=f"{where}.tag", reason=f"is longer than {TAG_CHARACTERS} characters")
        case ListStep(list_id=list_id) if list_id not in known.list_ids:
            yield Problem(field=f"{where}.list_id", reason="there is no such list")
        case WebhookStep(endpoint_id=endpoint_id) if endpoint_id not in known.endpoint_ids:
            yield Problem(field=f"{where}.endpoint_id", reason="there is no such webhook endpoint")
        case FieldStep(field=field, value=value):
            for problem in check_values({field: value}, known.fields)[1]:
                yield Problem(field=f"{where}.{problem.field}", reason=problem.reason)


def _check_wait(where: str, step: WaitStep, known: KnownParts) -> Iterator[Problem]:
    match step.wait:
        case WaitFor(seconds=seconds) if not 1 <= seconds <= LONGEST_WAIT:
            yield Problem(field=f"{where}.seconds", reason="is 1 second to 365 days, in seconds")
        case WaitUntilEvent(event=event, limit_seconds=seconds):
            yield from _check_event(f"{where}.event", event, known)
            if not 1 <= seconds <= LONGEST_WAIT:
                yield Problem(field=f"{where}.limit_seconds", reason="is 1 second to 365 days, in seconds")
        case WaitUntilDate(field=field, days=days):
            yield from _check_date(where, field, days, known)
        case WaitUntilTime(weekdays=weekdays) if not set(weekdays) <= set(range(1, 8)):
            yield Problem(field=f"{where}.weekdays", reason="are numbers from 1 (Monday) to 7")


def _check_date(where: str, field: str, days: int, known: KnownParts) -> Iterator[Problem]:
    definition = known.fields.get(field)
    if definition is None or definition.kind not in _MOMENTS:
        names = ", ".join(sorted(name for name, one in known.fields.items() if one.kind in _MOMENTS))
        reason = f"{field!r} is no date of your contacts; there are: {names or 'none'}"
        yield Problem(field=f"{where}.field", reason=reason)
    if abs(days) > 366:  # a year
        yield Problem(field=f"{where}.days", reason="is at most 366 days from the date")


def _check_event(where: str, event: Happened, known: KnownParts) -> Iterator[Problem]:
    if event.event not in HEARD:
        reason = f"automations hear of {', '.join(HEARD)}"
        yield Problem(field=f"{where}.event", reason=reason)
    if event.event in _LISTS and event.what and event.what not in known.list_ids:
        yield Problem(field=f"{where}.what", reason="there is no such list")
    if event.event in SEGMENTS and event.what not in known.segment_ids:
        reason = "there is no such segment" if event.what else "name the segment"
        yield Problem(field=f"{where}.what", reason=reason)
    if event.event is EventType.ROW_LOADED and event.what and event.what not in known.source_ids:
        yield Problem(field=f"{where}.what", reason="there is no such source")
    if (names := _names(event.event)) and event.what and event.what not in names:
        yield Problem(field=f"{where}.what", reason=f"is one of {', '.join(names)}; left out, it is any")


def _names(event: EventType) -> tuple[str, ...]:
    """What the event may be about, where that is one of few; empty otherwise."""
    if event in _CONSENTS:
        return tuple(map(str, all_channels()))
    return tuple(map(str, Disposition)) if event is EventType.DISPOSITION_CHANGED else ()


def in_one_form(definition: Definition, fields: Mapping[str, ContactField]) -> Definition:
    """The definition with every tag and value in its one form; a value that is wrong stays as it is."""
    triggers = (one if isinstance(one, DateReached) else _event(one) for one in definition.triggers)
    return replace(
        definition,
        triggers=tuple(triggers),
        goals=tuple(map(_event, definition.goals)),
        steps=tuple(_step(one, fields) for one in definition.steps),
    )


def _event(one: Happened) -> Happened:
    return msgspec.structs.replace(one, what=tag_of(one.what)) if one.event in _TAGS else one


def _step(step: AutomationStep, fields: Mapping[str, ContactField]) -> AutomationStep:
    match step:
        case TagStep(tag=tag):
            return msgspec.structs.replace(step, tag=tag_of(tag))
        case IfStep(criterion=criterion, then=then, otherwise=otherwise):
            return msgspec.structs.replace(
                step,
                criterion=normalized(criterion),
                then=tuple(_step(one, fields) for one in then),
                otherwise=tuple(_step(one, fields) for one in otherwise),
            )
        case FieldStep(field=field, value=value) if value is not None:
            return msgspec.structs.replace(
                step, value=check_values({field: value}, fields)[0].get(field, value)
            )
        case WaitStep(wait=WaitUntilEvent() as wait):
            until = msgspec.structs.replace(wait, event=_event(wait.event))
            return msgspec.structs.replace(step, wait=until)
    return step
