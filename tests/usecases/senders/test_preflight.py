"""A campaign whose senders or texts cannot work is refused before anybody is sent anything."""

from collections.abc import Iterator
from typing import Literal

import pytest

from shared import faults
from shared.domain.campaigns.campaign import Campaign, CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.channels.channel import Channel
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.record import replace
from shared.faults import Point
from shared.firestore.kit import paths
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.sending.pause_sender import pause_sender
from tests.kit.builders import a_step, a_template, an_audience, an_email_sender, an_sms_sender
from tests.kit.clinic import Clinic
from tests.kit.providers_at import providers_at

SMS_ONLY = (a_step(),)
MAIL_ONLY = (
    a_step(id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"),
)


async def refused(clinic: Clinic, **changes: object) -> dict[str, str]:
    """What mark_ready says is wrong, by field; nothing is frozen."""
    with pytest.raises(InvalidInput) as found:
        await clinic.ready(**changes)
    campaign = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert (campaign.state, campaign.content_hash) == (CampaignState.DRAFT, None)
    return {problem.field: problem.reason for problem in found.value.problems}


async def credentials(clinic: Clinic, **fields: str) -> None:
    kept = await clinic.credentials("texts")
    await clinic.set_credentials("texts", {**kept, **fields})


async def test_credentials_that_are_missing(clinic: Clinic) -> None:
    await clinic.set_credentials("texts", {})
    assert "no credentials" in (await refused(clinic, steps=SMS_ONLY))["steps[0].sender_id"]


async def test_credentials_that_twilio_refuses(clinic: Clinic) -> None:
    await credentials(clinic, auth_token="wrong")
    wrong = await refused(clinic, steps=SMS_ONLY)
    assert wrong.keys() == {"steps[0].sender_id"}
    assert "credentials" in wrong["steps[0].sender_id"]
    assert "wrong" not in wrong["steps[0].sender_id"]


async def test_an_account_that_is_suspended(clinic: Clinic) -> None:
    kept = await clinic.credentials("texts")
    sid, token = kept["account_sid"], kept["auth_token"]
    await clinic.simulator.add_account(sid=sid, token=token, suspended=True)
    assert "suspended" in (await refused(clinic, steps=SMS_ONLY))["steps[0].sender_id"]
    await clinic.simulator.add_account(sid=sid, token=token)
    await clinic.load({})
    assert (await clinic.ready(steps=SMS_ONLY)).state is CampaignState.READY  # what was mended counts at once


async def test_a_number_that_is_not_ours_though_it_begins_alike(clinic: Clinic) -> None:
    sender = an_sms_sender(address="+1212555010")
    await clinic.stores.senders.save(clinic.company_id, "texts", sender)
    assert "does not belong" in (await refused(clinic, steps=SMS_ONLY))["steps[0].sender_id"]


async def test_a_key_that_sendgrid_refuses(clinic: Clinic) -> None:
    kept = await clinic.credentials("mails")
    await clinic.set_credentials("mails", {**kept, "api_key": "SG.wrong"})
    assert "API key" in (await refused(clinic, steps=MAIL_ONLY))["steps[0].sender_id"]


async def test_a_mailbox_that_is_not_verified(clinic: Clinic) -> None:
    key = (await clinic.credentials("mails"))["api_key"]
    await clinic.simulator.add_key(key=key, senders=["other@acme-clinics.com"])
    assert "verified" in (await refused(clinic, steps=MAIL_ONLY))["steps[0].sender_id"]
    await clinic.simulator.add_key(key=key, senders=[an_email_sender().address])
    await clinic.load({})
    assert (await clinic.ready(steps=MAIL_ONLY)).state is CampaignState.READY


async def test_a_sender_that_is_paused(clinic: Clinic) -> None:
    sender = an_sms_sender(is_paused=True, paused_reason="The account is suspended.")
    await clinic.stores.senders.save(clinic.company_id, "texts", sender)
    assert "paused: The account is suspended." in (await refused(clinic))["steps[0].sender_id"]


async def test_sending_that_is_disabled(clinic: Clinic) -> None:
    await paths.company(clinic.stores.db, clinic.company_id).update({"sending_enabled": False})
    with pytest.raises(Conflict, match="disabled"):
        await clinic.ready()


async def test_the_senders_of_all_steps_are_named(clinic: Clinic) -> None:
    await clinic.set_credentials("texts", {})
    await clinic.set_credentials("mails", {"api_key": "SG.wrong"})
    wrong = await refused(clinic, steps=(*SMS_ONLY, *MAIL_ONLY))
    assert wrong.keys() == {"steps[0].sender_id", "steps[1].sender_id"}


@pytest.mark.parametrize(
    ("body", "expected"),
    [
        (
            "{{ doctor | date: '%H' }}",
            "does not go with the source: The text cannot be made: date: '1' is a text",
        ),
        ("{% if doctor == 1 %}x{% endif %}y", "'doctor' is a text: compare it with a text in quotes"),
        ("{% case doctor %}{% when 'A' %}a{% when true %}b{% endcase %}", "'doctor' is a text"),
        (
            "{% if appointment_at > '12/24/2026' %}x{% endif %}y",
            "compare it with one such as '2026-11-30 14:30'",
        ),
        ("{{ appointment_at | plus: 1 }}", "plus: '2026-11-30 14:30' is no number"),
        ("{% if doctor > 5 %}x{% endif %}y", "'doctor' is a text"),
        ("Hello {{ nmae }}", "'nmae', which no column of the source provides; did you mean 'name'?"),
        ("{% if doctor %}{{ phrase }}{% endif %}", "'phrase', which no column"),
        ("{{ visit_on | date: '%b' }}", "'visit_on', which no column"),
        (" ", "has no body"),
    ],
)
async def test_a_text_that_no_row_can_fill(clinic: Clinic, body: str, expected: str) -> None:
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body=body))
    assert expected in (await refused(clinic))["steps[0].template_id"]


