"""The draft of an automation as a page was made of it, and the change of it that a form asks for."""

from hashlib import sha256

from functions.portal.kit.visit import Visit
from shared.domain.automations.automation import Automation, Definition, definition_in
from shared.domain.errors import Conflict
from shared.usecases.automations.save_automation import edit_automation
from shared.views.automations import get_automation


def draft_mark(automation: Automation) -> str:
    """What tells a draft from every other: a form is about the one that was looked at."""
    return sha256(automation.draft).hexdigest()[:32]


async def read_draft(visit: Visit) -> tuple[Automation, Definition]:
    """The automation of the address, and its draft. Raises NotFound."""
    automation = await get_automation(visit.runtime, visit.company_id, visit.path("automation_id"))
    return automation, definition_in(automation.draft)


def check_mark(visit: Visit, automation: Automation) -> None:
    """Raises Conflict for a form that was made of another draft."""
    if visit.form.given("draft") != draft_mark(automation):
        raise Conflict("The draft was edited meanwhile. Look at it again.")


async def save_draft(visit: Visit, automation: Automation, definition: Definition, name: str = "") -> None:
    """Put this in place of the draft that was looked at. Raises Conflict, InvalidInput."""
    check_mark(visit, automation)
    await edit_automation(
        visit.runtime,
        visit.company_id,
        automation.id,
        name or automation.name,
        definition,
        over=automation.draft,
    )


def draft_page(automation_id: str, step_id: str = "") -> str:
    """Where the draft is edited, at a step of it."""
    return f"/automations/{automation_id}/draft" + (f"#step-{step_id}" if step_id else "")
