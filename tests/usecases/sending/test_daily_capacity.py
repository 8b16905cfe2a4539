"""A sender's daily capacity: no more leave in a day, and the rest goes out on the next."""

import asyncio
from datetime import UTC, datetime, time, timedelta

import pytest

from shared.domain.campaigns.dedupe_scope import DedupeScope
from shared.domain.campaigns.window import ContactWindow
from shared.domain.errors import InvalidInput
from shared.domain.job import SendBatch
from shared.domain.messages.message import MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.usecases.senders.change_sender import change_sender
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.sending.send_batch import send_batch
from shared.views.message_waits import with_waits
from tests.kit.clinic import Clinic, people

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)  # in New York
NEXT_MORNING = datetime(2026, 11, 24, 14, tzinfo=UTC)
DAYTIME = ContactWindow(opens=time(9), closes=time(20), time_zone_field="time_zone")


async def _allow(clinic: Clinic, capacity: int | None) -> None:
    changes = {"daily_capacity": capacity}
    await change_sender(clinic.runtime, clinic.company_id, "texts", changes)


async def test_what_is_beyond_waits_for_the_next_day_and_says_why(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    await _allow(clinic, 3)
    await clinic.load(*people(5))
    await clinic.ready(window=DAYTIME)
    fire = await clinic.fire()
    assert len(await clinic.accepted()) == 3
    waiting = [one for one in await clinic.messages() if one.state is MessageState.QUEUED]
    assert [(one.is_over_capacity, one.planned_for) for one in waiting] == [(True, NEXT_MORNING)] * 2
    [first, _] = await with_waits(clinic.runtime, clinic.company_id, waiting)
    assert first.waits is not None
    assert (first.waits.kind, first.waits.until) == ("capacity", NEXT_MORNING)
    assert (await clinic.report(fire)).ledger.pending == 2
    await clinic.ready(id="other", name="Other", window=DAYTIME, dedupe_scope=DedupeScope.FIRE)
    await clinic.fire("other")  # of the same day
    assert len(await clinic.accepted()) == 3
    for days in (0, 1):
        clock.at = NEXT_MORNING + timedelta(days=days, minutes=1)
        await dispatch_due_batches(clinic.runtime, clock.at)
        assert len(await clinic.accepted()) == 3 * (days + 2)
    await _allow(clinic, None)
    clock.at += timedelta(days=1)
    await dispatch_due_batches(clinic.runtime, clock.at)
    assert len(await clinic.accepted()) == 10
    assert (await clinic.report(fire)).ledger.is_balanced


async def test_workers_at_the_same_sender_take_no_more_between_them(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await _allow(clinic, 4)
    await clinic.load(*people(3))
    jobs = []
    for name in ("first", "second", "third"):
        await clinic.ready(id=name, name=name, dedupe_scope=DedupeScope.FIRE)
        clinic.runs_jobs = False
        await clinic.fire(name)
        await clinic.run_published()
        jobs += [job for job in clinic.published if isinstance(job, SendBatch)]
        clinic.published = []
    await asyncio.gather(*(send_batch(clinic.runtime, job) for job in jobs))
    assert len(await clinic.accepted()) == 4


async def test_what_is_of_no_use_the_next_day_is_skipped(clinic: Clinic) -> None:
    clinic.stop_clock(NOON)
    await _allow(clinic, 1)
    rows = [row | {"When": "11/23/2026 20:00"} for row in people(2)]
    await clinic.load(*rows)
    await clinic.ready(expires_field="appointment_at")
    fire = await clinic.fire()
    assert (await clinic.report(fire)).skipped == {SkipReason.EXPIRED: 1}
    assert len(await clinic.accepted()) == 1


@pytest.mark.parametrize("wrong", [0, -1, 1_000_001])
async def test_a_capacity_is_within_bounds(clinic: Clinic, wrong: int) -> None:
    with pytest.raises(InvalidInput, match="daily_capacity"):
        await _allow(clinic, wrong)
