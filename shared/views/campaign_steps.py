"""A campaign's steps with their texts and senders: each kind in one read."""

import asyncio

from msgspec import Struct

from shared.domain.campaigns.campaign import Campaign
from shared.domain.campaigns.step import Step
from shared.domain.senders.sender import Sender
from shared.domain.templates.template import Template
from shared.runtime import Runtime


class StepShown(Struct, frozen=True, kw_only=True):
    """One step; its text and sender are None where they are gone."""

    step: Step
    text: Template | None
    sender: Sender | None


async def read_steps(runtime: Runtime, company_id: str, campaign: Campaign) -> list[StepShown]:
    """The steps in their order."""
    stores, steps = runtime.stores, campaign.steps
    texts, senders = await asyncio.gather(
        stores.templates.find_many(company_id, {step.template_id for step in steps}),
        stores.senders.find_many(company_id, {step.sender_id for step in steps}),
    )
    return [
        StepShown(step=step, text=texts.get(step.template_id), sender=senders.get(step.sender_id))
        for step in steps
    ]
