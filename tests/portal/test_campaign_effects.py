"""What is done with a campaign says first in numbers what it comes to; and a test goes to oneself alone."""

from collections.abc import AsyncIterator

import pytest_asyncio

from shared.domain.campaigns.audience import Everybody, PeopleAudience
from shared.domain.companies.user import Role
from shared.usecases.users.create_user import create_user
from tests.kit.builders import a_campaign, a_step, a_template, an_audience
from tests.kit.clinic import Clinic, people
from tests.kit.portal.visitor import Visitor, text_of
from tests.portal.conftest import PASSWORD
from tests.usecases.conftest import clinic
from tests.usecases.fires.test_people import a_person, know

__all__ = ["clinic"]


@pytest_asyncio.fixture
async def approver(clinic: Clinic) -> AsyncIterator[Visitor]:
    """An approver of the clinic, who is signed in."""
    email = "kim@clinic.example.org"
    await create_user(clinic.runtime, clinic.company_id, email, "Kim", Role.APPROVER, PASSWORD)
    person = Visitor(clinic.runtime)
    await person.sign_in(email, PASSWORD)
    yield person
    await person.close()


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
