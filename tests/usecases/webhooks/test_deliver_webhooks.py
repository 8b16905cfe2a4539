"""A webhook arrives at least once, always with its id; one endpoint keeps no other waiting."""

import asyncio
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import pytest
from aiohttp import web
from standardwebhooks import WebhookVerificationError

from shared.domain.channels.channel import Channel
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.events.event import EventType
from shared.domain.events.webhook_delivery import DeliveryState, WebhookDelivery
from shared.domain.events.webhook_endpoint import MOST_ENDPOINTS
from shared.domain.job import DeliverWebhooks
from shared.domain.record import replace
from shared.usecases.companies.delete_company import delete_company
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.usecases.webhooks.delete_webhook_endpoint import delete_webhook_endpoint
from shared.usecases.webhooks.deliver_webhooks import AT_ONCE, ROUND, deliver_webhooks
from shared.usecases.webhooks.pause_endpoint import pause_endpoint, resume_endpoint
from shared.usecases.webhooks.resend_webhooks import resend_webhook, resend_webhooks
from shared.usecases.webhooks.rotate_secret import rotate_secret
from shared.usecases.webhooks.save_webhook_endpoint import edit_webhook_endpoint
from shared.usecases.webhooks.send_test_event import send_test_event
from tests.kit.builders import NOON
from tests.kit.clinic import Clinic
from tests.kit.clock import Clock
from tests.kit.hooks import Hooks, Taken, endpoint_at, running_hooks

GIVEN = [EventType.OPT_OUT_GIVEN]
JOB = DeliverWebhooks(company_id="acme", endpoint_id="hooks")


async def refuse(clinic: Clinic, number: int) -> None:
    """Have something happen that is told."""
    await save_opt_out(clinic.runtime, "acme", Channel("sms"), f"+1212555{number:04}")


async def delivered(clinic: Clinic) -> list[WebhookDelivery]:
    page = await clinic.stores.webhook_deliveries.page("acme", limit=200)
    return sorted(page.items, key=lambda one: one.created_at)


async def sweep(clinic: Clinic, clock: Clock, after: timedelta) -> None:
    clock.at += after
    await sweep_stalled_work(clinic.runtime, clock())


async def endpoint_of(clinic: Clinic, item_id: str = "hooks") -> Any:
    return await clinic.stores.webhook_endpoints.get("acme", item_id)


async def test_what_is_refused_is_tried_again_later_with_the_same_id(clinic: Clinic, hooks: Hooks) -> None:
    clock = clinic.stop_clock(NOON)
    _, secret = await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    hooks.answer = 503
    await refuse(clinic, 1)
    [one] = await delivered(clinic)
    assert (one.state, one.attempt, one.tries[0].status) == (DeliveryState.WAITING, 1, 503)
    assert (await endpoint_of(clinic)).failing_since == NOON
    await sweep(clinic, clock, timedelta(minutes=1))
    assert len(hooks.taken) == 1
    hooks.answer = 204
    await sweep(clinic, clock, timedelta(minutes=6))
    [one] = await delivered(clinic)
    assert (one.state, one.attempt, [each.status for each in one.tries]) == ("delivered", 2, [503, 204])
    assert {each.id for each in hooks.taken} == {one.id}
    assert hooks.taken[0].headers["webhook-timestamp"] != hooks.taken[1].headers["webhook-timestamp"]
    endpoint = await endpoint_of(clinic)
    assert (endpoint.failing_since, endpoint.due_at, endpoint.lease_token) == (None, None, None)
    assert one.tries[1].response == ""
    assert secret.startswith("whsec_")


async def test_a_webhook_is_given_up_after_three_days_and_can_be_asked_for_again(
    clinic: Clinic, hooks: Hooks
) -> None:
    clock = clinic.stop_clock(NOON)
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    hooks.answer = 500
    await refuse(clinic, 1)
    while (due_at := (await delivered(clinic))[0].due_at) is not None:
        await sweep(clinic, clock, max(timedelta(minutes=5), due_at - clock.at))
        assert clock.at < NOON + timedelta(days=4)
    [one] = await delivered(clinic)
    assert (one.state, one.attempt, len(one.tries)) == (DeliveryState.FAILED, 9, 9)
    assert timedelta(days=2.6) < clock.at - NOON < timedelta(days=3.4)
    assert len(hooks.taken) == 9
    assert len({each.headers["webhook-timestamp"] for each in hooks.taken}) == 9
    hooks.answer = 204
    assert await resend_webhooks(clinic.runtime, "acme", "hooks", NOON + timedelta(seconds=1)) == 0
    assert await resend_webhooks(clinic.runtime, "acme", "hooks", NOON) == 1
    [one] = await delivered(clinic)
    assert one.state is DeliveryState.DELIVERED
    assert {each.id for each in hooks.taken} == {one.id}


