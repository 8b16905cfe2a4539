"""Many messages that came to nothing are sent again by a worker: all of them, each once, whatever happens."""

from datetime import timedelta
from typing import Any

import msgspec
import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.step import OnlyIf
from shared.domain.errors import InvalidInput, NotFound
from shared.domain.fires.fire import Fire, Ledger
from shared.domain.fires.fire_sums import CountedSums, StoredSums
from shared.domain.fires.group_resend import GroupResend, GroupResendState, resend_job
from shared.domain.fires.resending import LeftOut
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.fires import foresee_resend as foreseeing
from shared.usecases.fires import resend_groups as worker
from shared.usecases.fires import start_resend as starting
from shared.usecases.fires.foresee_resend import foresee_resend
from shared.usecases.fires.resend_groups import resend_groups
from shared.usecases.fires.start_resend import start_resend
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from shared.views.fire_sums import sum_fires
from shared.views.fires import get_resend
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic, people
from tests.usecases.fires.ladders import HOUR, MAIL, NOON, after, fired, of_step, ticks

REASON = "not_delivered 30003"
COUNT = 7


@pytest.fixture(autouse=True)
def small(monkeypatch: pytest.MonkeyPatch) -> None:
    """Few are many here, so that a test is quick."""
    monkeypatch.setattr(foreseeing, "MOST_LOOKED_AT", 2)
    monkeypatch.setattr(starting, "AT_ONCE", 1)
    monkeypatch.setattr(worker, "PAGE", 2)
    monkeypatch.setattr(worker, "PAGES_A_JOB", 3)


async def _lost(clinic: Clinic, message: Message, **changes: Any) -> None:
    facts: dict[str, Any] = {"delivery_code": "30003", "delivery_reason": "Switched off"}
    lost = replace(message, **{"delivery": Delivery.UNDELIVERED, **facts, **changes})
    await clinic.stores.messages.save(clinic.company_id, message.id, lost)


async def _sent(clinic: Clinic) -> Fire:
    """A fire to eight people, of whom seven were not reached."""
    await clinic.load(*people(COUNT + 1))
    campaign = await clinic.ready()
    fire = await clinic.fire(campaign.id)
    for message in (await clinic.messages())[:COUNT]:
        await _lost(clinic, message)
    return fire


async def _ask(clinic: Clinic, fire: Fire) -> GroupResend:
    return await start_resend(clinic.runtime, clinic.company_id, fire.id, [REASON], by="user kim")


async def _now(clinic: Clinic, asked: GroupResend) -> GroupResend:
    return await get_resend(clinic.runtime, clinic.company_id, asked.fire_id, asked.id)


async def test_all_of_them_get_it_once_beyond_those_that_were_looked_at_first(clinic: Clinic) -> None:
    fire = await _sent(clinic)
    effect = await foresee_resend(clinic.runtime, clinic.company_id, fire.id)
    assert (effect.is_all, effect.total, len(effect.of([REASON])[0])) == (False, COUNT, 2)
    clinic.runs_jobs = False
    asked = await _ask(clinic, fire)
    assert (asked.state, asked.total, asked.asked_by) == (GroupResendState.WAITING, COUNT, "user kim")
    clinic.runs_jobs = True
    await clinic.run_published()
    done = await _now(clinic, asked)
    assert (done.state, done.looked_at, done.count, done.left_out) == (
        GroupResendState.DONE,
        COUNT,
        COUNT,
        {},
    )
    assert sorted((await clinic.sent_counts()).values()) == [1, *[2] * COUNT]
    assert (await clinic.report(fire)).ledger == Ledger(planned=2 * COUNT + 1, sent=2 * COUNT + 1)
    again = await _ask(clinic, fire)
    await clinic.run_published()
    done = await _now(clinic, again)
    assert (done.count, done.left_out) == (0, {LeftOut.SENT_AGAIN: COUNT})
    assert sorted((await clinic.sent_counts()).values()) == [1, *[2] * COUNT]


