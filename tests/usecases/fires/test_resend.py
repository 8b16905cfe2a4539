"""What did not arrive is sent again, as a person decides: to those alone, once, and the books stay closed."""

import asyncio
from datetime import timedelta

import pytest

from shared.domain.campaigns.campaign import CampaignState
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.fires.fire import Fire, Ledger
from shared.domain.fires.resending import LeftOut
from shared.domain.messages.failure import refusal_of
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.resent import resend_id
from shared.domain.messages.sending import Delivery
from shared.domain.record import replace
from shared.firestore.kit.transactions import transact
from shared.usecases.campaigns.cancel_campaign import cancel_campaign
from shared.usecases.fires.foresee_resend import foresee_resend
from shared.usecases.fires.resend_messages import _Resending
from shared.usecases.fires.start_resend import start_resend
from tests.kit.clinic import ABSENT, Clinic, people

REASON = "not_delivered 30003"


async def _not_delivered(clinic: Clinic, *places: int, **changes: object) -> None:
    """Have the provider say of these messages, by their place, that they never arrived."""
    for place in places:
        message = (await clinic.messages())[place]
        facts = {
            "delivery": Delivery.UNDELIVERED,
            "delivery_code": "30003",
            "delivery_reason": "Switched off",
        }
        await _store(clinic, message, **(facts | changes))


async def _store(clinic: Clinic, message: Message, **changes: object) -> None:
    changed = replace(message, **changes)  # type: ignore[arg-type]  # fields of Message
    await clinic.stores.messages.save(clinic.company_id, message.id, changed)


async def _resend(clinic: Clinic, fire: Fire, *reasons: str) -> int:
    done = await start_resend(clinic.runtime, clinic.company_id, fire.id, reasons, by="user kim")
    return done.count


async def _sent(clinic: Clinic, count: int = 4) -> Fire:
    await clinic.load(*people(count))
    campaign = await clinic.ready()
    return await clinic.fire(campaign.id)


async def test_those_whom_it_did_not_reach_get_it_again_and_nobody_else(clinic: Clinic) -> None:
    fire = await _sent(clinic)
    await _not_delivered(clinic, 0, 2)
    effect = await foresee_resend(clinic.runtime, clinic.company_id, fire.id)
    assert [(group.reason, group.words, len(group.again)) for group in effect.groups] == [
        (REASON, "Switched off", 2)
    ]
    first, untouched, third, _ = await clinic.messages()
    assert await _resend(clinic, fire, REASON) == 2
    counts = await clinic.sent_counts()
    assert (counts[first.address], counts[third.address], counts[untouched.address]) == (2, 2, 1)
    by_id = {one.id: one for one in await clinic.messages()}
    again = by_id[resend_id(first)]
    assert (again.state, again.resend_of, again.body) == (MessageState.SENT, first.id, first.body)
    report = await clinic.report(fire)
    assert report.ledger == Ledger(planned=6, sent=6)


async def test_asked_twice_and_at_the_same_time_it_is_sent_once(clinic: Clinic) -> None:
    fire = await _sent(clinic)
    await _not_delivered(clinic, 0, 1, 2)
    counts = await asyncio.gather(*(_resend(clinic, fire, REASON) for _ in range(2)))
    assert sum(counts) + await _resend(clinic, fire, REASON) == 3
    assert sorted((await clinic.sent_counts()).values()) == [1, 2, 2, 2]
    effect = await foresee_resend(clinic.runtime, clinic.company_id, fire.id)
    assert effect.groups[0].left_out == {LeftOut.SENT_AGAIN: 3}
    assert (await clinic.report(fire)).ledger == Ledger(planned=7, sent=7)