async def test_while_a_secret_is_rotated_both_sign(clinic: Clinic, hooks: Hooks) -> None:
    clock = clinic.stop_clock(clinic.runtime.now())
    _, old = await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    _, new = await rotate_secret(clinic.runtime, "acme", "hooks", timedelta(hours=24))
    await refuse(clinic, 1)
    assert old != new
    hooks.taken[-1].check(old)
    hooks.taken[-1].check(new)
    assert len(hooks.taken[-1].headers["webhook-signature"].split()) == 2
    _, newest = await rotate_secret(clinic.runtime, "acme", "hooks", timedelta(0))
    await refuse(clinic, 2)
    hooks.taken[-1].check(newest)
    for over in (old, new):
        with pytest.raises(WebhookVerificationError):
            hooks.taken[-1].check(over)
    await rotate_secret(clinic.runtime, "acme", "hooks", timedelta(hours=1))
    clock.at += timedelta(hours=2)
    await refuse(clinic, 3)
    assert len(hooks.taken[-1].headers["webhook-signature"].split()) == 1


async def test_a_worker_that_dies_after_the_call_leaves_a_webhook_that_comes_again(
    clinic: Clinic, hooks: Hooks
) -> None:
    clock = clinic.stop_clock(NOON)
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    clinic.runs_jobs = False
    await refuse(clinic, 1)
    await clinic.run_published()
    worker: list[asyncio.Task[None]] = []

    async def kill(_: Taken) -> web.Response:
        if len(hooks.taken) == 1:
            worker[0].cancel()
        return web.Response()

    hooks.answer = kill
    worker.append(asyncio.create_task(deliver_webhooks(clinic.runtime, JOB)))
    with pytest.raises(asyncio.CancelledError):
        await worker[0]
    await deliver_webhooks(clinic.runtime, JOB)  # the lease is the dead one's
    assert len(hooks.taken) == 1
    clinic.runs_jobs = True
    await sweep(clinic, clock, timedelta(minutes=15))
    [one] = await delivered(clinic)
    assert (one.state, [each.id for each in hooks.taken]) == ("delivered", [one.id, one.id])


