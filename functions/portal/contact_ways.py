"""The automations and sequences that a person is in, or was, for their page."""

from functions.portal.kit.visit import Visit
from shared.domain.automations.enrollment import Enrollment as AutomationEnrollment
from shared.domain.sequences.enrollment import Enrollment
from shared.views import automations, sequences
from shared.views.kit.paging import PageAsked
from shared.views.names import automation_names, sequence_names

SHOWN = PageAsked(20)


async def automations_of(visit: Visit, contact_id: str) -> list[tuple[AutomationEnrollment, str]]:
    """The newest ways of the person through automations, each with the automation's name."""
    page = await automations.list_enrollments(visit.runtime, visit.company_id, SHOWN, contact_id=contact_id)
    found = page.items
    names = await automation_names(visit.runtime, visit.company_id, {one.automation_id for one in found})
    return [(one, names.get(one.automation_id, "An automation that is gone")) for one in found]


async def sequences_of(visit: Visit, contact_id: str) -> list[tuple[Enrollment, str]]:
    """The newest sequences that the person is in, or was, each with its name."""
    page = await sequences.list_enrollments(visit.runtime, visit.company_id, SHOWN, contact_id=contact_id)
    found = page.items
    names = await sequence_names(visit.runtime, visit.company_id, [one.sequence_id for one in found])
    return [(one, names.get(one.sequence_id, "A sequence that is gone")) for one in found]
