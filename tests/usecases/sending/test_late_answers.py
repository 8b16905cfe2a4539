"""Answers that come when their batch is another worker's: they settle what is unknown, and nothing else."""

from datetime import timedelta

from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.fires.fire import Fire, Ledger, ProgressStatus
from shared.domain.messages.batch import BatchState
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.sending import Outcome, SendResult
from shared.domain.record import replace
from shared.usecases.sending.claim_batch import claim_batch
from shared.usecases.sending.record_results import record_results
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.kit.clinic import Clinic, people


async def given_up(clinic: Clinic) -> tuple[Fire, Message]:
    """A closed fire with one message whose worker was taken for dead."""
    await clinic.load(*people(2))
    await clinic.ready()
    fire, job = await clinic.fire_and_queue()
    await clinic.die_after_intent(job)
    clinic.runs_jobs = True
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now())
    [unknown] = [m for m in await clinic.messages() if m.state is MessageState.UNKNOWN]
    return fire, unknown


async def answer(clinic: Clinic, message: Message, outcome: Outcome) -> None:
    result = SendResult(outcome=outcome, provider_id="SM1", code="21610", reason="Said late.")
    await record_results(clinic.runtime, clinic.company_id, "dead", {message.id: result})


async def test_an_acceptance_settles_the_message_and_the_closed_books(clinic: Clinic) -> None:
    fire, message = await given_up(clinic)
    await answer(clinic, message, Outcome.ACCEPTED)
    progress = await clinic.stores.fire_progress.get(clinic.company_id, fire.id)
    assert (progress.ledger, progress.status) == (Ledger(planned=2, sent=2), ProgressStatus.SENT)
    assert (await clinic.campaign()).state == "sent"


async def test_what_was_not_accepted_fails_and_is_not_sent_again(clinic: Clinic) -> None:
    fire, message = await given_up(clinic)
    await answer(clinic, message, Outcome.NOT_ACCEPTED)
    progress = await clinic.stores.fire_progress.get(clinic.company_id, fire.id)
    assert progress.ledger == Ledger(planned=2, sent=1, failed=1)
    await sweep_stalled_work(clinic.runtime, clinic.runtime.now() + timedelta(hours=1))
    assert len(await clinic.accepted()) == 1


async def test_a_refusal_the_provider_tells_of_counts_whoever_asked(clinic: Clinic) -> None:
    _, message = await given_up(clinic)
    settled = replace(message, state=MessageState.FAILED, token="another")
    await clinic.stores.messages.save(clinic.company_id, message.id, settled)
    await answer(clinic, message, Outcome.OPTED_OUT)
    key = opt_out_id(Channel("sms"), message.address)
    assert (await clinic.stores.opt_outs.get(clinic.company_id, key)).is_active
    assert await clinic.stores.messages.get(clinic.company_id, message.id) == settled


async def test_a_message_that_moved_to_another_batch_is_that_workers_business(clinic: Clinic) -> None:
    await clinic.load(*people(1))
    await clinic.ready()
    clinic.runs_jobs = False
    await clinic.fire()
    await clinic.run_published()
    [batch] = await clinic.batches()
    over = clinic.runtime.now() - timedelta(seconds=1)
    stalled = replace(batch, state=BatchState.LEASED, lease_token="dead", lease_until=over, attempt=1)
    await clinic.stores.batches.save(clinic.company_id, batch.id, stalled)
    [message] = await clinic.messages()
    moved = replace(message, state=MessageState.SENDING, token="theirs", batch_id="another")
    await clinic.stores.messages.save(clinic.company_id, message.id, moved)
    assert await claim_batch(clinic.runtime, clinic.company_id, batch.id) is not None
    assert await clinic.messages() == [moved]
