"""For each guard of the send protocol the shortest story in which it is what keeps the promise."""

import asyncio
from collections import Counter
from collections.abc import Awaitable, Callable, Sequence
from datetime import timedelta

from infra.local.simulator.outcomes import Answer
from shared.domain.campaigns.step import AfterDelay, DelayMeasure
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.domain.files.source import SourceFormat
from shared.domain.job import QueueMessages, SendBatch
from shared.domain.messages.message import MessageState
from shared.domain.messages.sending import Outcome, SendResult
from shared.domain.record import replace
from shared.usecases.run_job import run_job
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.faults.sequence_stories import an_email_is_handed_over_twice, the_answer_to_a_mail_is_lost
from tests.faults.worker import PromiseBroken, Worker
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic
from tests.kit.tabular.appointments import VISIT, calendar, event

LEASE_AND_MORE = timedelta(minutes=11)
REFUSED_FOR_NOW = SendResult(outcome=Outcome.NOT_ACCEPTED, code="429", reason="Busy.")


async def queued(clinic: Clinic) -> SendBatch:
    """A fire of three people, planned, with its one batch announced to nobody."""
    people = [{"Patient": f"P{n}", "Phone": f"+1 212 555 {2000 + n}"} for n in range(3)]
    await clinic.load(*people)
    return await queued_by(clinic, "reminders")


async def queued_by(clinic: Clinic, campaign_id: str) -> SendBatch:
    """A fire of this campaign for the newest file, planned, with its one batch announced to nobody."""
    await clinic.ready(id=campaign_id)
    clinic.runs_jobs = False
    await clinic.fire(campaign_id)
    [chunk] = clinic.published
    assert isinstance(chunk, QueueMessages)
    clinic.published = []
    await run_job(clinic.runtime, chunk)
    [job] = clinic.published
    assert isinstance(job, SendBatch)
    clinic.published = []
    return job


def later(clinic: Clinic) -> None:
    """Let every lease and grace end."""
    clinic.later(LEASE_AND_MORE)


async def settle(clinic: Clinic) -> None:
    """Ticks and redelivery until quiet, then the judgement by the provider's books."""
    clinic.runs_jobs = True
    for _ in range(3):
        later(clinic)
        await dispatch_due_batches(clinic.runtime, clinic.runtime.now())
        await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    accepted = Counter(message["handset"] for message in await clinic.accepted())
    for message in await clinic.messages():
        if accepted[message.address] > 1:
            raise PromiseBroken("doubled")
        if message.state in (MessageState.QUEUED, MessageState.SENDING):
            raise PromiseBroken(f"left {message.state}")
        if message.state is MessageState.SENT and not accepted[message.address]:
            raise PromiseBroken("shown as sent, yet never accepted")
        if message.state is MessageState.FAILED:
            raise PromiseBroken(f"given up: {message.reason}")


async def a_worker_wakes_up_after_its_lease(clinic: Clinic) -> None:
    """It must not touch what another has by now; if it did and died, its marks would stay for ever."""
    job = await queued(clinic)
    slow = await Worker.claims(clinic, job)
    later(clinic)
    quick = await Worker.claims(clinic, job)
    await slow.intends()
    if await quick.intends():
        await quick.records(await quick.calls())
    await quick.closes()
    await settle(clinic)


async def somebody_refuses_after_the_claim(clinic: Clinic) -> None:
    job = await queued(clinic)
    worker = await Worker.claims(clinic, job)
    [first, *_] = await clinic.messages()
    key = opt_out_id(Channel("sms"), first.address)
    refusal = OptOut(
        id=key,
        channel=Channel("sms"),
        address=first.address,
        is_active=True,
        source=OptOutSource.REPLY,
        changed_at=clinic.runtime.now(),
    )
    await clinic.stores.opt_outs.save(clinic.company_id, key, refusal)
    await worker.intends()
    await worker.records(await worker.calls())
    await worker.closes()
    await settle(clinic)
    if await clinic.accepted(first.address):
        raise PromiseBroken("sent to somebody who had refused")


async def somebody_answers_the_first_step_after_the_claim_of_the_second(clinic: Clinic) -> None:
    when = AfterDelay(seconds=1, counted_from=DelayMeasure.RECIPIENT)
    mail = a_step(
        id="mail",
        channel=Channel("email"),
        template_id="mail",
        sender_id="mails",
        address_field="email",
        when=when,
    )
    await clinic.load({"Phone": "+1 212 555 2000", "Email": "ana@example.com"})
    await clinic.ready(steps=(a_step(), mail))
    clinic.runs_jobs = False
    await clinic.fire()
    await clinic.run_published()  # both steps are queued
    text, later_mail = clinic.published
    assert isinstance(later_mail, SendBatch)
    await run_job(clinic.runtime, text)
    clinic.later(timedelta(minutes=1))
    worker = await Worker.claims(clinic, later_mail)
    await clinic.write("+12125552000", "1")
    await worker.intends()
    await worker.records(await worker.calls())
    await worker.closes()
    clinic.published = []
    await settle(clinic)
    if await clinic.accepted("ana@example.com"):
        raise PromiseBroken("a further step was sent to somebody who had answered")


async def an_appointment_is_canceled_while_it_is_being_sent(clinic: Clinic) -> None:
    """Too late to skip it; when the provider proves to be busy, it must not be tried again."""
    await clinic.takes(SourceFormat.ICALENDAR)
    await clinic.load_bytes(calendar(event("1", *VISIT)).encode())
    await clinic.ready(expires_field="useful_until")
    _, job = await clinic.fire_and_queue()
    clinic.published = []
    worker = await Worker.claims(clinic, job)
    await worker.intends()
    await clinic.load_bytes(calendar(event("1", *VISIT), method="CANCEL").encode())
    await worker.records(worker.all_get(REFUSED_FOR_NOW))
    await worker.closes()
    await settle(clinic)
    if await clinic.accepted():
        raise PromiseBroken("sent a reminder of an appointment that is canceled")