@pytest.mark.parametrize(
    "body",
    [
        "Hello {{ nickname | default: 'there' }}",
        "{% if nickname %}Hello {{ nickname }}{% else %}Hello{% endif %}",
        "You see {{ doctor }} in {{ name | plus: 1 }} days, {{ appointment_at | date: '%b %d' }}",
    ],
)
async def test_a_field_the_text_can_do_without_is_fine(clinic: Clinic, body: str) -> None:
    await clinic.load({})
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body=body))
    assert (await clinic.ready()).state is CampaignState.READY


async def test_a_mail_without_subject_and_an_address_field_of_no_column(clinic: Clinic) -> None:
    mail = a_template(id="mail", channel=Channel("email"), subject="")
    await clinic.stores.templates.save(clinic.company_id, "mail", mail)
    wrong = await refused(clinic, steps=(replace(MAIL_ONLY[0], address_field="emial"),))
    assert "no subject" in wrong["steps[0].template_id"]
    assert "did you mean 'email'" in wrong["steps[0].address_field"]


async def test_a_fire_does_not_start_when_its_sender_broke_meanwhile(clinic: Clinic) -> None:
    await clinic.load({})
    await clinic.ready()
    await credentials(clinic, auth_token="rotated")
    with pytest.raises(InvalidInput, match="credentials"):
        await clinic.fire()
    assert await clinic.accepted() == []
    campaign = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert (campaign.state, campaign.last_fire_id) == (CampaignState.READY, None)


async def scheduled(clinic: Clinic) -> Campaign:
    await clinic.load({})
    now = clinic.runtime.now()
    schedule = Schedule(kind=ScheduleKind.ONCE, at=now.replace(tzinfo=None, microsecond=0), time_zone="UTC")
    return await clinic.ready(schedule=schedule, audience=an_audience())


async def test_a_due_fire_waits_for_its_sender_to_be_mended(clinic: Clinic) -> None:
    await scheduled(clinic)
    kept = (await clinic.credentials("texts"))["auth_token"]
    await credentials(clinic, auth_token="rotated")
    now = clinic.runtime.now()
    assert await fire_due_campaigns(clinic.runtime, now) == {"started": 0, "refused": 1}
    why = (await clinic.campaign()).fire_refusal
    assert "steps[0].sender_id: Twilio does not accept the account's credentials" in why
    await credentials(clinic, auth_token=kept)
    assert await fire_due_campaigns(clinic.runtime, now) == {"started": 1, "refused": 0}
    assert (await clinic.campaign()).fire_refusal == ""
    assert len(await clinic.accepted()) == 1


@pytest.mark.parametrize("trouble", ["disabled", "paused", "no credentials", "not our number", "suspended"])
async def test_what_refuses_to_make_it_ready_refuses_to_fire_it_too(clinic: Clinic, trouble: str) -> None:
    await scheduled(clinic)
    kept = await clinic.credentials("texts")
    clinic.runtime.senders_known_good.clear()  # a minute later
    match trouble:
        case "disabled":
            await clinic.stores.companies.allow_sending(clinic.company_id, is_allowed=False)
        case "paused":
            await pause_sender(clinic.runtime, clinic.company_id, "texts", "broken")
        case "no credentials":
            await clinic.set_credentials("texts", {})
        case "not our number":
            other = await clinic.simulator.add_account()
            await clinic.simulator.add_number(other, an_sms_sender().address)
        case "suspended":
            sid, token = kept["account_sid"], kept["auth_token"]
            await clinic.simulator.add_account(sid=sid, token=token, suspended=True)
    with pytest.raises((Conflict, InvalidInput)) as refused:
        await clinic.fire()
    now = clinic.runtime.now()
    assert await fire_due_campaigns(clinic.runtime, now) == {"started": 0, "refused": 1}
    assert (await clinic.campaign()).fire_refusal == str(refused.value)
    assert await clinic.accepted() == []


@pytest.fixture
def asked() -> Iterator[list[Point]]:
    """How often providers were asked."""
    points: list[Point] = []

    def hook(point: Point, moment: Literal["before", "after"]) -> None:
        if point == "check_senders" and moment == "before":
            points.append(point)

    faults.install(hook)
    yield points
    faults.install(None)


async def test_a_good_answer_is_believed_for_a_while(clinic: Clinic, asked: list[Point]) -> None:
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    assert len(asked) == 1


async def test_a_provider_that_is_down_is_no_reason_to_lose_a_fire(clinic: Clinic) -> None:
    campaign = await scheduled(clinic)
    before = clinic.runtime.settings
    clinic.runtime.senders_known_good.clear()
    clinic.runtime.settings = providers_at(before, twilio="http://127.0.0.1:9")
    now = clinic.runtime.now()
    assert await fire_due_campaigns(clinic.runtime, now) == {"started": 0, "refused": 1}
    with pytest.raises(Conflict, match="could not be found out"):
        await clinic.fire(campaign.id)
    clinic.runtime.settings = before
    assert await fire_due_campaigns(clinic.runtime, now) == {"started": 1, "refused": 0}
