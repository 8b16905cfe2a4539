"""What people call the parts of an automation's steps."""

import asyncio

from functions.portal.automation_words import Called
from functions.portal.kit.lists import every
from functions.portal.kit.visit import Visit
from shared.domain.automations.steps import SendStep, Steps, every_step
from shared.domain.contacts.criterion_words import Names
from shared.views.contact_fields import list_contact_fields
from shared.views.contact_lists import list_contact_lists
from shared.views.names import template_names
from shared.views.segments import list_segments


async def called_in(visit: Visit, *several: Steps) -> Called:
    """The names of what these steps are made of."""
    ids = {step.template_id for steps in several for step in every_step(steps) if isinstance(step, SendStep)}
    lists, fields, segments, templates = await asyncio.gather(
        every(visit, list_contact_lists),
        every(visit, list_contact_fields),
        every(visit, list_segments),
        template_names(visit.runtime, visit.company_id, ids),
    )
    return Called(
        names=Names(
            lists={one.id: one.name for one in lists},
            fields={one.id: one.name for one in fields},
            segments={one.id: one.name for one in segments},
        ),
        templates=templates,
    )
