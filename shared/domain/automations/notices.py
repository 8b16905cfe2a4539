"""What an automation has people of the company know."""

from datetime import datetime

from shared.domain.automations.automation import Automation
from shared.domain.automations.enrollment import Enrollment
from shared.domain.automations.moving import MOST_ENTRIES_A_DAY
from shared.domain.fires.notice import Notice, NoticeKind
from shared.domain.ids import computed_id


def hand_over_notice(automation: Automation, enrollment: Enrollment, text: str, now: datetime) -> Notice:
    """The notice of a step that hands the contact to a person: one for each time it is done."""
    return Notice(
        id=computed_id(enrollment.id, "handed over", enrollment.step_id),
        kind=NoticeKind.HANDED_OVER,
        text=f"{automation.name}: {text}",
        created_at=now,
        automation_id=automation.id,
        contact_id=enrollment.contact_id,
    )


def circle_notice(automation: Automation, enrollment: Enrollment, now: datetime) -> Notice:
    """The notice of a contact who comes in again and again: one a contact and day."""
    return Notice(
        id=computed_id("circle", automation.id, enrollment.contact_id, now.date().isoformat()),
        kind=NoticeKind.AUTOMATION_CIRCLES,
        text=f"{automation.name}: a contact came in {MOST_ENTRIES_A_DAY} times in a day and is not let in "
        "again until a day has passed. Look whether automations set each other off.",
        created_at=now,
        automation_id=automation.id,
        contact_id=enrollment.contact_id,
    )