async def two_campaigns_bring_the_same_messages_at_once(clinic: Clinic) -> None:
    """Both are planned before either has sent anything."""
    jobs = [await queued(clinic), await queued_by(clinic, "again")]
    clinic.runs_jobs = True
    await asyncio.gather(*(run_job(clinic.runtime, job) for job in jobs))
    await settle(clinic)


async def the_fire_that_began_first_sends_first(clinic: Clinic) -> None:
    """When the other began, this one was open, and had sent nothing."""
    await run_both(clinic, [await queued(clinic), await queued_by(clinic, "again")])


async def the_fire_that_began_last_sends_first(clinic: Clinic) -> None:
    """This one was alone when it was planned; the other has begun and ended since."""
    older, younger = await queued(clinic), await queued_by(clinic, "again")
    await run_both(clinic, [younger, older])


async def run_both(clinic: Clinic, jobs: Sequence[SendBatch]) -> None:
    """One after the other, then the judgement."""
    for job in jobs:
        await run_job(clinic.runtime, job)
    await settle(clinic)


async def a_text_is_changed_after_it_was_frozen(clinic: Clinic) -> None:
    job = await queued(clinic)
    [first, *_] = await clinic.messages()
    await clinic.stores.messages.save(clinic.company_id, first.id, replace(first, body="Buy now"))
    await run_job(clinic.runtime, job)
    if await clinic.accepted(first.address):
        raise PromiseBroken("sent what nobody had previewed")


async def a_result_is_written_twice(clinic: Clinic) -> None:
    """The first write was applied though it reported an error; by the second, another worker is calling."""
    job = await queued(clinic)
    first = await Worker.claims(clinic, job)
    await first.intends()
    refused = first.all_get(REFUSED_FOR_NOW)
    await first.records(refused)
    later(clinic)
    second = await Worker.claims(clinic, job)
    await second.intends()
    await first.records(refused)
    await second.records(await second.calls())
    await second.closes()
    await settle(clinic)


async def a_result_is_applied_late(clinic: Clinic) -> None:
    """The database applies the write again, as it may of one that reported an error, when all is over."""
    job = await queued(clinic)
    first = await Worker.claims(clinic, job)
    await first.intends()
    refused = first.all_get(REFUSED_FOR_NOW)
    await first.records(refused)
    later(clinic)
    second = await Worker.claims(clinic, job)
    await second.intends()
    await second.records(await second.calls())
    await second.closes()
    await first.records(refused)
    await settle(clinic)


async def a_job_comes_twice_while_the_provider_is_busy(clinic: Clinic) -> None:
    """The second worker must not take the batch: it would give up what the first is about to requeue."""
    job = await queued(clinic)
    first = await Worker.claims(clinic, job)
    await first.intends()
    await run_job(clinic.runtime, job)
    await first.records(first.all_get(REFUSED_FOR_NOW))
    await first.closes()
    await settle(clinic)


async def a_worker_dies_after_its_call(clinic: Clinic) -> None:
    job = await queued(clinic)
    worker = await Worker.claims(clinic, job)
    await worker.intends()
    await worker.calls()
    await settle(clinic)


async def the_provider_fails_after_it_accepted(clinic: Clinic) -> None:
    await _answered(clinic, Answer.ERROR_ACCEPTED)


async def the_connection_breaks_after_it_accepted(clinic: Clinic) -> None:
    await _answered(clinic, Answer.RESET_ACCEPTED)


async def _answered(clinic: Clinic, answer: Answer) -> None:
    job = await queued(clinic)
    await clinic.simulator.ask_fault("twilio", answer, count=3)
    clinic.runs_jobs = True
    await run_job(clinic.runtime, job)
    await clinic.simulator.clear_faults()
    await settle(clinic)


async def an_announcement_is_lost(clinic: Clinic) -> None:
    await queued(clinic)
    await settle(clinic)


Story = Callable[[Clinic], Awaitable[None]]
STORIES: Sequence[tuple[str, Story]] = (
    ("intent fence", a_worker_wakes_up_after_its_lease),
    ("consent in the transaction", somebody_refuses_after_the_claim),
    ("answers in the transaction", somebody_answers_the_first_step_after_the_claim_of_the_second),
    ("what was withdrawn is not sent", an_appointment_is_canceled_while_it_is_being_sent),
    ("other fires in the transaction", two_campaigns_bring_the_same_messages_at_once),
    ("no fire is alone beside an open one", the_fire_that_began_first_sends_first),
    ("who was alone learns of the next fire", the_fire_that_began_last_sends_first),
    ("frozen content", a_text_is_changed_after_it_was_frozen),
    ("token compare", a_result_is_written_twice),
    ("a result changes only what nobody wrote since", a_result_is_applied_late),
    ("lease on claim", a_job_comes_twice_while_the_provider_is_busy),
    ("lost leases are given up", a_worker_dies_after_its_call),
    ("what was given up is not requeued", a_worker_dies_after_its_call),
    ("only 429 is requeued", the_provider_fails_after_it_accepted),
    ("total error table", the_connection_breaks_after_it_accepted),
    ("an email becomes a message once", an_email_is_handed_over_twice),
    ("a mail that left is unknown", the_answer_to_a_mail_is_lost),
    ("sweep", an_announcement_is_lost),
)
