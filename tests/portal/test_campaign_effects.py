"""What is done with a campaign says first in numbers what it comes to; and a test goes to oneself alone."""

import re
from datetime import timedelta

import pytest

from shared.domain.campaigns.audience import Everybody, PeopleAudience
from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.fires.fire import Ledger
from shared.usecases.campaigns.mark_ready import mark_ready
from shared.usecases.companies.require_approval import require_approval
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.views.last_fires import LastFire, last_fires
from tests.kit.builders import a_campaign, a_step, a_template, an_audience
from tests.kit.clinic import Clinic, people
from tests.kit.portal.visitor import Visitor, text_of
from tests.usecases.conftest import clinic
from tests.usecases.fires.test_people import a_person, know

__all__ = ["clinic"]


async def test_making_it_a_draft_again_says_first_what_that_comes_to(
    clinic: Clinic, approver: Visitor
) -> None:
    file = await clinic.load(*people(3))
    await clinic.ready(audience=an_audience(file.id))
    here = "/campaigns/reminders"
    assert f'href="{here}/reopen"' in (await approver.get(here)).text
    asked = text_of((await approver.get(f"{here}/reopen")).text)
    assert "3 rows get nothing" in asked
    assert "Nothing of it has been sent." in asked
    assert (await clinic.campaign()).content_hash  # to look changes nothing
    await approver.post(f"{here}/reopen")
    assert "draft" in (await approver.get(here)).text
    assert (await clinic.campaign()).content_hash is None


async def test_pausing_and_going_on_say_first_how_many_wait_and_how_many_had_it(
    clinic: Clinic, approver: Visitor
) -> None:
    await clinic.load(*people(3))
    await clinic.ready()
    fire, _ = await clinic.fire_and_queue()
    await summarize_fire(clinic.runtime, clinic.company_id, fire.id)
    here = "/campaigns/reminders"
    assert '<span id="still">: 3 still to come</span>' in (await approver.get(here)).text
    asked = text_of((await approver.get(f"{here}/pause")).text)
    assert "3 messages wait until somebody lets it go on. 0 went out already" in asked
    assert (await clinic.campaign()).state is CampaignState.FIRING  # to look changes nothing
    await approver.post(f"{here}/pause")
    asked = text_of((await approver.get(f"{here}/resume")).text)
    assert "3 messages go out from now on, inside the contact window." in asked
    assert (await clinic.campaign()).state is CampaignState.PAUSED
    asked = text_of((await approver.get(f"{here}/cancel")).text)
    assert "3 people do not get the message any more" in asked
    await approver.post(f"{here}/resume", seen=f"{here}/resume")
    assert (await clinic.campaign()).state is CampaignState.FIRING


async def test_what_has_its_time_says_for_how_many_and_when_before_it_is_paused(
    clinic: Clinic, approver: Visitor
) -> None:
    file = await clinic.load(*people(3))
    at = (clinic.runtime.now() + timedelta(days=2)).replace(tzinfo=None, second=0, microsecond=0)
    once = Schedule(kind=ScheduleKind.ONCE, at=at)
    await clinic.ready(audience=an_audience(file.id), schedule=once)
    here = "/campaigns/reminders"
    asked = text_of((await approver.get(f"{here}/pause")).text)
    assert "3 rows get nothing" in asked
    assert "Nothing of it has been sent." in asked
    await approver.post(f"{here}/pause")
    asked = text_of((await approver.get(f"{here}/resume")).text)
    assert "It is for 3 rows." in asked
    assert "if that has passed, within minutes" in asked
    assert "3 rows get nothing. Nothing of it has been sent" in text_of(
        (await approver.get(f"{here}/cancel")).text
    )


async def test_approving_says_first_how_many_get_it_and_when(clinic: Clinic, approver: Visitor) -> None:
    await require_approval(clinic.runtime, clinic.company_id, 2, by="user first")
    file = await clinic.load(*people(3))
    await clinic.save(a_campaign(audience=an_audience(file.id)))
    await mark_ready(clinic.runtime, clinic.company_id, "reminders", by="user first")
    here = "/campaigns/reminders"
    waiting = (await approver.get(here)).text
    assert f'href="{here}/approve"' in waiting
    assert f'href="{here}/fire"' not in waiting
    for path in ("/", "/campaigns"):
        await approver.get(path)
        assert "ready waits for approval" in approver.says
    asked = text_of((await approver.get(f"{here}/approve")).text)
    assert "3 recipients get its message" in asked
    assert f"The file is {file.name}" in asked
    assert "It is sent when somebody presses Send now." in asked
    await approver.post(f"{here}/approve")
    await approver.get(here)
    assert "The campaign is approved" in approver.says
    assert f'href="{here}/fire"' in approver.page.text
    asked = text_of((await approver.get(f"{here}/fire")).text)
    assert "It is for 3 rows." in asked


async def test_the_list_says_what_each_campaigns_last_fire_came_to(clinic: Clinic, approver: Visitor) -> None:
    fire = await clinic.fire_for("+12125550101", "+12125550102", "no number")
    await clinic.save(a_campaign(id="other", name="Not sent"))
    options = (await clinic.campaign()).reply_options
    await clinic.write("+12125550101", options[0].words[0])
    page = (await approver.get("/campaigns")).text
    cells = [text_of(one).split() for one in re.findall(r"<td[^>]*>(.*?)</td>", page)]
    assert f'href="/fires/{fire.id}"' in page
    assert [*cells[2:5]] == [["2", "of", "3"], ["1"], ["1"]]
    assert ["not", "yet"] in cells


async def test_many_answers_are_counted_and_not_read(clinic: Clinic, monkeypatch: pytest.MonkeyPatch) -> None:
    phones = [f"+1212555010{number}" for number in range(4)]
    fire = await clinic.fire_for(*phones)
    campaign = await clinic.campaign()
    for phone in phones:
        await clinic.write(phone, campaign.reply_options[0].words[0])
    for most in (1_000, 4, 2):
        monkeypatch.setattr("shared.views.last_fires.READ_OF_A_KIND", most)
        found = await last_fires(clinic.runtime, clinic.company_id, [campaign])
        assert found == {
            campaign.id: LastFire(
                fired_at=fire.fired_at,
                ledger=Ledger(planned=4, sent=4),
                answered=4,
            )
        }


async def test_a_campaign_for_people_is_tested_with_the_values_of_whom_one_names(
    clinic: Clinic, approver: Visitor
) -> None:
    await know(clinic, a_person("ana", "+12125550187"), a_person("cleo", "+12125550189"))
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body="Hello {{ name }}!"))
    audience = PeopleAudience(include=(Everybody(),))
    await clinic.save(a_campaign(audience=audience, steps=(a_step(address_field="phone"),)))
    here = "/campaigns/reminders/test"
    assert f'href="{here}"' in (await approver.get("/campaigns/reminders")).text
    for person, name in (("cleo", "Cleo"), ("(212) 555-0187", "Ana")):
        await approver.get(here)
        answer = await approver.post(here, {"address": "(917) 555-0142", "person": person})
        page = await approver.get(answer.headers["location"])
        assert f"Hello {name}!" in page.text
    await approver.get(here)
    answer = await approver.post(here, {"address": "(917) 555-0142", "person": "nobody of that name"})
    assert "no contact has this name or address" in text_of(answer.text).lower()
    assert {one["handset"] for one in await clinic.accepted()} == {"+19175550142"}