async def test_jobs_that_come_twice_and_at_once_deliver_once(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    clinic.runs_jobs = False
    for number in range(3):
        await refuse(clinic, number)
    await clinic.run_published()
    await asyncio.gather(*(deliver_webhooks(clinic.runtime, JOB) for _ in range(4)))
    await deliver_webhooks(clinic.runtime, JOB)
    assert len(hooks.events()) == 3
    assert len({one.id for one in hooks.taken}) == len(hooks.taken)


async def test_a_slow_endpoint_keeps_no_other_waiting_and_gets_few_at_once(
    clinic: Clinic, hooks: Hooks
) -> None:
    async with running_hooks() as slow:
        at_once, most, may_answer = 0, 0, asyncio.Event()

        async def wait(_: Taken) -> web.Response:
            nonlocal at_once, most
            at_once += 1
            most = max(most, at_once)
            await may_answer.wait()
            at_once -= 1
            return web.Response()

        slow.answer = wait
        await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
        await endpoint_at(clinic.runtime, slow.url(), GIVEN, item_id="slow")
        clinic.runs_jobs = False
        for number in range(ROUND // 2):
            clinic.published = []
            await refuse(clinic, number)
            await clinic.run_published()
        job = DeliverWebhooks(company_id="acme", endpoint_id="slow")
        waiting = asyncio.create_task(deliver_webhooks(clinic.runtime, job))
        await deliver_webhooks(clinic.runtime, JOB)
        assert len(hooks.taken) == ROUND // 2
        assert not waiting.done()
        may_answer.set()
        await waiting
        assert (most, len(slow.taken)) == (AT_ONCE, ROUND // 2)


async def test_what_comes_while_a_worker_is_at_it_is_not_left(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)

    async def more(_: Taken) -> web.Response:
        if len(hooks.taken) == 1:
            await refuse(clinic, 2)  # told at once, by the job that runs here; its endpoint is leased
        return web.Response()

    hooks.answer = more
    await refuse(clinic, 1)
    assert len(hooks.taken) == 2
    assert (await endpoint_of(clinic)).due_at is None


async def test_a_paused_endpoint_gets_later_what_happens_meanwhile(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    await pause_endpoint(clinic.runtime, "acme", "hooks")
    await refuse(clinic, 1)
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    assert not hooks.taken
    await resume_endpoint(clinic.runtime, "acme", "hooks")
    assert len(hooks.taken) == 1


async def test_a_webhook_can_be_asked_for_again_and_keeps_its_id(clinic: Clinic, hooks: Hooks) -> None:
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    await refuse(clinic, 1)
    [one] = await delivered(clinic)
    again = await resend_webhook(clinic.runtime, "acme", one.id)
    assert [each.id for each in hooks.taken] == [one.id, one.id]
    assert len(again.tries) == 2


async def test_a_changed_address_gets_what_waits(clinic: Clinic, hooks: Hooks) -> None:
    clinic.stop_clock(NOON)
    await endpoint_at(clinic.runtime, "http://localhost:9/nobody", GIVEN)
    await refuse(clinic, 1)
    [one] = await delivered(clinic)
    assert one.tries[0].status is None
    assert "could not be reached" in one.tries[0].reason
    assert (await endpoint_of(clinic)).failing_since == NOON
    await edit_webhook_endpoint(clinic.runtime, "acme", "hooks", url=hooks.url())
    assert len(hooks.taken) == 1  # it does not wait for the next try of the former address
    assert (await endpoint_of(clinic)).failing_since is None


async def test_a_test_event_goes_to_its_endpoint_alone(clinic: Clinic, hooks: Hooks) -> None:
    _, secret = await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN, item_id="other")
    sent = await send_test_event(clinic.runtime, "acme", "hooks")
    [taken] = hooks.taken
    taken.check(secret)
    assert (taken.type, taken.id, sent.state) == ("webhook.test", sent.id, DeliveryState.DELIVERED)


async def test_names_that_lead_inside_are_refused_at_each_try(clinic: Clinic, hooks: Hooks) -> None:
    """Nothing was wrong with the address when the endpoint was made."""
    await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    clinic.runtime.settings = replace(clinic.runtime.settings, webhook_targets="public")
    await refuse(clinic, 1)
    [one] = await delivered(clinic)
    assert "inside a network" in one.tries[0].reason
    assert not hooks.taken


async def test_a_deleted_endpoint_takes_its_secrets_and_what_waits_along(
    clinic: Clinic, hooks: Hooks
) -> None:
    endpoint, _ = await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    await refuse(clinic, 1)
    await pause_endpoint(clinic.runtime, "acme", "hooks")
    await refuse(clinic, 2)
    await delete_webhook_endpoint(clinic.runtime, "acme", "hooks")
    assert [one.state for one in await delivered(clinic)] == [DeliveryState.DELIVERED]
    assert not await clinic.runtime.secrets.values("acme", endpoint.secrets_id)
    await refuse(clinic, 3)
    assert len(hooks.taken) == 1


async def test_an_endpoint_may_be_deleted_while_it_is_tried(clinic: Clinic, hooks: Hooks) -> None:
    endpoint, _ = await endpoint_at(clinic.runtime, hooks.url(), GIVEN)

    async def delete(_: Taken) -> web.Response:
        await delete_webhook_endpoint(clinic.runtime, "acme", "hooks")
        return web.Response(status=500)

    hooks.answer = delete
    await refuse(clinic, 1)
    assert await delivered(clinic) == []
    assert await clinic.stores.webhook_endpoints.find("acme", "hooks") is None
    assert not await clinic.runtime.secrets.values("acme", endpoint.secrets_id)
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now() + timedelta(hours=1))
    assert len(hooks.taken) == 1


async def test_a_secret_rotated_while_a_worker_is_at_it_signs_its_next_round(
    clinic: Clinic, hooks: Hooks
) -> None:
    _, old = await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    new: list[str] = []

    async def rotate(_: Taken) -> web.Response:
        if not new:
            new.append((await rotate_secret(clinic.runtime, "acme", "hooks", timedelta(0)))[1])
            await refuse(clinic, 2)
        return web.Response()

    hooks.answer = rotate
    await refuse(clinic, 1)
    first, second = hooks.taken
    first.check(old)
    second.check(new[0])


async def test_a_deleted_company_leaves_no_secret(clinic: Clinic, hooks: Hooks) -> None:
    endpoint, _ = await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    await refuse(clinic, 1)
    await delete_company(clinic.runtime, "acme", asked_by="ops")
    assert not await clinic.runtime.secrets.values("acme", endpoint.secrets_id)
    assert await delivered(clinic) == []


async def test_the_same_endpoint_asked_for_twice_has_one_secret(clinic: Clinic, hooks: Hooks) -> None:
    first = await endpoint_at(clinic.runtime, hooks.url(), GIVEN)
    assert await endpoint_at(clinic.runtime, hooks.url(), GIVEN) == first


async def test_a_company_has_so_many_endpoints_and_no_more(clinic: Clinic, hooks: Hooks) -> None:
    for number in range(MOST_ENDPOINTS):
        await endpoint_at(clinic.runtime, hooks.url(), GIVEN, item_id=f"e{number}")
    with pytest.raises(Conflict, match="20"):
        await endpoint_at(clinic.runtime, hooks.url(), GIVEN)


@pytest.mark.parametrize("types", [[], [EventType.TEST]])
async def test_an_endpoint_listens_to_something(
    clinic: Clinic, hooks: Hooks, types: Sequence[EventType]
) -> None:
    with pytest.raises(InvalidInput, match="event_types"):
        await endpoint_at(clinic.runtime, hooks.url(), types)
