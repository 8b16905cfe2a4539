"""A fire of which too many messages come to nothing pauses by itself, once, and says so."""

from infra.local.simulator.outcomes import Answer
from shared.domain.campaigns.campaign import CampaignState
from shared.domain.fires.error_limit import is_over
from shared.domain.fires.fire import FireState
from shared.domain.fires.notice import NoticeKind
from shared.domain.messages.message import MessageState
from shared.usecases.campaigns.resume_campaign import resume_campaign
from tests.kit.builders import an_sms_sender
from tests.kit.clinic import Clinic, people


def test_a_share_of_few_says_nothing_and_the_limit_itself_is_too_much() -> None:
    assert not is_over(1, sent=0, failed=19, unknown=0)
    assert is_over(25, sent=15, failed=4, unknown=1)
    assert not is_over(26, sent=15, failed=4, unknown=1)


async def _counts(clinic: Clinic) -> dict[MessageState, int]:
    found = [message.state for message in await clinic.messages()]
    return {state: found.count(state) for state in set(found)}


async def test_it_pauses_tells_why_and_goes_on_when_somebody_resumes_it(clinic: Clinic) -> None:
    fast = an_sms_sender(id="texts", rate_per_second=500.0)  # batches of 100
    await clinic.stores.senders.save(clinic.company_id, "texts", fast)
    await clinic.simulator.ask_fault("twilio", Answer.ERROR)
    await clinic.load(*people(250), {"Patient": "Bad", "Phone": "555"})
    campaign = await clinic.ready(pause_at_percent=30)
    fire = await clinic.fire(campaign.id)
    stored = await clinic.stores.fires.get(clinic.company_id, fire.id)
    assert stored.state is FireState.PAUSED
    assert (await clinic.campaign()).state is CampaignState.PAUSED
    assert await _counts(clinic) == {MessageState.UNKNOWN: 100, MessageState.QUEUED: 150}
    [notice] = (await clinic.stores.notices.page(clinic.company_id, limit=10)).items
    assert (notice.kind, notice.fire_id) == (NoticeKind.FIRE_PAUSED, fire.id)
    assert (
        "of 100 messages 0 failed and 100 are unknown, which is 100 %, and 30 % is the limit" in notice.text
    )
    assert stored.note in notice.text

    await clinic.simulator.clear_faults()
    await resume_campaign(clinic.runtime, clinic.company_id, campaign.id)
    # It goes on, though what failed is still above the limit: who resumed it has decided.
    assert await _counts(clinic) == {MessageState.UNKNOWN: 100, MessageState.SENT: 150}
    assert len((await clinic.stores.notices.page(clinic.company_id, limit=10)).items) == 1


async def test_without_a_limit_it_does_not_pause(clinic: Clinic) -> None:
    await clinic.simulator.ask_fault("twilio", Answer.ERROR)
    await clinic.load(*people(30))
    campaign = await clinic.ready()
    await clinic.fire(campaign.id)
    assert (await clinic.campaign()).state is not CampaignState.PAUSED
