"""An enrollment: one contact's way through an automation, with what it completed and where it stands.

While it waits it is the document that the tick finds: nothing of a wait lies in a queue.
"""

from collections.abc import Iterable
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.automations.trigger import Happened
from shared.domain.events.event import Event
from shared.domain.job import RunAutomation
from shared.domain.record import replace

MOST_A_JOB = 50  # enrollments that one job has go on


class EnrollmentState(StrEnum):
    """Where it is in its life."""

    ENTERED = "entered"  # a trigger came; whether the contact may enter is still to be asked
    ACTIVE = "active"
    ENDED = "ended"


class EndReason(StrEnum):
    """Why it ended."""

    COMPLETED = "completed"  # it came to the end
    GOAL = "goal"  # a goal of the automation was met
    LEFT = "left"  # a person took the contact out
    CONTACT_GONE = "contact_gone"
    ALREADY_IN = "already_in"  # it never began: the rule for entering again forbids it
    TOO_OFTEN = "too_often"  # nor did this: the contact came in too often in a day


class Completed(Struct, frozen=True, kw_only=True):
    """One step that is done: when, what came of it, and the message or other record that it made."""

    step_id: str
    at: datetime
    outcome: str = ""
    record_id: str = ""


class Way(Struct, frozen=True, kw_only=True):
    """How far a contact came: what it completed, and since when it stands where it stands.

    With `waits_until` it waits there; `awaits` is what ends the wait earlier.
    """

    completed: tuple[Completed, ...] = ()
    since: datetime | None = None
    waits_until: datetime | None = None
    awaits: Happened | None = None
    ended_at: datetime | None = None


_BEGINNING = Way()


class Enrollment(Struct, frozen=True, kw_only=True):
    """One contact in one automation. `id` is computed from automation, contact and what let it in.

    It stands on `step_id`: queued, or waiting. `due_at` is when the tick looks after it, later than now while
    a job for it is on its way. While `is_parked` nothing does: the automation was paused when it became due.
    `revision` counts its changes. `version` is the version it stays on; 0: the newest. `seen` is
    the version that it was last brought up to. `row` is where the row stands that let it in, if one did.
    """

    id: str
    automation_id: str
    contact_id: str
    event_id: str
    entered_by: str
    entered_at: datetime
    state: EnrollmentState = EnrollmentState.ENTERED
    step_id: str = ""
    way: Way = _BEGINNING
    due_at: datetime | None = None
    is_parked: bool = False
    revision: int = 0
    version: int = 0
    seen: int = 0
    row: str = ""
    end_reason: EndReason | None = None

    @property
    def completed(self) -> tuple[Completed, ...]:
        """The steps that are done, the last one last."""
        return self.way.completed

    @property
    def since(self) -> datetime | None:
        """Since when it stands on its step."""
        return self.way.since

    @property
    def waits_until(self) -> datetime | None:
        """Until when it waits, if it does."""
        return self.way.waits_until

    @property
    def ended_at(self) -> datetime | None:
        """When it ended."""
        return self.way.ended_at

    def is_ready(self, now: datetime) -> bool:
        """Whether something is to be done for it now."""
        if self.state is EnrollmentState.ENDED:
            return False
        return self.waits_until is None or self.waits_until <= now

    def hears(self, event: Event) -> bool:
        """Whether the event is what it waits for; what happened before the wait began does not count."""
        awaits, since = self.way.awaits, self.way.since
        return awaits is not None and since is not None and awaits.is_met(event) and event.at >= since


def queued_on(enrollment: Enrollment, step_id: str, now: datetime) -> Enrollment:
    """The contact stands on the step, which is to be done."""
    way = Way(completed=enrollment.completed, since=now)
    return replace(enrollment, state=EnrollmentState.ACTIVE, step_id=step_id, way=way, due_at=now)


def waiting(enrollment: Enrollment, until: datetime, awaits: Happened | None) -> Enrollment:
    """The contact waits on the step it stands on."""
    way = replace(enrollment.way, waits_until=until, awaits=awaits)
    return replace(enrollment, way=way, due_at=until)


def completing(enrollment: Enrollment, outcome: str, now: datetime, record_id: str = "") -> Enrollment:
    """The step that the contact stands on is done."""
    done = Completed(step_id=enrollment.step_id, at=now, outcome=outcome, record_id=record_id)
    return having_completed(enrollment, (*enrollment.completed, done))


def having_completed(enrollment: Enrollment, completed: tuple[Completed, ...]) -> Enrollment:
    """The enrollment with these steps done, and no others."""
    return replace(enrollment, way=replace(enrollment.way, completed=completed))


def ended(enrollment: Enrollment, reason: EndReason, now: datetime) -> Enrollment:
    """The contact's way is over."""
    way = Way(completed=enrollment.completed, ended_at=now)
    return replace(
        enrollment,
        state=EnrollmentState.ENDED,
        step_id="",
        way=way,
        due_at=None,
        is_parked=False,
        end_reason=reason,
    )


def woken(enrollment: Enrollment, now: datetime) -> Enrollment:
    """What the contact waited for has happened: its wait ends now."""
    return waiting(enrollment, now, None)


def run_jobs(company_id: str, enrollments: Iterable[Enrollment]) -> list[RunAutomation]:
    """The jobs that have these enrollments go on: of one automation each, some at a time."""
    ids: dict[str, list[str]] = {}
    for one in enrollments:
        ids.setdefault(one.automation_id, []).append(one.id)
    return [
        RunAutomation(
            company_id=company_id,
            automation_id=automation_id,
            enrollment_ids=tuple(theirs[first : first + MOST_A_JOB]),
        )
        for automation_id, theirs in sorted(ids.items())
        for first in range(0, len(theirs), MOST_A_JOB)
    ]
