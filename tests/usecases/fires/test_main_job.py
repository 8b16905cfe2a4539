"""The main job on a real database: a file in, messages out, and books that close."""

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.fires.fire import Ledger, ProgressStatus
from shared.domain.messages.message import MessageState
from tests.kit.clinic import Clinic


async def test_every_row_becomes_a_message_or_a_failure(clinic: Clinic) -> None:
    file = await clinic.load(
        {"Patient": "Ana"},
        {"Patient": "Ben", "Phone": "212 555 0188"},
        {"Patient": "Cy", "Phone": "12"},
        {"Patient": "Di", "Phone": "+1 212 555 0189", "When": "24.12.2099"},
        {"Patient": "Ana"},
        {"Patient": "", "Phone": "212 555 0190"},
    )
    assert (file.row_count, file.rejected_count) == (5, 1)
    assert file.size > 0
    await clinic.ready()
    fire = await clinic.fire()
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=5, sent=2, skipped=1, failed=2)
    assert report.status is ProgressStatus.SENT
    assert report.skipped == {"duplicate": 1}
    assert report.failed == {"phone not valid": 1, "field missing": 1}
    assert {m["handset"] for m in await clinic.accepted()} == {"+12125550187", "+12125550188"}
    campaign = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert campaign.state is CampaignState.SENT


async def test_the_text_is_what_the_template_says(clinic: Clinic) -> None:
    await clinic.load({})
    await clinic.ready()
    await clinic.fire()
    [message] = await clinic.messages()
    assert message.state is MessageState.SENT
    assert message.body == "Hello Ana, you see Dr Vega on Dec 24 at 14:30. Reply 1 to confirm, 2 to cancel."
    [sent] = await clinic.accepted()
    assert sent["body"] == message.body
