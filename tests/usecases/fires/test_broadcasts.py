"""A broadcast from its plan to its end, on the clock: in runs, in two waves, then the statuses are read."""

import asyncio
from collections import Counter
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Literal

import pytest

from shared import faults
from shared.domain.campaigns.broadcast import Broadcast, BroadcastState, Wave, end_of_today
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.fires.broadcast_phase import BroadcastPhase
from shared.domain.fires.fire import Ledger
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.senders.run_limits import RunLimits
from shared.faults import Point
from shared.usecases.campaigns.approve_campaign import approve_campaign
from shared.usecases.campaigns.cancel_broadcast import cancel_broadcast
from shared.usecases.campaigns.save_broadcast import create_broadcast, edit_broadcast
from shared.usecases.companies.require_approval import require_approval
from shared.usecases.contacts.delete_segment import delete_segment
from shared.usecases.contacts.save_segment import create_segment
from shared.usecases.fires.make_broadcast import make_broadcast
from shared.views.broadcasts import LiveBroadcast, get_broadcast
from tests.kit.broadcasts import SMS, pass_minutes, phone, plan, tick
from tests.kit.builders import a_broadcast, a_company
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock
from tests.machine.campaign_deaths import Died

MINUTE = timedelta(minutes=1)
EVE = datetime(2026, 11, 25, 13, 30, tzinfo=UTC)  # half past eight in New York, on the eve of Thanksgiving
NINE = datetime(2026, 11, 25, 14, tzinfo=UTC)
AT_NINE = datetime(2026, 11, 25, 9)  # noqa: DTZ001  # wall time


async def seen(clinic: Clinic, broadcast_id: str = "recall") -> LiveBroadcast:
    return await get_broadcast(clinic.runtime, clinic.company_id, broadcast_id)


async def stored(clinic: Clinic) -> list[Broadcast]:
    page = await clinic.stores.broadcasts.page(clinic.company_id, limit=100)
    return sorted(page.items, key=lambda one: one.number)


async def of_step(clinic: Clinic, place: int) -> list[Message]:
    live = await seen(clinic)
    campaign = await clinic.stores.campaigns.get(clinic.company_id, live.broadcast.campaign_id or "")
    step_id = campaign.steps[place].id
    return sorted(
        (one for one in await clinic.messages() if one.step_id == step_id), key=lambda one: one.address
    )