async def test_who_opted_out_answered_or_would_get_it_too_late_is_left_out(clinic: Clinic) -> None:
    fire = await _sent(clinic, 5)
    await _not_delivered(clinic, 0, 1, 2, 3)
    await _not_delivered(clinic, 1, disposition=Disposition.CONFIRMED)
    await _not_delivered(clinic, 2, not_after=clinic.runtime.now() - timedelta(hours=1))
    await _opt_out(clinic, (await clinic.messages())[0].address, OptOutSource.REPLY)
    await _opt_out(clinic, (await clinic.messages())[3].address, OptOutSource.BOUNCE)
    effect = await foresee_resend(clinic.runtime, clinic.company_id, fire.id)
    again, left_out = effect.of([REASON])
    assert again == []
    why = (LeftOut.OPTED_OUT, LeftOut.ANSWERED, LeftOut.EXPIRED, LeftOut.ADDRESS_GONE)
    assert left_out == dict.fromkeys(why, 1)
    assert await _resend(clinic, fire, REASON) == 0
    assert set((await clinic.sent_counts()).values()) == {1}


async def _opt_out(clinic: Clinic, address: str, source: OptOutSource) -> None:
    item_id = opt_out_id(Channel("sms"), address)
    refusal = OptOut(
        id=item_id,
        channel=Channel("sms"),
        address=address,
        is_active=True,
        source=source,
        changed_at=clinic.runtime.now(),
    )
    await clinic.stores.opt_outs.save(clinic.company_id, item_id, refusal)


async def test_a_stop_after_the_decision_still_holds(clinic: Clinic) -> None:
    fire = await _sent(clinic)
    await _not_delivered(clinic, 0)
    message = (await clinic.messages())[0]
    clinic.runs_jobs = False
    assert await _resend(clinic, fire, REASON) == 1
    await _opt_out(clinic, message.address, OptOutSource.REPLY)
    clinic.runs_jobs = True
    await clinic.run_published()
    again = await clinic.stores.messages.get(clinic.company_id, resend_id(message))
    assert (again.state, again.reason) == (MessageState.SKIPPED, "opted_out")
    assert (await clinic.report(fire)).ledger == Ledger(planned=5, sent=4, skipped=1)


async def test_what_the_provider_refused_gives_its_place_to_the_new_message(clinic: Clinic) -> None:
    await clinic.load(*people(1))
    campaign = await clinic.ready()
    fire = await clinic.fire(campaign.id)
    [message] = await clinic.messages()
    await _refuse(clinic, message)
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, failed=1)
    assert await _resend(clinic, fire, "refused 30034") == 1
    assert (await clinic.report(fire)).ledger == Ledger(planned=1, sent=1)


async def _refuse(clinic: Clinic, message: Message) -> None:
    """Leave the message as one that its provider did not take, as the sender was not registered then."""
    facts = {"state": MessageState.FAILED, "code": "30034", "reason": "Not registered", "delivery": None}
    await _store(clinic, message, **facts)
    refused = await clinic.stores.messages.get(clinic.company_id, message.id)
    failure = refusal_of(refused, clinic.runtime.now())
    await clinic.stores.failures.save(clinic.company_id, failure.id, failure)


async def test_what_nobody_knows_the_outcome_of_is_never_among_them(clinic: Clinic) -> None:
    fire = await clinic.fire_for(ABSENT)
    [message] = await clinic.messages()
    assert message.state is MessageState.UNKNOWN
    effect = await foresee_resend(clinic.runtime, clinic.company_id, fire.id)
    assert effect.groups == ()
    with pytest.raises(InvalidInput, match="reasons"):
        await _resend(clinic, fire, REASON)


async def test_nothing_of_a_canceled_campaign_is_sent_again(clinic: Clinic) -> None:
    fire = await _sent(clinic)
    await _not_delivered(clinic, 0)
    fired = await clinic.campaign()
    await clinic.save(replace(fired, state=CampaignState.PAUSED))
    await cancel_campaign(clinic.runtime, clinic.company_id, fired.id)
    with pytest.raises(Conflict, match="canceled"):
        await _resend(clinic, fire, REASON)


async def test_a_commit_that_was_applied_though_it_reported_an_error_counts_once(clinic: Clinic) -> None:
    fire = await _sent(clinic)
    await _not_delivered(clinic, 0, 1)
    messages = (await clinic.messages())[:2]
    resending = _Resending(clinic.runtime, clinic.company_id, fire.id, messages, clinic.runtime.now())
    first = await transact(clinic.stores.db, resending.make, None)
    assert await transact(clinic.stores.db, resending.make, None) == first
    assert (await clinic.stores.fires.get(clinic.company_id, fire.id)).planned == 6
