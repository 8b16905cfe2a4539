"""What no evidence settles, a person or the campaign's policy decides: once, and the books stay balanced."""

from datetime import timedelta

import pytest

from shared.domain.campaigns.campaign import CampaignState, UnknownPolicy
from shared.domain.errors import Conflict
from shared.domain.fires.fire import FireState, Ledger, ProgressStatus
from shared.domain.messages.failure import FailureState
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.resent import resend_id
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.evidence.settle_message import Settlement, settle_message
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import a_step
from tests.kit.clinic import ABSENT, LOST, Clinic
from tests.machine.campaign_deaths import dying

HOUR = timedelta(hours=1)
MAIL = a_step(id="mail", channel="email", template_id="mail", sender_id="mails", address_field="email")


async def settle(clinic: Clinic, message: Message, settlement: Settlement) -> Message:
    return await settle_message(clinic.runtime, clinic.company_id, message.id, settlement, by="api key test")


@pytest.mark.parametrize("hours", [1, 5])
async def test_the_policy_acts_after_the_quiet_period_only(clinic: Clinic, hours: int) -> None:
    await clinic.load({"Email": "error@example-clinic.com"})
    await clinic.ready(steps=(MAIL,), unknown_policy=UnknownPolicy.GIVE_UP)
    fire = await clinic.fire()
    clinic.later(hours * HOUR)
    await clinic.reconcile()
    [message] = await clinic.messages()
    assert message.state is (MessageState.FAILED if hours == 5 else MessageState.UNKNOWN)
    report = await clinic.report(fire)
    assert report.ledger.is_balanced
    assert message.settled_by == ("policy" if hours == 5 else None)


async def test_the_policy_may_send_again(clinic: Clinic) -> None:
    fire = await clinic.fire_for(ABSENT, unknown_policy=UnknownPolicy.RESEND)
    [first] = await clinic.messages()
    clinic.later(5 * HOUR)
    await clinic.reconcile()
    messages = {message.id: message for message in await clinic.messages()}
    assert messages[first.id].state is MessageState.FAILED
    again = messages[resend_id(first)]
    assert again.resend_of == first.id
    assert again.state is MessageState.UNKNOWN  # this number answers 500 each time
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, unknown=1)


async def test_a_person_may_mark_it_as_sent(clinic: Clinic) -> None:
    fire = await clinic.fire_for(ABSENT)
    [message] = await clinic.messages()
    for _ in range(2):
        settled = await settle(clinic, message, Settlement.SENT)
        assert (settled.state, settled.settled_by) == (MessageState.SENT, "api key test")
    report = await clinic.report(fire)
    assert (report.ledger, report.status) == (Ledger(planned=1, sent=1), ProgressStatus.SENT)
    with pytest.raises(Conflict):
        await settle(clinic, message, Settlement.NOT_SENT)
    with pytest.raises(Conflict):
        await settle(clinic, message, Settlement.RESEND)


async def test_a_person_may_mark_it_as_not_sent(clinic: Clinic) -> None:
    fire = await clinic.fire_for(ABSENT)
    [message] = await clinic.messages()
    for _ in range(2):
        assert (await settle(clinic, message, Settlement.NOT_SENT)).state is MessageState.FAILED
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=1, failed=1)
    assert report.failed == {"settled as not_sent": 1}


async def test_sending_again_is_a_new_message_and_the_books_stay_balanced(clinic: Clinic) -> None:
    fire = await clinic.fire_for("+1 212 555 2000", "+1 212 555 2001")
    message = (await clinic.by_address())["+12125552000"]
    await clinic.lose_answer(message)
    clinic.runs_jobs = False
    for _ in range(3):
        await settle(clinic, message, Settlement.RESEND)
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=2, sent=1, pending=1)
    reopened = await clinic.stores.fires.get(clinic.company_id, fire.id)
    assert not reopened.is_closed
    campaign = await clinic.stores.campaigns.get(clinic.company_id, "reminders")
    assert campaign.state is CampaignState.FIRING
    await clinic.run_published()
    assert len(await clinic.accepted("+12125552000")) == 2  # the one in doubt, and the decided one
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=2, sent=2)
    assert report.status is ProgressStatus.SENT
    assert (await clinic.stores.fires.get(clinic.company_id, fire.id)).is_closed
    failure = await clinic.stores.failures.get(clinic.company_id, message.id)
    assert (failure.state, failure.requeued_as) == (FailureState.REQUEUED, resend_id(message))


