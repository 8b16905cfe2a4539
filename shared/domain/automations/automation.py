"""An automation: steps per contact, started by what happens to it. Versions of it never change."""

import zlib
from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum
from functools import lru_cache

import msgspec
from msgspec import Struct, field

from shared.domain.automations.state import AutomationState
from shared.domain.automations.steps import (
    AutomationStep,
    SendStep,
    WaitStep,
    WaitUntilEvent,
    every_step,
    fields_of,
)
from shared.domain.automations.trigger import Happened, Trigger
from shared.domain.campaigns.window import ContactWindow
from shared.domain.channels.address_kinds import AddressKind
from shared.domain.channels.channel import as_text
from shared.domain.events.event import SEGMENTS, EventType
from shared.domain.ids import computed_id


class Reentry(StrEnum):
    """Whether a contact may enter again."""

    ONCE = "once"
    AFTER_END = "after_end"  # again after it ended
    ALWAYS = "always"  # every time, beside itself too


class Definition(Struct, frozen=True, kw_only=True):
    """What an automation does. Messages go out within the `window`, under the `topic` of refusals, if any.

    One of the `goals` ends a contact's way early.
    """

    triggers: tuple[Trigger, ...]
    steps: tuple[AutomationStep, ...]
    reentry: Reentry = Reentry.ONCE
    goals: tuple[Happened, ...] = ()
    window: ContactWindow = field(default_factory=ContactWindow)
    topic: str = ""

    def events(self) -> Iterator[Happened]:
        """All events that it listens to."""
        yield from (one for one in self.triggers if isinstance(one, Happened))
        yield from self.goals
        for step in every_step(self.steps):
            if isinstance(step, WaitStep) and isinstance(step.wait, WaitUntilEvent):
                yield step.wait.event

    def waits_on(self) -> frozenset[str]:
        """What of a contact its waits depend on: names of fields, and `time_zone`."""
        waits = (one.wait for one in every_step(self.steps) if isinstance(one, WaitStep))
        return frozenset[str]().union(*map(fields_of, waits))

    def segment_ids(self) -> frozenset[str]:
        """The segments whose coming and going it listens to."""
        return frozenset(one.what for one in self.events() if one.event in SEGMENTS)

    def written_to(self) -> frozenset[AddressKind]:
        """The kinds of address that its messages go to."""
        sends = (one for one in every_step(self.steps) if isinstance(one, SendStep))
        return frozenset(one.channel.record.address for one in sends)

    def source_ids(self) -> frozenset[str]:
        """The sources whose rows let contacts in."""
        rows = (one for one in self.triggers if isinstance(one, Happened))
        return frozenset(one.what for one in rows if one.event is EventType.ROW_LOADED and one.what)


_DEFINITION = msgspec.json.Decoder(Definition, dec_hook=lambda kind, value: kind(value))


def packed_definition(definition: Definition) -> bytes:
    """A definition as a document holds it: trees would be nested deeper than a document takes."""
    return zlib.compress(msgspec.json.encode(definition, enc_hook=as_text), 1)


@lru_cache(maxsize=256)
def definition_in(content: bytes) -> Definition:
    """The definition that a document holds."""
    return _DEFINITION.decode(zlib.decompress(content))


class Automation(Struct, frozen=True, kw_only=True):
    """One automation. `draft` is the packed definition that is edited, `live` the published one.

    `draft_before` is the draft before its last change; empty where there was none.

    `version` is the number of the newest published version, 0 before the first. `heard` are the types of
    events that it listens to: those that its definition names, and `contact.field_changed` once some may stay
    on an older version whose waits depend on other fields. `due_at` is when the tick looks after it: who is
    parked, who stands on steps that an edit concerns, whose date comes.
    """

    id: str
    name: str
    created_at: datetime
    updated_at: datetime
    draft: bytes
    live: bytes = b""
    state: AutomationState = AutomationState.DRAFT
    version: int = 0
    heard: tuple[EventType, ...] = ()
    due_at: datetime | None = None
    draft_before: bytes = b""

    @property
    def takes_in(self) -> bool:
        """Whether contacts enter it."""
        return self.state in (AutomationState.LIVE, AutomationState.PAUSED)

    @property
    def moves(self) -> bool:
        """Whether contacts move on in it."""
        return self.state in (AutomationState.LIVE, AutomationState.DRAINING)

    @property
    def hears(self) -> frozenset[EventType]:
        """The types of events it listens to, with that by which its waits are timed anew."""
        waits = self.live and definition_in(self.live).waits_on()
        return frozenset({*self.heard, EventType.FIELD_CHANGED} if waits else self.heard)


class Moving(Struct, frozen=True, kw_only=True):
    """How far an edit came with those who stand on its steps.

    `step_ids` are the steps that are still to be looked at, of the first those after the enrollment `after`.
    `moved` are so many of the `found` that stood there when it was published.
    """

    step_ids: tuple[str, ...]
    found: int
    moved: int = 0
    after: str = ""

    @property
    def is_done(self) -> bool:
        """Whether everybody was looked at."""
        return not self.step_ids


class AutomationVersion(Struct, frozen=True, kw_only=True):
    """What was published under a number. `contents` are the hashes of the frozen texts, by send step.

    `choices` say what becomes of those who stand on a step that it deletes or changes, by step. `moving` is
    how far those were brought up to it.
    """

    id: str
    automation_id: str
    number: int
    definition: bytes
    published_at: datetime
    published_by: str = ""
    contents: dict[str, str] = field(default_factory=dict)
    choices: dict[str, str] = field(default_factory=dict)
    moving: Moving | None = None


def version_id(automation_id: str, number: int) -> str:
    """The id of a version."""
    return computed_id(automation_id, "version", number)
