"""Steps are planned one at a time: their chunks, their counts and their ledgers are their own."""

from collections import Counter

from shared.domain.channels.channel import Channel
from shared.domain.files.row_chunk import ROWS_PER_CHUNK
from shared.domain.fires.fire import Ledger, chunk_id
from shared.domain.job import QueueMessages
from shared.domain.messages.message import MessageState
from shared.usecases.fires.fire_campaign import fire_campaign
from shared.usecases.fires.requeue_failure import requeue_failure
from shared.usecases.run_job import run_job
from shared.views.ledger import count_fire
from tests.kit.builders import a_step
from tests.kit.clinic import Clinic, people

EMAIL = Channel("email")
MAIL = a_step(id="mail", channel=EMAIL, template_id="mail", sender_id="mails", address_field="email")
REFUSED, GOOD = "+1 212 555 0003", "+1 212 555 9999"


async def _ledgers(clinic: Clinic, fire_id: str) -> dict[str, Ledger]:
    fire = await clinic.stores.fires.get(clinic.company_id, fire_id)
    counted = await count_fire(clinic.runtime, clinic.company_id, fire)
    assert sum((step.ledger for step in counted.steps), Ledger()) == counted.ledger
    return {step.step_id: step.ledger for step in counted.steps}


async def test_each_step_has_its_own_chunks_and_a_ledger_that_adds_up(clinic: Clinic) -> None:
    count = ROWS_PER_CHUNK + 1
    without_mailbox, *others = people(count)
    await clinic.load({**without_mailbox, "Email": ""}, *others)
    await clinic.ready(steps=(a_step(), MAIL))
    clinic.runs_jobs = False
    fire = await fire_campaign(clinic.runtime, clinic.company_id, "reminders")
    jobs = [job for job in clinic.published if isinstance(job, QueueMessages)]
    assert {job.chunk_id for job in jobs} == {
        chunk_id(fire.id, step_id, number) for step_id in ("sms", "mail") for number in (0, 1)
    }
    assert (fire.planned, fire.chunk_count) == (2 * count, 4)
    untouched = Ledger(planned=count, pending=count)
    assert await _ledgers(clinic, fire.id) == {"sms": untouched, "mail": untouched}

    for job in jobs:
        if job.chunk_id == chunk_id(fire.id, "mail", 0):
            await run_job(clinic.runtime, job)
    mail = Ledger(planned=count, failed=1, pending=count - 1)
    assert await _ledgers(clinic, fire.id) == {"sms": untouched, "mail": mail}
    assert Counter(message.step_id for message in await clinic.messages()) == {"mail": ROWS_PER_CHUNK - 1}


async def test_whoever_the_provider_refused_is_found_again_in_any_chunk(clinic: Clinic) -> None:
    rows = people(ROWS_PER_CHUNK + 1)
    await clinic.load(*({**row, "Phone": "12"} for row in rows[:-1]), {**rows[-1], "Phone": REFUSED})
    await clinic.ready()
    await clinic.fire()
    [failure] = [one for one in await clinic.failures() if one.message_id is not None]
    done = await requeue_failure(clinic.runtime, clinic.company_id, failure.id, {"phone": GOOD})
    made = await clinic.stores.messages.get(clinic.company_id, done.requeued_as or "")
    assert (made.state, made.row_number) == (MessageState.SENT, ROWS_PER_CHUNK + 2)
    assert f"Hello P{ROWS_PER_CHUNK}," in made.body