async def test_a_broadcast_from_its_plan_to_its_end(clinic: Clinic, clock: Clock) -> None:
    clock.at = EVE
    await plan(clinic, AT_NINE, people=5)
    await tick(clinic)
    assert (await seen(clinic)).phase is BroadcastPhase.PLANNED
    assert (await seen(clinic)).waits_for == ("It is made on 2026-11-25 at 09:00 (America/New_York).",)

    making = await make_broadcast(clinic.runtime, clinic.company_id)  # somebody calls before its time
    assert making.broadcast is not None
    assert making.following is not None
    assert making.broadcast.state is BroadcastState.MADE
    # The next working day is Friday: Thursday is Thanksgiving.
    assert making.following.run_at == NINE + timedelta(days=2)
    assert (await seen(clinic)).phase is BroadcastPhase.MADE
    assert [one.state for one in await of_step(clinic, 0)] == [MessageState.QUEUED] * 5
    clock.at = NINE - MINUTE
    await tick(clinic)
    assert await clinic.accepted() == []

    clock.at = NINE
    await tick(clinic)
    live = await seen(clinic)
    assert live.phase is BroadcastPhase.FIRST_WAVE
    assert live.waves == (Ledger(planned=5, sent=2, pending=3),)  # a run of two, and a minute to the next
    starts = [batch.planned_start - NINE for batch in await clinic.batches()]
    assert starts == [timedelta(0), MINUTE, 2 * MINUTE]
    await pass_minutes(clinic, clock, 1)
    assert (await seen(clinic)).waves == (Ledger(planned=5, sent=4, pending=1),)
    await pass_minutes(clinic, clock, 1)

    live = await seen(clinic)
    last_sent = max(one.sent_at for one in await of_step(clinic, 0) if one.sent_at)
    assert live.phase is BroadcastPhase.WAITING
    assert live.second_wave_at is not None
    assert timedelta(0) <= live.second_wave_at - last_sent - 10 * MINUTE < timedelta(seconds=1)
    assert "600 seconds after the last message of the first" in live.waits_for[0]
    await clinic.write(phone(0), "1")
    await clinic.write(phone(1), "who is this?")
    clock.at += 9 * MINUTE
    await tick(clinic)
    assert len(await clinic.accepted()) == 5

    clock.at = live.second_wave_at
    clinic.runs_jobs = False
    await tick(clinic)
    await clinic.run_published()  # the second wave is queued, and its first run announced
    second = await of_step(clinic, 1)
    assert {one.address: one.reason for one in second if one.reason} == {
        phone(0): SkipReason.ANSWERED,  # dropped before they are queued
        phone(1): SkipReason.ANSWERED,
    }
    await clinic.write(phone(2), "2")
    clinic.runs_jobs = True
    await clinic.run_published()
    await pass_minutes(clinic, clock, 2)
    assert (await of_step(clinic, 1))[2].reason == SkipReason.ANSWERED  # and once more at the intent

    await pass_minutes(clinic, clock, 1)
    live = await seen(clinic)
    assert live.phase is BroadcastPhase.ENDED
    assert live.waves == (Ledger(planned=5, sent=5), Ledger(planned=5, sent=2, skipped=3))
    assert live.collected.page_count >= 1
    assert {one.delivery for one in await clinic.messages() if one.state is MessageState.SENT} == {
        "delivered"
    }
    assert Counter(await clinic.sent_counts()) == Counter(
        {phone(0): 1, phone(1): 1, phone(2): 1, phone(3): 2, phone(4): 2}
    )
    assert [one.state for one in await stored(clinic)] == [BroadcastState.ENDED, BroadcastState.PLANNED]


async def test_nobody_has_to_call_a_tick_makes_what_is_due(clinic: Clinic, clock: Clock) -> None:
    clock.at = EVE
    await plan(clinic, AT_NINE, people=1, second=None)
    clock.at = NINE + MINUTE
    await tick(clinic)
    await pass_minutes(clinic, clock, 1)
    assert (await seen(clinic)).phase is BroadcastPhase.ENDED
    assert (await seen(clinic)).waves == (Ledger(planned=1, sent=1),)
    with pytest.raises(Conflict, match="nothing left of it to cancel"):
        await cancel_broadcast(clinic.runtime, clinic.company_id, "recall", goes_on=False)


async def test_a_second_call_and_two_at_once_make_nothing_twice(clinic: Clinic, clock: Clock) -> None:
    clock.at = EVE
    await plan(clinic, AT_NINE, people=3)
    both = await asyncio.gather(*(make_broadcast(clinic.runtime, clinic.company_id) for _ in range(2)))
    assert {one.broadcast.id for one in both if one.broadcast} == {"recall"}
    again = await make_broadcast(clinic.runtime, clinic.company_id)
    assert again.broadcast is None  # the next one is due on Friday
    assert again.following is not None
    clock.at = NINE
    await tick(clinic)
    await pass_minutes(clinic, clock, 2)
    assert [one.state for one in await stored(clinic)] == [BroadcastState.MADE, BroadcastState.PLANNED]
    assert await clinic.sent_counts() == {phone(0): 1, phone(1): 1, phone(2): 1}
    assert len((await clinic.stores.fires.page(clinic.company_id, limit=9)).items) == 1


@pytest.fixture
def dying() -> Iterator[list[tuple[str, str]]]:
    """Where this process dies, once for each entry."""
    where: list[tuple[str, str]] = []

    def hook(point: Point, moment: Literal["before", "after"]) -> None:
        if (point, moment) in where:
            where.remove((point, moment))
            raise Died

    faults.install(hook)
    yield where
    faults.install(None)


