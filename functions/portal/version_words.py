"""How two versions of an automation differ, as people read it: word by word what is new, and what is gone."""

from collections.abc import Iterator, Mapping
from difflib import SequenceMatcher
from types import MappingProxyType

from msgspec import Struct

from functions.portal.automation_events import event_words, reentry_words, trigger_words
from functions.portal.automation_words import Called, step_words
from functions.portal.kit.wording import sentence, weekdays
from shared.domain.automations.arranging import place_of
from shared.domain.automations.automation import Definition
from shared.domain.automations.steps import every_step
from shared.domain.automations.version_diff import Difference, StepDifference, steps_differ
from shared.domain.campaigns.window import ContactWindow

Piece = tuple[str, bool]  # some words, and whether the other version does not have them
_NO_TEXTS: Mapping[str, tuple[str, str]] = MappingProxyType({})
_LONGEST = 2_000  # characters that are compared: of longer texts the beginning


class Shown(Struct, frozen=True, kw_only=True):
    """One thing that differs: how, its words now, those of before if it changed, and where it stands."""

    how: str
    now: tuple[Piece, ...]
    before: tuple[Piece, ...] = ()
    note: str = ""


def differences(
    old: Definition, new: Definition, called: Called, texts: Mapping[str, tuple[str, str]] = _NO_TEXTS
) -> list[Shown]:
    """What differs between them. `texts` are what messages said before and say now, by step."""
    said = {step.id: step_words(step, called) for step in (*every_step(old.steps), *every_step(new.steps))}
    steps = [_step(one, new, called, said) for one in steps_differ(old.steps, new.steps)]
    written = [
        _changed(*both, note=f"the text of {said.get(step_id, step_id)}") for step_id, both in texts.items()
    ]
    return [*steps, *written, *_others(old, new, called)]


def _step(one: StepDifference, new: Definition, called: Called, said: Mapping[str, str]) -> Shown:
    how, step = sentence(one.difference), one.new or one.old
    now = step_words(step, called) if step is not None else one.step_id
    if one.difference is Difference.REMOVED:
        return Shown(how=how, now=((now, False),))
    if one.difference is Difference.CHANGED and one.old is not None:
        before = step_words(one.old, called)
        if before == now:
            return Shown(how=how, now=((now, False),), note="its sender or another part")
        return _changed(before, now)
    return Shown(how=how, now=((now, False),), note=place_words(place_of(new.steps, one.step_id), said))


def place_words(place: str, said: Mapping[str, str]) -> str:
    """A place of the flow, as people say it."""
    step_id, _, branch = place.partition(".")
    if not step_id:
        return "at the start"
    text = said.get(step_id, step_id)
    if not branch:
        return f"after “{text}”"
    return f"first of “{text}”, {branch}"


def _others(old: Definition, new: Definition, called: Called) -> Iterator[Shown]:
    """What differs beside the steps."""
    names = called.names
    yield from _listed(
        "what lets contacts in",
        [trigger_words(one, names) for one in old.triggers],
        [trigger_words(one, names) for one in new.triggers],
    )
    yield from _listed(
        "what ends their way early",
        [event_words(one, names) for one in old.goals],
        [event_words(one, names) for one in new.goals],
    )
    if old.reentry is not new.reentry:
        yield _changed(reentry_words(old), reentry_words(new), note="how often one enters")
    if old.window != new.window:
        before, now = _window_words(old.window), _window_words(new.window)
        yield _changed(before, now, note="the contact window, or its holidays and closed days")
    if old.topic != new.topic:
        before, now = old.topic or "none of its own", new.topic or "none of its own"
        yield _changed(before, now, note="the kind of messages")


def _listed(note: str, old: list[str], new: list[str]) -> Iterator[Shown]:
    for words in new:
        if words not in old:
            yield Shown(how="Added", now=((words, False),), note=note)
    for words in old:
        if words not in new:
            yield Shown(how="Removed", now=((words, False),), note=note)


def _window_words(window: ContactWindow) -> str:
    hours = "around the clock"
    if window.opens != window.closes:
        hours = f"{window.opens:%H:%M} to {window.closes:%H:%M}"
    return f"{weekdays(window.days)}, {hours}" + (", and quiet hours" if window.keeps_quiet_hours else "")


def _changed(before: str, now: str, note: str = "") -> Shown:
    """Both wordings, each with what the other does not have marked."""
    old, new = before[:_LONGEST].split(), now[:_LONGEST].split()
    gone, came = list[Piece](), list[Piece]()
    for verb, *place in SequenceMatcher(None, old, new, autojunk=False).get_opcodes():
        start, end, new_start, new_end = place
        if end > start:
            gone.append((" ".join(old[start:end]), verb != "equal"))
        if new_end > new_start:
            came.append((" ".join(new[new_start:new_end]), verb != "equal"))
    return Shown(how="Changed", before=tuple(gone), now=tuple(came), note=note)
