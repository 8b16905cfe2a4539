"""Two fires that are open together: of the same message one is sent."""

import asyncio
from datetime import timedelta
from typing import Any

from shared.domain.fires.fire import Fire
from shared.domain.job import SendBatch
from shared.domain.messages.message import MessageState
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.run_job import run_job
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from tests.kit.clinic import Clinic
from tests.usecases.fires.test_dedupe_scope import A, B, C, shown


async def queued(clinic: Clinic, campaign_id: str, **changes: Any) -> tuple[Fire, SendBatch]:
    """A fire of A that is planned and not sent."""
    clinic.runs_jobs = False
    await clinic.ready(id=campaign_id, name=campaign_id.title(), **changes)
    fire = await clinic.fire(campaign_id)
    [chunk] = clinic.published
    clinic.published = []
    await run_job(clinic.runtime, chunk)
    [job] = clinic.published
    clinic.published = []
    clinic.runs_jobs = True
    assert isinstance(job, SendBatch)
    return fire, job


async def test_of_two_fires_that_are_queued_at_once_one_sends(clinic: Clinic) -> None:
    await clinic.load(A, B, C)
    first, one = await queued(clinic, "first")
    second, two = await queued(clinic, "second")
    assert len([m for m in await clinic.messages() if m.state is MessageState.QUEUED]) == 6
    await asyncio.gather(run_job(clinic.runtime, one), run_job(clinic.runtime, two))
    for _ in range(3):
        clinic.later(timedelta(minutes=11))
        await dispatch_due_batches(clinic.runtime, clinic.runtime.now())
    assert set((await clinic.sent_counts()).values()) == {1}
    messages = {m.id: m for m in await clinic.messages()}
    lost = [m for m in messages.values() if m.state is MessageState.SKIPPED]
    assert [m.reason for m in lost] == ["already_sent"] * 3
    for message in lost:
        winner = messages[message.duplicate_of or ""]
        assert (winner.state, winner.address) == (MessageState.SENT, message.address)
        assert winner.fire_id != message.fire_id
        assert message.explanation
    for made in (first, second):
        assert (await clinic.report(made)).ledger.is_balanced
        assert (await clinic.report(made)).ledger.pending == 0


async def test_what_is_queued_elsewhere_is_told_and_goes_out_when_that_is_canceled(clinic: Clinic) -> None:
    await clinic.load(A)
    await queued(clinic, "first")
    await clinic.ready(id="second")
    [row] = await shown(clinic, "second")
    assert row.verdict == "will_send"
    assert row.reason.startswith("Queued already, for ")
    assert "by the campaign 'First'" in row.reason
    await cancel_campaign(clinic.runtime, clinic.company_id, "first")
    await clinic.fire("second")
    assert await clinic.sent_counts() == {"+12125550165": 1}
