"""Freeze what an automation's send steps send: from there on, what was published is what is sent."""

from collections.abc import Mapping

from shared.domain.automations.automation import Automation, Definition
from shared.domain.automations.sending import campaign_of
from shared.domain.automations.steps import SendStep, every_step
from shared.domain.campaigns.preflight import content_problems
from shared.domain.errors import InvalidInput, Problem
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.campaigns.freeze_content import freeze_content
from shared.usecases.senders.check_senders import check_senders


async def freeze_sends(
    runtime: Runtime, company_id: str, automation: Automation, definition: Definition
) -> Mapping[str, str]:
    """The hashes of the texts, by send step, which are kept. Raises InvalidInput for what cannot be sent.

    It is checked as a campaign's is: templates and senders are there, everything a message needs is defined,
    and the providers say that they would send.
    """
    found, problems = dict[str, str](), list[Problem]()
    for step in every_step(definition.steps):
        if not isinstance(step, SendStep):
            continue
        campaign = campaign_of(automation, definition, step)
        try:
            content = await freeze_content(runtime, company_id, campaign)
            if faults := tuple(content_problems(content)):
                raise InvalidInput(*faults)
            await check_senders(runtime, company_id, campaign.steps, content.senders)
        except InvalidInput as refusal:
            problems += [_of_step(step, one) for one in refusal.problems]
            continue
        await runtime.stores.campaign_contents.keep(company_id, automation.id, content)
        found[step.id] = content.content_hash
    if problems:
        raise InvalidInput(*problems)
    return found


def _of_step(step: SendStep, problem: Problem) -> Problem:
    return replace(problem, field=problem.field.replace("steps[0]", f"steps.{step.id}", 1))