async def test_a_reason_that_none_of_those_has_that_were_looked_at_can_be_chosen(clinic: Clinic) -> None:
    fire = await _sent(clinic)
    effect = await foresee_resend(clinic.runtime, clinic.company_id, fire.id)
    looked_at = {message.id for message in effect.of([REASON])[0]}
    lost = [one for one in await clinic.messages() if one.delivery is Delivery.UNDELIVERED]
    rare = next(one for one in lost if one.id not in looked_at)
    await _lost(clinic, rare, delivery_code="30006")
    sums = await sum_fires(clinic.runtime, clinic.company_id, (fire.id,), 100)
    counted = CountedSums(at=clinic.runtime.now(), steps=(), sums=sums)
    stored = StoredSums(id=fire.id, due_at=clinic.runtime.now(), counts=msgspec.json.encode(counted))
    await clinic.stores.fire_sums.save(clinic.company_id, fire.id, stored)
    effect = await foresee_resend(clinic.runtime, clinic.company_id, fire.id)
    assert effect.rarer == {"not_delivered 30006": 1}
    asked = await start_resend(
        clinic.runtime, clinic.company_id, fire.id, ["not_delivered 30006", "nonsense"], by="user kim"
    )
    await clinic.run_published()
    assert asked.reasons == ("not_delivered 30006",)
    assert (await _now(clinic, asked)).count == 1
    assert {one.resend_of for one in await clinic.messages() if one.resend_of} == {rare.id}
    with pytest.raises(InvalidInput):
        await start_resend(clinic.runtime, clinic.company_id, fire.id, ["nonsense"], by="user kim")


async def test_a_worker_that_died_is_followed_by_another_and_two_beside_each_other_send_once(
    clinic: Clinic,
) -> None:
    fire = await _sent(clinic)
    clinic.runs_jobs = False
    asked = await _ask(clinic, fire)
    job = resend_job(clinic.company_id, asked.id)
    stores, later = clinic.stores, clinic.runtime.now() + timedelta(seconds=60)
    held = replace(asked, lease_token="another", lease_until=later, due_at=later)
    await stores.group_resends.save(clinic.company_id, asked.id, held)
    await resend_groups(clinic.runtime, job)  # another worker has it
    assert (await _now(clinic, asked)).looked_at == 0
    for seconds, found in ((-1, 0), (1, 1)):
        swept = await sweep_stalled_work(clinic.runtime, later + timedelta(seconds=seconds))
        assert swept["resends"] == found
    free = replace(held, lease_until=asked.asked_at, due_at=asked.asked_at)
    await stores.group_resends.save(clinic.company_id, asked.id, free)
    clinic.runs_jobs = True
    await clinic.run_published()
    assert (await _now(clinic, asked)).state is GroupResendState.DONE
    await resend_groups(clinic.runtime, job)  # comes twice
    assert sorted((await clinic.sent_counts()).values()) == [1, *[2] * COUNT]


async def test_a_campaign_that_is_canceled_meanwhile_ends_it_with_the_reason(clinic: Clinic) -> None:
    fire = await _sent(clinic)
    clinic.runs_jobs = False
    asked = await _ask(clinic, fire)
    await clinic.save(replace(await clinic.campaign(), state=CampaignState.PAUSED))
    await cancel_campaign(clinic.runtime, clinic.company_id, fire.campaign_id)
    clinic.runs_jobs = True
    await clinic.run_published()
    done = await _now(clinic, asked)
    assert (done.state, done.count) == (GroupResendState.REFUSED, 0)
    assert "canceled" in done.note
    with pytest.raises(NotFound):
        await get_resend(clinic.runtime, clinic.company_id, "another fire", asked.id)


@pytest.mark.parametrize("by_worker", [False, True])
async def test_who_got_it_by_a_later_step_of_a_ladder_does_not_get_it_again(
    clinic: Clinic, monkeypatch: pytest.MonkeyPatch, by_worker: bool
) -> None:
    if not by_worker:
        monkeypatch.setattr(foreseeing, "MOST_LOOKED_AT", 100)
        monkeypatch.setattr(starting, "AT_ONCE", 100)
    clock = clinic.stop_clock(NOON)
    rows = [one | {"Email": f"p{number}@example.com"} for number, one in enumerate(people(4))]
    mail = after(HOUR, only_if=OnlyIf.NOT_DELIVERED, **MAIL)
    fire = await fired(clinic, a_step(), mail, rows=rows)
    texts = await of_step(clinic, "sms")
    for place in range(3):  # the fourth is not known to be reached, and gets the mail too
        await _lost(clinic, texts[f"+1212555200{place}"])
    await ticks(clinic, clock, NOON + 2 * HOUR)
    mails = await of_step(clinic, "mail")
    assert [one.state for one in mails.values()] == [MessageState.SENT] * 4
    await _lost(clinic, mails["p0@example.com"], delivery=Delivery.FAILED, delivery_code="550")
    effect = await foresee_resend(clinic.runtime, clinic.company_id, fire.id)
    assert effect.is_all is not by_worker
    asked = await _ask(clinic, fire)
    await clinic.run_published()
    done = await _now(clinic, asked)
    assert (done.count, done.left_out) == (1, {LeftOut.REACHED: 2})
    again = [one for one in await clinic.messages() if one.resend_of]
    assert [(one.step_id, one.address) for one in again] == [("sms", "+12125552000")]
