"""An endpoint that fails is left alone for a while, gets all once it takes webhooks again, or is disabled."""

from datetime import timedelta

import pytest
from aiohttp import web

from shared.domain.errors import Conflict
from shared.domain.events.webhook_delivery import DeliveryState
from shared.domain.events.webhook_endpoint import DISABLED_AFTER, EndpointState
from shared.domain.fires.notice import NoticeKind
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.usecases.webhooks.pause_endpoint import resume_endpoint
from shared.usecases.webhooks.resend_webhooks import resend_webhooks
from shared.usecases.webhooks.send_test_event import send_test_event
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.kit.hooks import Hooks, Taken, endpoint_at
from tests.usecases.webhooks.test_deliver_webhooks import GIVEN, delivered, endpoint_of, refuse, sweep


async def test_a_failing_endpoint_is_asked_with_one_webhook_and_then_gets_all(
    clinic: Clinic, hooks: Hooks
) -> None:
    clock = clinic.stop_clock(NOON)
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    hooks.answer = 500
    await refuse(clinic, 0)
    clinic.runs_jobs = False
    for number in range(1, 5):
        await refuse(clinic, number)
    clinic.runs_jobs = True
    await clinic.run_published()  # the events are told; it is not yet time to ask again
    await sweep(clinic, clock, timedelta(minutes=10))
    asked = len(hooks.taken)
    await sweep(clinic, clock, timedelta(minutes=10))
    assert len(hooks.taken) == asked + 1
    hooks.answer = 200
    await sweep(clinic, clock, timedelta(minutes=40))
    assert {one.state for one in await delivered(clinic)} == {DeliveryState.DELIVERED}


async def test_an_endpoint_that_fails_for_five_days_is_disabled_and_somebody_is_told(
    clinic: Clinic, hooks: Hooks
) -> None:
    clock = clinic.stop_clock(NOON)
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    hooks.answer = 500
    await refuse(clinic, 1)
    while clock.at < NOON + DISABLED_AFTER - timedelta(days=1):
        await sweep(clinic, clock, timedelta(hours=12))
    await refuse(clinic, 2)
    await sweep(clinic, clock, timedelta(days=1))
    endpoint = await endpoint_of(clinic)
    assert (endpoint.state, endpoint.due_at) == (EndpointState.DISABLED, None)
    [notice] = (await clinic.stores.notices.page("acme", limit=5)).items
    assert (notice.kind, notice.endpoint_id) == (NoticeKind.ENDPOINT_DISABLED, "hooks")
    assert "2026-11-23" in notice.text
    await refuse(clinic, 3)  # nobody listens any more
    assert not (await clinic.stores.events.page("acme", limit=1)).items
    hooks.answer = 204
    await resume_endpoint(clinic.runtime, "acme", "hooks")
    await sweep(clinic, clock, timedelta(hours=1))
    assert [one.state for one in await delivered(clinic)] == [DeliveryState.DELIVERED] * 2


async def test_news_do_not_wake_an_endpoint_that_fails(clinic: Clinic, hooks: Hooks) -> None:
    """It is asked with one webhook each five minutes, however much happens."""
    clock = clinic.stop_clock(NOON)
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    hooks.answer = 500
    await refuse(clinic, 0)
    for number in range(1, 9):
        clock.at += timedelta(seconds=30)
        await refuse(clinic, number)
        await sweep_stalled_work(clinic.runtime, clock())
    assert len(hooks.taken) == 1
    await sweep(clinic, clock, timedelta(minutes=1))
    assert len(hooks.taken) == 2


async def test_once_it_takes_webhooks_again_all_that_waits_follows(clinic: Clinic, hooks: Hooks) -> None:
    """Also what would be tried again only the next day."""
    clock = clinic.stop_clock(NOON)
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    hooks.answer = 500
    for number in range(4):
        await refuse(clinic, number)
    while clock.at < NOON + timedelta(days=2):
        await sweep(clinic, clock, timedelta(hours=4))
    hooks.answer = 204
    await refuse(clinic, 9)
    await sweep(clinic, clock, timedelta(minutes=6))
    assert {one.state for one in await delivered(clinic)} == {DeliveryState.DELIVERED}
    assert not (await endpoint_of(clinic)).is_catching_up


async def test_one_webhook_that_is_never_taken_keeps_to_its_times(clinic: Clinic, hooks: Hooks) -> None:
    """Others are taken all the time; it is tried for three days all the same, once more at most."""
    clock = clinic.stop_clock(NOON)
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    bad: list[Taken] = []

    async def but_one(taken: Taken) -> web.Response:
        if taken.items[0]["opt_out"]["address"] != "+12125550000":
            return web.Response()
        bad.append(taken)
        return web.Response(status=500)

    hooks.answer = but_one
    await refuse(clinic, 0)
    [poison] = await delivered(clinic)
    for number in range(1, 50):
        await refuse(clinic, number)
        await sweep(clinic, clock, timedelta(hours=2))
        if (await clinic.stores.webhook_deliveries.get("acme", poison.id)).state is DeliveryState.FAILED:
            break
    assert len(bad) in (9, 10)
    assert clock.at - NOON > timedelta(days=2.5)
    clock.at += timedelta(minutes=10)
    await sweep_stalled_work(clinic.runtime, clock())
    others = [one.state for one in await delivered(clinic) if one.id != poison.id]
    assert set(others) == {DeliveryState.DELIVERED}


async def test_an_answer_that_asks_for_a_pause_gets_one(clinic: Clinic, hooks: Hooks) -> None:
    clock = clinic.stop_clock(NOON)
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)

    async def too_much(_: Taken) -> web.Response:
        return web.Response(status=429, headers={"Retry-After": "3600"})

    hooks.answer = too_much
    await refuse(clinic, 1)
    hooks.answer = 204
    await refuse(clinic, 2)
    await sweep(clinic, clock, timedelta(minutes=59))
    assert len(hooks.taken) == 1
    await sweep(clinic, clock, timedelta(minutes=1))
    assert {one.state for one in await delivered(clinic)} == {DeliveryState.DELIVERED}
    assert len(hooks.taken) == 3


async def test_a_test_is_sent_at_once_also_to_an_endpoint_that_fails(clinic: Clinic, hooks: Hooks) -> None:
    clinic.stop_clock(NOON)
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    hooks.answer = 500
    await refuse(clinic, 1)
    hooks.answer = 204
    sent = await send_test_event(clinic.runtime, "acme", "hooks")
    assert sent.state is DeliveryState.DELIVERED
    assert {one.state for one in await delivered(clinic)} == {DeliveryState.DELIVERED}


async def test_an_endpoint_that_answers_gone_is_disabled_at_once(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    hooks.answer = 410
    await refuse(clinic, 1)
    assert (await endpoint_of(clinic)).state is EndpointState.DISABLED
    with pytest.raises(Conflict):
        await send_test_event(clinic.runtime, "acme", "hooks")
    with pytest.raises(Conflict):
        await resend_webhooks(clinic.runtime, "acme", "hooks", NOON - timedelta(days=9))
