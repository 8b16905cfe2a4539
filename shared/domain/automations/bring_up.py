"""Bring an enrollment up to the newest version, edit by edit."""

from collections.abc import Mapping
from datetime import datetime

from shared.domain.automations.automation import Automation, AutomationVersion, definition_in
from shared.domain.automations.editing import brought_up
from shared.domain.automations.enrollment import Enrollment, EnrollmentState
from shared.domain.automations.moving import forgetting
from shared.domain.automations.state import HEARING
from shared.domain.automations.trigger import DateReached
from shared.domain.automations.wait_times import Person
from shared.domain.job import FindEntrants, MoveEnrollments


def numbers_between(enrollment: Enrollment, automation: Automation) -> range:
    """The versions that say what the enrollment goes by: from that it has seen to the newest."""
    if enrollment.version:
        return range(enrollment.version, enrollment.version + 1)
    first = enrollment.seen if enrollment.state is EnrollmentState.ACTIVE else automation.version
    return range(first, automation.version + 1)


def bring_up(
    enrollment: Enrollment,
    automation: Automation,
    versions: Mapping[int, AutomationVersion],
    person: Person | None,
    now: datetime,
) -> Enrollment:
    """The enrollment by the newest version; one that stays on an older one, or has not begun, as it is."""
    numbers = numbers_between(enrollment, automation)
    for number in numbers[1:]:
        if enrollment.version or enrollment.state is not EnrollmentState.ACTIVE:
            break
        enrollment = brought_up(enrollment, versions[number - 1], versions[number], person, now)
    return enrollment


def shown_by(
    enrollment: Enrollment, automation: Automation, versions: Mapping[int, AutomationVersion]
) -> Enrollment:
    """The enrollment as its records are since the edits: without those of steps that one deleted.

    Nobody is brought up by being looked at. Who has ended keeps all that was done.
    """
    if enrollment.state is not EnrollmentState.ACTIVE:
        return enrollment
    for number in numbers_between(enrollment, automation)[1:]:
        if number in versions:
            enrollment = forgetting(enrollment, definition_in(versions[number].definition).steps)
    return enrollment


def move_job(company_id: str, version: AutomationVersion) -> MoveEnrollments:
    """The job that brings up who stands on steps that the version concerns."""
    return MoveEnrollments(company_id=company_id, automation_id=version.automation_id, version_id=version.id)


def looks_for_dates(automation: Automation) -> bool:
    """Whether contacts enter when a date of theirs comes."""
    if not automation.takes_in or not automation.live:
        return False
    return any(isinstance(one, DateReached) for one in definition_in(automation.live).triggers)


def looks_at_segments(automation: Automation) -> bool:
    """Whether it listens to segments, into which contacts come as days pass too."""
    return automation.state in HEARING and bool(definition_in(automation.live).segment_ids())


def find_job(company_id: str, automation: Automation) -> FindEntrants:
    """The job that finds the contacts for whom a day or a date comes."""
    return FindEntrants(company_id=company_id, automation_id=automation.id)