async def test_what_was_not_sent_may_be_sent_again(clinic: Clinic) -> None:
    fire = await clinic.fire_for("+1 212 555 2000")
    [message] = await clinic.messages()
    await clinic.lose_answer(message)
    await settle(clinic, message, Settlement.NOT_SENT)
    await settle(clinic, message, Settlement.RESEND)
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, sent=1)
    with pytest.raises(Conflict):
        await settle(clinic, message, Settlement.NOT_SENT)


async def cancel_after_the_end(clinic: Clinic) -> None:
    """The fire was closed over an unknown message when its campaign is canceled."""
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    [fire] = (await clinic.stores.fires.page(clinic.company_id, limit=9)).items
    assert (fire.is_closed, fire.state) == (True, FireState.FIRING)


async def test_a_campaign_canceled_after_its_fire_closed_sends_nothing_again(clinic: Clinic) -> None:
    await clinic.fire_for(ABSENT, unknown_policy=UnknownPolicy.RESEND)
    [message] = await clinic.messages()
    await cancel_after_the_end(clinic)
    with pytest.raises(Conflict, match="canceled"):
        await settle(clinic, message, Settlement.RESEND)
    clinic.later(5 * HOUR)
    await clinic.reconcile()
    [message] = await clinic.messages()
    assert message.state is MessageState.FAILED  # by its absence, as the policy may not send again
    assert (await clinic.reconcile())["searched"] == 0


async def test_a_paused_campaign_sends_again_when_it_is_resumed(clinic: Clinic) -> None:
    fire = await clinic.fire_for("+1 212 555 2000")
    [message] = await clinic.messages()
    await clinic.lose_answer(message)
    await summarize_fire(clinic.runtime, clinic.company_id, fire.id)
    assert (await clinic.campaign()).state is CampaignState.NEEDS_ATTENTION
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    await settle(clinic, message, Settlement.RESEND)
    assert len(await clinic.accepted()) == 1
    await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    assert len(await clinic.accepted()) == 2
    assert (await clinic.campaign()).state is CampaignState.SENT
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, sent=1)


async def test_the_policy_sends_one_copy_and_no_more(clinic: Clinic) -> None:
    await clinic.load({"Email": "error@example-clinic.com"})
    await clinic.ready(steps=(MAIL,), unknown_policy=UnknownPolicy.RESEND)
    await clinic.fire()
    for _ in range(4):
        clinic.later(5 * HOUR)
        await clinic.reconcile()
    first, again = sorted(await clinic.messages(), key=lambda message: message.created_at)
    assert again.resend_of == first.id
    assert again.state is MessageState.UNKNOWN
    assert again.searched_at is not None


@pytest.mark.parametrize("settlement", [Settlement.SENT, Settlement.NOT_SENT])
async def test_who_dies_just_after_deciding_leaves_the_sum_to_the_sweep(
    clinic: Clinic, settlement: Settlement
) -> None:
    fire = await clinic.fire_for(ABSENT)
    [message] = await clinic.messages()
    with dying(("settle_message", "after")):
        await settle(clinic, message, settlement)
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    progress = await clinic.stores.fire_progress.get(clinic.company_id, fire.id)
    assert progress.status is ProgressStatus.SENT
    assert (await clinic.campaign()).state is CampaignState.SENT


async def test_a_search_that_dies_just_after_settling_leaves_the_sum_to_the_sweep(clinic: Clinic) -> None:
    fire = await clinic.fire_for(LOST)
    clinic.later(HOUR)
    with dying(("search_history.settle", "after")):
        await clinic.reconcile()
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    progress = await clinic.stores.fire_progress.get(clinic.company_id, fire.id)
    assert (progress.status, progress.ledger) == (ProgressStatus.SENT, Ledger(planned=1, sent=1))
