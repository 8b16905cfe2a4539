"""Campaigns with several steps, and a clock on which their time comes."""

from collections.abc import Sequence
from datetime import UTC, datetime, time, timedelta
from typing import Any

from shared.domain.campaigns.step import AfterDelay, AtField, DelayMeasure, Step
from shared.domain.channels.channel import Channel
from shared.domain.fires.fire import Fire, Ledger
from shared.domain.messages.message import Message
from shared.domain.record import replace
from shared.usecases.fires.fire_due_campaigns import fire_due_campaigns
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.builders import a_step, a_template
from tests.kit.clinic import Clinic, people
from tests.kit.clock import Clock

NOON = datetime(2026, 11, 23, 17, tzinfo=UTC)  # a Monday, noon in New York
MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)
TICK = 5 * MINUTE
BEFORE = AtField(field="appointment_at", days=-3, clock=time(17))


def after(delay: timedelta, measure: DelayMeasure = DelayMeasure.RECIPIENT, **changes: Any) -> Step:
    """A second text, or what `changes` make of it."""
    when = AfterDelay(seconds=int(delay.total_seconds()), counted_from=measure)
    return a_step(**{"id": "again", "template_id": "again", "when": when} | changes)


MAIL: dict[str, Any] = {
    "id": "mail",
    "channel": Channel("email"),
    "template_id": "mail",
    "sender_id": "mails",
    "address_field": "email",
}


async def ticks(clinic: Clinic, clock: Clock, until: datetime) -> None:
    """Some ticks up to and at `until`."""
    step = max(TICK, (until - clock.at) / 4)
    while clock.at < until:
        clock.at = min(clock.at + step, until)
        await fire_due_campaigns(clinic.runtime, clock.at)
        await dispatch_due_batches(clinic.runtime, clock.at)
        await sweep_stalled_work(clinic.runtime, clock.at)


async def fired(clinic: Clinic, *steps: Step, rows: Sequence[dict[str, str]] = (), **campaign: Any) -> Fire:
    """A fire of these steps, that of the first sent."""
    again = a_template(id="again", body="Once more, {{ name }}: reply 1 to confirm.")
    await clinic.stores.templates.save(clinic.company_id, again.id, again)
    # Nothing is announced before its time: a worker would wait for that, on no test's clock.
    clinic.runtime.settings = replace(clinic.runtime.settings, tick_interval_seconds=1.0)
    await clinic.load(*(rows or people(3)))
    await clinic.ready(steps=steps, **campaign)
    return await clinic.fire()


async def of_step(clinic: Clinic, step_id: str) -> dict[str, Message]:
    return {one.address: one for one in await clinic.messages() if one.step_id == step_id}


async def ledger(clinic: Clinic, fire: Fire) -> Ledger:
    return (await clinic.report(fire)).ledger
