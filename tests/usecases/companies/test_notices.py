"""A company is told once what it must do something about, however many workers meet it, and however often."""

import asyncio
from datetime import timedelta

import grpc
import pytest

from infra.local.emulators import Emulators
from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.schedule import Schedule, ScheduleKind
from shared.domain.fires.fire import Ledger
from shared.domain.fires.notice import Notice, NoticeKind
from shared.domain.messages.message import MessageState
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.run_job import run_job
from shared.usecases.sending.pause_sender import pause_sender
from shared.usecases.sending.resume_sender import resume_sender
from tests.faults.grpc_proxy import Failing, GrpcProxy
from tests.kit.clinic import Clinic
from tests.usecases.senders.test_sender_paused import suspend
from tests.usecases.upkeep.test_watch_work import Alerts, alerts

__all__ = ["alerts"]
WORKERS = 8


async def notices(clinic: Clinic) -> list[Notice]:
    return (await clinic.stores.notices.page(clinic.company_id, limit=100)).items


async def test_eight_workers_and_redelivery_tell_once(clinic: Clinic, alerts: Alerts) -> None:
    clinic.runs_jobs = False
    await clinic.load({}, {"Patient": "Ben", "Phone": "+1 212 555 0188"})
    for number in range(WORKERS):
        await clinic.ready(id=f"campaign-{number}")
        await clinic.fire(f"campaign-{number}")
    await clinic.run_published()
    jobs, clinic.published = clinic.published, []
    assert len(jobs) == WORKERS
    await suspend(clinic)
    await asyncio.gather(*(run_job(clinic.runtime, job) for job in jobs))
    await asyncio.gather(*(run_job(clinic.runtime, job) for job in jobs))
    [notice] = await notices(clinic)
    assert (notice.kind, notice.sender_id, notice.read_at) == (NoticeKind.SENDER_PAUSED, "texts", None)
    assert "not active" in notice.text
    assert len(alerts.of("sender_paused")) == 1
    assert {message.state for message in await clinic.messages()} == {MessageState.QUEUED}


async def test_a_second_breakdown_is_told_anew(clinic: Clinic) -> None:
    for count in (1, 2):
        for _ in range(2):
            await pause_sender(clinic.runtime, clinic.company_id, "texts", "The account is suspended.")
        assert len(await notices(clinic)) == count
        await resume_sender(clinic.runtime, clinic.company_id, "texts")


@pytest.mark.parametrize("moment", ["before", "after"])
async def test_an_unsure_commit_tells_once_and_does_not_keep_quiet(
    clinic: Clinic, emulators: Emulators, alerts: Alerts, monkeypatch: pytest.MonkeyPatch, moment: str
) -> None:
    async with GrpcProxy() as proxy:
        proxy.target = emulators.firestore
        monkeypatch.setenv("FIRESTORE_EMULATOR_HOST", proxy.address)
        unsure = Clinic(Runtime(clinic.runtime.settings), clinic.simulator)
        failing = Failing(
            code=grpc.StatusCode.DEADLINE_EXCEEDED,
            moment="after" if moment == "after" else "before",
            methods=("Commit",),
        )

        async def mend() -> None:
            while not proxy.failed:
                await asyncio.sleep(0.01)  # another task fails first
            proxy.failing = None

        proxy.failing = failing
        told, _ = await asyncio.gather(
            pause_sender(unsure.runtime, "acme", "texts", "The account is suspended."), mend()
        )
        assert told
        assert len(await notices(unsure)) == len(alerts.of("sender_paused")) == 1
        await unsure.close()


async def test_the_guard_is_the_computed_id(clinic: Clinic) -> None:
    """Without the pause in the sender's document, one cause still has one notice."""
    await pause_sender(clinic.runtime, clinic.company_id, "texts", "The account is suspended.")
    sender = await clinic.stores.senders.get(clinic.company_id, "texts")
    await clinic.stores.senders.save(
        clinic.company_id, "texts", replace(sender, is_paused=False, pause_count=0)
    )
    with pytest.raises(Exception, match="already exists"):
        await pause_sender(clinic.runtime, clinic.company_id, "texts", "The account is suspended.")
    assert len(await notices(clinic)) == 1


async def scheduled(clinic: Clinic) -> None:
    """A campaign whose time came a minute ago."""
    clock = clinic.stop_clock(clinic.runtime.now())
    await clinic.load({})
    at = (clock.at - timedelta(hours=5) + timedelta(minutes=1)).replace(tzinfo=None)
    await clinic.ready(schedule=Schedule(kind=ScheduleKind.ONCE, at=at, time_zone="Etc/GMT+5"))
    clock.at += timedelta(minutes=2)
    clinic.runtime.senders_known_good.clear()


async def tick(clinic: Clinic) -> dict[str, int]:
    return await fire_due_campaigns(clinic.runtime, clinic.runtime.now())


async def test_a_scheduled_fire_that_is_refused_says_why_once_and_starts_when_mended(clinic: Clinic) -> None:
    await scheduled(clinic)
    await suspend(clinic)
    for _ in range(3):
        counts = await asyncio.gather(*(tick(clinic) for _ in range(3)))
        assert all(count == {"started": 0, "refused": 1} for count in counts)
    [notice] = await notices(clinic)
    assert (notice.kind, notice.campaign_id) == (NoticeKind.FIRE_REFUSED, "reminders")
    assert "has not started: steps[0].sender_id: The Twilio account is suspended" in notice.text
    campaign = await clinic.campaign()
    assert campaign.state is CampaignState.SCHEDULED
    assert "suspended" in campaign.fire_refusal
    await suspend(clinic, suspended=False)
    assert await tick(clinic) == {"started": 1, "refused": 0}
    campaign = await clinic.campaign()
    assert campaign.fire_refusal == ""
    assert campaign.last_fire_id is not None
    fire = await clinic.stores.fires.get(clinic.company_id, campaign.last_fire_id)
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, sent=1)
    assert len(await notices(clinic)) == 1


async def test_another_reason_is_another_notice(clinic: Clinic) -> None:
    await scheduled(clinic)
    await suspend(clinic)
    await tick(clinic)
    await pause_sender(clinic.runtime, clinic.company_id, "texts", "broken")
    await tick(clinic)
    refused = [notice for notice in await notices(clinic) if notice.kind is NoticeKind.FIRE_REFUSED]
    assert len(refused) == 2
    assert (await clinic.campaign()).fire_refusal == "steps[0].sender_id: this sender is paused: broken"
