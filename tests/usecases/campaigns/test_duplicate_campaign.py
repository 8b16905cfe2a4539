"""A duplicate is a draft with the same definition, whose texts are its own."""

from datetime import datetime

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.errors import NotFound
from shared.domain.record import replace
from shared.usecases.campaigns.duplicate_campaign import duplicate_campaign
from shared.usecases.campaigns.save_template import edit_template
from tests.kit.builders import a_campaign, a_step
from tests.kit.clinic import Clinic


async def test_a_duplicate_of_a_sent_campaign_is_a_draft(clinic: Clinic) -> None:
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    known = await clinic.campaign()
    made = await duplicate_campaign(clinic.runtime, clinic.company_id, known.id, "copy", "Once more")
    again = await duplicate_campaign(clinic.runtime, clinic.company_id, known.id, "copy", "Once more")
    assert again == made
    assert (made.state, made.name, made.content_hash, made.last_fire_id) == (
        CampaignState.DRAFT, "Once more", None, None,
    )  # fmt: skip
    assert (made.audience, made.reply_options, made.window) == (
        known.audience, known.reply_options, known.window,
    )  # fmt: skip


async def test_its_texts_are_its_own(clinic: Clinic) -> None:
    campaign = a_campaign()
    shared = replace(campaign, steps=(a_step(id="one"), a_step(id="two")))
    await clinic.save(shared)
    made = await duplicate_campaign(clinic.runtime, clinic.company_id, campaign.id, "copy", "Copy")
    first, second = made.steps
    assert first.template_id == second.template_id != campaign.steps[0].template_id
    await edit_template(clinic.runtime, clinic.company_id, first.template_id, {"body": "Another text."})
    old = await clinic.stores.templates.get(clinic.company_id, campaign.steps[0].template_id)
    assert old.body != "Another text."


async def test_a_time_that_was_once_is_left_out(clinic: Clinic) -> None:
    campaign = a_campaign()
    once = Schedule(kind=ScheduleKind.ONCE, at=datetime(2026, 1, 1, 9))  # noqa: DTZ001  # wall time
    await clinic.save(replace(campaign, schedule=once))
    made = await duplicate_campaign(clinic.runtime, clinic.company_id, campaign.id, "copy", "Copy")
    assert made.schedule == Schedule()
    with pytest.raises(NotFound):
        await duplicate_campaign(clinic.runtime, clinic.company_id, "gone", "copy-2", "Copy")