@pytest.mark.parametrize("moment", ["before", "after"])
@pytest.mark.parametrize("point", ["make_broadcast.claim", "start_fire", "make_broadcast.finish"])
async def test_a_dead_attempt_is_finished_by_a_tick(
    clinic: Clinic, clock: Clock, dying: list[tuple[str, str]], point: str, moment: str
) -> None:
    clock.at = EVE
    await plan(clinic, AT_NINE, people=2, second=None)
    dying.append((point, moment))
    with pytest.raises(Died):
        await make_broadcast(clinic.runtime, clinic.company_id)
    assert not dying
    clock.at = NINE
    await tick(clinic)
    await pass_minutes(clinic, clock, 1)
    assert [one.state for one in await stored(clinic)] == [BroadcastState.ENDED, BroadcastState.PLANNED]
    assert len((await clinic.stores.fires.page(clinic.company_id, limit=9)).items) == 1
    assert await clinic.sent_counts() == {phone(0): 1, phone(1): 1}


async def test_one_that_cannot_be_made_says_why_and_is_made_when_it_can(clinic: Clinic, clock: Clock) -> None:
    clock.at = EVE
    await plan(clinic, AT_NINE, people=1, second=None)
    due = await clinic.stores.segments.get(clinic.company_id, "due")
    await delete_segment(clinic.runtime, clinic.company_id, "due")
    with pytest.raises(InvalidInput, match="no such segment"):
        await make_broadcast(clinic.runtime, clinic.company_id)
    clock.at = NINE
    await tick(clinic)
    await pass_minutes(clinic, clock, 1)
    live = await seen(clinic)
    assert (live.phase, live.broadcast.number) == (BroadcastPhase.PLANNED, 1)
    assert "no such segment" in live.waits_for[0]
    notices = (await clinic.stores.notices.page(clinic.company_id, limit=9)).items
    assert [one.kind for one in notices] == ["fire_refused"]  # told once
    await create_segment(clinic.runtime, clinic.company_id, due)
    await pass_minutes(clinic, clock, 2)
    assert await clinic.sent_counts() == {phone(0): 1}
    assert (await seen(clinic)).broadcast.refusal == ""


async def test_who_planned_or_changed_it_does_not_approve_it(clinic: Clinic, clock: Clock) -> None:
    clock.at = EVE
    await require_approval(clinic.runtime, clinic.company_id, 2, by="user kim")
    await plan(clinic, AT_NINE, people=5, asked_by="user bo")
    await edit_broadcast(clinic.runtime, clinic.company_id, "recall", {"asked_by": "user ana"})
    with pytest.raises(Conflict, match="second person"):
        await make_broadcast(clinic.runtime, clinic.company_id)
    [campaign] = (await clinic.stores.campaigns.page(clinic.company_id, limit=10)).items
    with pytest.raises(Conflict, match="yourself"):
        await approve_campaign(clinic.runtime, clinic.company_id, campaign.id, by="user ana")
    await approve_campaign(clinic.runtime, clinic.company_id, campaign.id, by="user kim")
    making = await make_broadcast(clinic.runtime, clinic.company_id)
    assert making.broadcast is not None
    assert making.following is not None
    assert making.following.asked_by == "user ana"


async def test_what_is_changed_holds_for_those_after_it(clinic: Clinic, clock: Clock) -> None:
    clock.at = EVE
    await plan(clinic, AT_NINE, people=1)
    changes = {"name": "Recalls", "runs": RunLimits(size=7, seconds=30), "at": AT_NINE + timedelta(hours=1)}
    await edit_broadcast(clinic.runtime, clinic.company_id, "recall", changes)
    await make_broadcast(clinic.runtime, clinic.company_id)
    first, second = await stored(clinic)
    assert (second.name, second.runs.size) == ("Recalls", 7)
    assert second.run_at - first.run_at == timedelta(days=2)
    with pytest.raises(Conflict, match="made cannot be changed"):
        await edit_broadcast(clinic.runtime, clinic.company_id, "recall", {"name": "Late"})


