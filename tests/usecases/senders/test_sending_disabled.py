"""Sending that is disabled for a company holds what is running, says so, and loses nothing."""

import pytest

from shared.domain.errors import NotFound
from shared.domain.fires.fire import Fire, Ledger, ProgressStatus
from shared.domain.messages.batch import BatchState
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.views.waiting import explain_waiting
from tests.kit.clinic import Clinic, people


async def allow(clinic: Clinic, *, is_allowed: bool) -> None:
    await clinic.stores.companies.allow_sending(clinic.company_id, is_allowed=is_allowed)


async def held(clinic: Clinic) -> Fire:
    """A fire that is queued when sending is disabled; its jobs run then."""
    await clinic.load(*people(3))
    await clinic.ready()
    fire, _ = await clinic.fire_and_queue()
    await allow(clinic, is_allowed=False)
    clinic.runs_jobs = True
    await clinic.run_published()
    return fire


async def ticks(clinic: Clinic) -> None:
    now = clinic.runtime.now()
    await sweep_stalled_work(clinic.runtime, now)
    await dispatch_due_batches(clinic.runtime, now)


async def test_a_running_fire_is_held_and_says_why(clinic: Clinic) -> None:
    fire = await held(clinic)
    await ticks(clinic)
    assert await clinic.accepted() == []
    assert {batch.state for batch in await clinic.batches()} == {BatchState.HELD}
    assert {message.attempt for message in await clinic.messages()} == {0}
    assert await explain_waiting(clinic.runtime, clinic.company_id, fire) == [
        "Sending is disabled for Acme Clinics."
    ]
    assert (await clinic.report(fire)).ledger == Ledger(planned=3, pending=3)


async def test_it_goes_on_when_sending_is_enabled_again(clinic: Clinic) -> None:
    fire = await held(clinic)
    await allow(clinic, is_allowed=True)
    await ticks(clinic)
    report = await clinic.report(fire)
    assert (report.ledger, report.status) == (Ledger(planned=3, sent=3), ProgressStatus.SENT)
    assert set((await clinic.sent_counts()).values()) == {1}


async def test_it_can_be_canceled_meanwhile(clinic: Clinic) -> None:
    fire = await held(clinic)
    await cancel_campaign(clinic.runtime, clinic.company_id, "reminders")
    assert (await clinic.report(fire)).ledger == Ledger(planned=3, skipped=3)
    assert await clinic.accepted() == []


async def test_a_company_that_is_not_there(clinic: Clinic) -> None:
    with pytest.raises(NotFound, match="company 'nobody'"):
        await clinic.stores.companies.allow_sending("nobody", is_allowed=False)
