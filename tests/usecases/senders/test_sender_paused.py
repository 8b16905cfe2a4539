"""A sender that its provider calls broken is paused, once; nothing is lost, and it goes on when mended."""

import asyncio
import sys

import pytest

from shared.domain.errors import Conflict
from shared.domain.fires.fire import Fire, Ledger, ProgressStatus
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import MessageState
from shared.domain.senders.sender import Sender
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.campaigns.pause_campaign import pause_campaign
from shared.usecases.campaigns.resume_campaign import resume_campaign
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.sending.pause_sender import pause_sender
from shared.usecases.sending.resume_sender import resume_sender
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.views.waiting import explain_waiting
from tests.kit.clinic import Clinic

PEOPLE = [{"Patient": f"P{n}", "Phone": f"+1 212 555 {2000 + n}"} for n in range(120)]


async def the_sender(clinic: Clinic) -> Sender:
    return await clinic.stores.senders.get(clinic.company_id, "texts")


async def suspend(clinic: Clinic, *, suspended: bool = True) -> None:
    kept = await clinic.credentials("texts")
    sid, token = kept["account_sid"], kept["auth_token"]
    await clinic.simulator.add_account(sid=sid, token=token, suspended=suspended)


async def broken_fire(clinic: Clinic) -> Fire:
    """A fire whose account was suspended between the check and the first message."""
    await clinic.load(*PEOPLE)
    await clinic.ready()
    await suspend(clinic)
    return await clinic.fire()


async def test_the_sender_is_paused_with_the_reason_and_all_is_kept(clinic: Clinic) -> None:
    fire = await broken_fire(clinic)
    sender = await the_sender(clinic)
    assert sender.is_paused
    assert "not active" in sender.paused_reason
    messages = await clinic.messages()
    assert {message.state for message in messages} == {MessageState.QUEUED}
    assert {message.attempt for message in messages} == {0}
    batches = (await clinic.stores.batches.page(clinic.company_id, limit=100)).items
    assert {batch.state for batch in batches} == {BatchState.HELD}
    report = await clinic.report(fire)
    assert (report.ledger, report.status) == (Ledger(planned=120, pending=120), ProgressStatus.FIRING)
    current = await clinic.stores.fires.get(clinic.company_id, fire.id)
    [reason] = await explain_waiting(clinic.runtime, clinic.company_id, current)
    assert reason == f"The sender +12125550100 is paused: {sender.paused_reason}"


async def test_a_recipient_whom_the_sender_cannot_reach_stops_nobody_else(clinic: Clinic) -> None:
    """Twilio says it of the sender's number (21659), which is good for everybody else."""
    await clinic.load(*PEOPLE[:8], {"Patient": "Far", "Phone": "+1 212 555 0015"})
    await clinic.ready()
    fire = await clinic.fire()
    assert not (await the_sender(clinic)).is_paused
    assert (await clinic.report(fire)).ledger == Ledger(planned=9, sent=8, failed=1)
    failed = (await clinic.by_address())["+12125550015"]
    assert (failed.state, failed.code) == (MessageState.FAILED, "21659")
    assert "cannot text this recipient" in (failed.reason or "")


async def test_a_number_that_moved_away_is_the_senders_fault(clinic: Clinic) -> None:
    await clinic.load(*PEOPLE[:8])
    await clinic.ready()
    sender = await the_sender(clinic)
    await clinic.simulator.add_number(await clinic.simulator.add_account(), sender.address)
    fire = await clinic.fire()
    assert "does not belong to the Twilio account" in (await the_sender(clinic)).paused_reason
    assert (await clinic.report(fire)).ledger == Ledger(planned=8, pending=8)


async def test_neither_tick_sends_or_releases_while_it_is_paused(clinic: Clinic) -> None:
    await broken_fire(clinic)
    await suspend(clinic, suspended=False)  # mended, but nobody has said so
    now = clinic.runtime.now()
    await sweep_stalled_work(clinic.runtime, now)
    await dispatch_due_batches(clinic.runtime, now)
    assert await clinic.accepted() == []


async def test_it_is_resumed_only_when_it_is_mended_and_everything_goes_out_once(clinic: Clinic) -> None:
    fire = await broken_fire(clinic)
    with pytest.raises(Conflict, match="still cannot send: The Twilio account is suspended"):
        await resume_sender(clinic.runtime, clinic.company_id, "texts")
    assert (await the_sender(clinic)).is_paused
    await suspend(clinic, suspended=False)
    resumed = await resume_sender(clinic.runtime, clinic.company_id, "texts")
    assert (resumed.is_paused, resumed.paused_reason) == (False, "")
    assert (await clinic.report(fire)).ledger == Ledger(planned=120, sent=120)
    handsets = [message["handset"] for message in await clinic.accepted()]
    assert len(handsets) == len(set(handsets)) == 120
    assert await resume_sender(clinic.runtime, clinic.company_id, "texts") == resumed


async def test_who_resumes_it_waits_for_some_batches_and_the_sweep_takes_the_rest(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(sys.modules[resume_sender.__module__], "BATCHES_AT_ONCE", 1)
    fire = await broken_fire(clinic)
    await suspend(clinic, suspended=False)
    clinic.runs_jobs, clinic.published = False, []
    await resume_sender(clinic.runtime, clinic.company_id, "texts")
    assert len(clinic.published) == 1
    clinic.runs_jobs = True
    await clinic.run_published()
    assert (await clinic.report(fire)).ledger.sent < 120
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    assert (await clinic.report(fire)).ledger == Ledger(planned=120, sent=120)


async def test_a_broken_sender_is_reported_once(clinic: Clinic) -> None:
    first = await asyncio.gather(
        *(pause_sender(clinic.runtime, clinic.company_id, "texts", f"reason {n}") for n in range(6))
    )
    assert first.count(True) == 1
    assert not await pause_sender(clinic.runtime, clinic.company_id, "texts", "another")
    assert (await the_sender(clinic)).paused_reason.startswith("reason")


async def test_a_pause_between_claim_and_intent_holds_the_batch(clinic: Clinic) -> None:
    await clinic.load({})
    await clinic.ready()
    clinic.runs_jobs = False
    await clinic.fire()
    await clinic.run_published()
    await pause_sender(clinic.runtime, clinic.company_id, "texts", "broken")
    await clinic.run_published()
    assert await clinic.accepted() == []
    [batch] = (await clinic.stores.batches.page(clinic.company_id, limit=9)).items
    assert batch.state is BatchState.HELD


async def test_a_paused_campaign_stays_paused_when_its_sender_goes_on(clinic: Clinic) -> None:
    fire = await broken_fire(clinic)
    await pause_campaign(clinic.runtime, clinic.company_id, "reminders")
    await suspend(clinic, suspended=False)
    await resume_sender(clinic.runtime, clinic.company_id, "texts")
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    assert await clinic.accepted() == []
    await resume_campaign(clinic.runtime, clinic.company_id, "reminders")
    assert (await clinic.report(fire)).ledger == Ledger(planned=120, sent=120)


async def test_a_campaign_can_be_canceled_while_its_sender_is_paused(clinic: Clinic) -> None:
    fire = await broken_fire(clinic)
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=120, skipped=120)
    assert report.status is ProgressStatus.CANCELED