async def test_what_is_wrong_is_said_by_the_broadcasts_own_fields(clinic: Clinic, clock: Clock) -> None:
    clock.at = EVE
    planned = await plan(clinic, AT_NINE, people=1)
    wrong = {"first": Wave(channel=SMS, template_id="x", sender_id="texts", address_field="y")}
    with pytest.raises(InvalidInput) as refused:
        await edit_broadcast(clinic.runtime, clinic.company_id, planned.id, wrong)
    assert {one.field for one in refused.value.problems} == {"first.template_id", "first.address_field"}
    with pytest.raises(InvalidInput, match=r"runs\.size"):
        await edit_broadcast(clinic.runtime, clinic.company_id, planned.id, {"runs": RunLimits(size=101)})
    with pytest.raises(InvalidInput, match=r"runs\.per_second"):
        await edit_broadcast(clinic.runtime, clinic.company_id, planned.id, {"runs": RunLimits(per_second=0)})
    past = a_broadcast(at=AT_NINE - timedelta(hours=1), id="past", series_id="past")
    with pytest.raises(InvalidInput, match="lies in the past"):
        await create_broadcast(clinic.runtime, clinic.company_id, past)
    with pytest.raises(InvalidInput, match="lies in the past"):
        await edit_broadcast(clinic.runtime, clinic.company_id, planned.id, {"at": past.at})
    clock.at = NINE + MINUTE  # late, and not made yet: all but its time may still be changed
    renamed = await edit_broadcast(clinic.runtime, clinic.company_id, planned.id, {"name": "Recalls"})
    assert (renamed.name, renamed.run_at) == ("Recalls", NINE)


async def test_a_canceled_plan_ends_its_series_or_is_left_out(clinic: Clinic, clock: Clock) -> None:
    clock.at = EVE
    await plan(clinic, AT_NINE, people=1)
    await cancel_broadcast(clinic.runtime, clinic.company_id, "recall", goes_on=True)
    [canceled, planned] = await stored(clinic)
    assert (canceled.state, planned.state) == (BroadcastState.CANCELED, BroadcastState.PLANNED)
    await cancel_broadcast(clinic.runtime, clinic.company_id, planned.id, goes_on=False)
    clock.at = end_of_today(a_company(), planned.run_at)
    await tick(clinic)
    assert [one.state for one in await stored(clinic)] == [BroadcastState.CANCELED] * 2
    assert await clinic.accepted() == []


async def test_one_that_is_canceled_under_way_sends_no_more_and_the_series_goes_on(
    clinic: Clinic, clock: Clock
) -> None:
    clock.at = EVE
    await plan(clinic, AT_NINE, people=3)
    clock.at = NINE
    await tick(clinic)
    await cancel_broadcast(clinic.runtime, clinic.company_id, "recall", goes_on=False)
    await pass_minutes(clinic, clock, 3)
    live = await seen(clinic)
    assert (live.phase, live.waves) == (BroadcastPhase.CANCELED, (Ledger(planned=3, sent=2, skipped=1),))
    assert [one.state for one in await stored(clinic)] == [BroadcastState.CANCELED, BroadcastState.PLANNED]


async def test_statuses_are_read_a_hundred_at_a_time_and_go_on_where_they_were(
    clinic: Clinic, clock: Clock, dying: list[tuple[str, str]]
) -> None:
    clock.at = EVE
    everybody = RunLimits(size=100, seconds=60, per_second=1_000)
    await plan(clinic, AT_NINE, people=230, second=None, runs=everybody)
    clock.at = NINE
    await tick(clinic)
    await pass_minutes(clinic, clock, 1)
    clock.at += MINUTE
    dying.append(("search_history.store", "after"))
    with pytest.raises(Died):
        await tick(clinic)
    live = await seen(clinic)
    assert live.phase is BroadcastPhase.COLLECTING_STATUSES
    assert (live.collected.page_count, live.collected.settled_count) == (1, 100)
    await pass_minutes(clinic, clock, 1)
    live = await seen(clinic)
    assert live.phase is BroadcastPhase.ENDED
    assert (live.collected.page_count, live.collected.settled_count) == (3, 230)
    assert live.collected.is_done
