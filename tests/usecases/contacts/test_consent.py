"""Never to somebody who said no: STOP counts up to the moment a message is marked to be sent."""

import asyncio
from datetime import datetime

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOutSource, opt_out_id
from shared.domain.job import SendBatch
from shared.domain.messages.message import MessageState
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.sending.send_batch import send_batch
from tests.kit.builders import a_step, an_sms_sender
from tests.kit.clinic import Clinic, people

ANA, BEN = "+12125552000", "+12125552001"
MAIL = a_step(
    id="mail", channel=Channel("email"), template_id="mail", sender_id="mails", address_field="email"
)


async def planned(clinic: Clinic, count: int) -> list[SendBatch]:
    """A fire whose batches wait for their workers."""
    await clinic.load(*people(count))
    await clinic.ready()
    clinic.runs_jobs = False
    await clinic.fire()
    await clinic.run_published()
    return [job for job in clinic.published if isinstance(job, SendBatch)]


async def test_stop_between_planning_and_sending_is_honoured_for_that_address_only(clinic: Clinic) -> None:
    [job] = await planned(clinic, 2)
    reply = await clinic.write(ANA, "Stop!")
    assert reply.meaning is ReplyMeaning.OPT_OUT
    await send_batch(clinic.runtime, job)
    assert {m.address: m.reason for m in await clinic.messages()} == {ANA: "opted_out", BEN: None}
    assert await clinic.sent_counts() == {BEN: 1}


async def test_stop_at_planning_skips_and_start_lifts_it(clinic: Clinic) -> None:
    await clinic.write(ANA, "STOP")
    await clinic.load(*people(1))
    await clinic.ready()
    await clinic.fire()
    assert [m.reason for m in await clinic.messages()] == ["opted_out"]
    lifted = await clinic.write(ANA, "START")
    assert lifted.meaning is ReplyMeaning.OPT_IN
    await clinic.load(*people(1), accepts_repeat=True)
    await clinic.fire()
    assert await clinic.sent_counts() == {ANA: 1}


async def test_stop_while_sending_either_comes_too_late_or_is_honoured(clinic: Clinic) -> None:
    # So slow that the last are still to be sent when most have refused, also on a busy machine.
    await clinic.stores.senders.save(clinic.company_id, "texts", an_sms_sender(rate_per_second=10.0))
    jobs = await planned(clinic, 75)
    stopped: dict[str, datetime] = {}

    async def stop(number: int) -> None:
        address = f"+1212555{2000 + number:04}"
        await clinic.write(address, "stop")
        stopped[address] = clinic.runtime.now()

    async def stop_some(numbers: range) -> None:
        for number in numbers:
            await stop(number)

    sending = asyncio.gather(*(send_batch(clinic.runtime, job) for job in jobs))
    await asyncio.gather(sending, *(stop_some(range(first, 75, 5)) for first in range(5)))
    messages = await clinic.messages()
    states = {m.state for m in messages}
    assert states == {MessageState.SENT, MessageState.SKIPPED}, "both must have happened to prove anything"
    for message in messages:
        if message.state is MessageState.SENT:
            assert message.sending_at is not None
            assert message.sending_at <= stopped[message.address]
    sent = {m.address for m in messages if m.state is MessageState.SENT}
    assert await clinic.sent_counts() == dict.fromkeys(sent, 1)


async def test_a_refusal_the_provider_knows_of_becomes_ours(clinic: Clinic) -> None:
    refused = "+12125550003"
    await clinic.load({"Phone": refused})
    await clinic.ready()
    await clinic.fire()
    [message] = await clinic.messages()
    assert (message.state, message.code) == (MessageState.FAILED, "21610")
    key = opt_out_id(Channel("sms"), refused)
    opt_out = await clinic.stores.opt_outs.get(clinic.company_id, key)
    assert (opt_out.is_active, opt_out.source) == (True, OptOutSource.PROVIDER)
    await clinic.load({"Phone": refused}, accepts_repeat=True)
    again = await clinic.fire()
    assert (await clinic.report(again)).skipped == {"opted_out": 1}


async def test_an_email_refusal_counts_in_any_case_and_for_email_only(clinic: Clinic) -> None:
    await save_opt_out(clinic.runtime, clinic.company_id, Channel("email"), "ANA@Example-Clinic.COM")
    await clinic.load({"Email": "Ana@example-clinic.com"})
    await clinic.ready(steps=(MAIL, a_step()))
    await clinic.fire()
    reasons = {message.step_id: message.reason for message in await clinic.messages()}
    assert reasons == {"mail": "opted_out", "sms": None}
