"""Automations, and the contacts in them."""

from shared.domain.automations.automation import Automation, AutomationState
from shared.domain.automations.enrollment import Enrollment, EnrollmentState
from shared.domain.errors import NotFound
from shared.firestore.queries.lists import AUTOMATIONS, ENROLLMENTS
from shared.runtime import Runtime
from shared.views.kit.paging import Page, PageAsked, page_of


async def list_automations(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    state: AutomationState | None = None,
    name: str | None = None,
) -> Page[Automation]:
    """The company's automations, newest first."""
    return await page_of(runtime.stores.automations, company_id, asked, AUTOMATIONS, state=state, name=name)


async def get_automation(runtime: Runtime, company_id: str, automation_id: str) -> Automation:
    """One automation. Raises NotFound."""
    return await runtime.stores.automations.get(company_id, automation_id)


async def list_enrollments(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    automation_id: str | None = None,
    contact_id: str | None = None,
    state: EnrollmentState | None = None,
    step_id: str | None = None,
) -> Page[Enrollment]:
    """The enrollments that match every filter given, newest first."""
    return await page_of(
        runtime.stores.enrollments,
        company_id,
        asked,
        ENROLLMENTS,
        automation_id=automation_id,
        contact_id=contact_id,
        state=state,
        step_id=step_id,
    )


async def get_enrollment(
    runtime: Runtime, company_id: str, automation_id: str, enrollment_id: str
) -> Enrollment:
    """One enrollment of the automation. Raises NotFound."""
    found = await runtime.stores.enrollments.get(company_id, enrollment_id)
    if found.automation_id != automation_id:
        raise NotFound("enrollment", enrollment_id)
    return found
