"""What pages say of texts that ask for words which carriers, or the company's own rules, take for another."""

from collections.abc import Iterable

from functions.portal.kit.visit import Visit
from shared.domain.automations.steps import SendStep, Steps, every_step
from shared.views.text_warnings import texts_warnings


async def warnings_of(visit: Visit, template_ids: Iterable[str]) -> tuple[str, ...]:
    """Of these texts, each said once."""
    return await texts_warnings(visit.runtime, visit.company_id, template_ids, visit.company.consent)


async def warnings_of_steps(visit: Visit, steps: Steps) -> tuple[str, ...]:
    """Of all texts that an automation sends."""
    return await warnings_of(
        visit, (one.template_id for one in every_step(steps) if isinstance(one, SendStep))
    )
