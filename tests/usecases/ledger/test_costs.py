"""What a fire cost is what the databases, topics and providers saw, attempt by attempt."""

from collections import Counter
from collections.abc import Sequence
from datetime import timedelta
from typing import Any

import grpc

from shared import log
from shared.domain.fires.fire import Fire
from shared.domain.fires.fire_cost import FireCost
from shared.domain.job import SendBatch
from shared.domain.messages.batch import BatchState
from shared.domain.record import replace
from shared.usecases.ledger.count_costs import count_costs
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.sending.dispatch_due_batches import dispatch_due_batches
from shared.usecases.upkeep.sweep_stalled_work import sweep_stalled_work
from tests.faults.grpc_proxy import Failing
from tests.kit.builders import a_step, a_template
from tests.kit.measured import Measured

PEOPLE = [{"Patient": f"P{n}", "Phone": f"+1 212 555 {2000 + n}", "Email": f"p{n}@x.com"} for n in range(7)]
MAIL = a_step(id="mail", channel="email", template_id="mail", sender_id="mails", address_field="email")
TWO_PARTS = "{{ name }}" + 200 * "x"


async def fired(measured: Measured, **changes: Any) -> Fire:
    """A fire whose chunk is announced and nothing more."""
    clinic = measured.clinic
    clinic.runs_jobs = False
    await clinic.stores.templates.save(clinic.company_id, "reminder", a_template(body=TWO_PARTS))
    await clinic.load(*PEOPLE)
    await clinic.ready(**changes)
    return await clinic.fire()


def amounts(costs: Sequence[FireCost], *names: str) -> list[dict[str, int]]:
    return [{name: cost.amounts[name] for name in names if name in cost.amounts} for cost in costs]


async def test_every_job_counts_what_was_seen_of_it(measured: Measured) -> None:
    fire = await fired(measured, steps=(a_step(), MAIL))
    seen = await measured.run_all()
    costs = await measured.costs()
    assert [cost.job for cost in costs] == [*["queue_messages"] * 2, *["send_batch"] * 2]  # a step each
    assert amounts(costs, "reads", "writes", "publishes") == [dict(one) for one in seen]
    texts, mails = await measured.clinic.accepted("+12125552000"), await measured.clinic.accepted("p0@x.com")
    assert (len(texts), len(mails)) == (1, 1)
    report = await measured.clinic.report(fire)
    assert report.ledger.sent == 14
    total: Counter[str] = sum(seen, Counter())
    assert report.costs == {
        **total,
        "invocations": 4,
        "provider_calls": 7 + 1,  # a text each, and all mails in one request
        "sms_parts": 14,
        "emails": 7,
        **dict.fromkeys(("call_minutes", "instagram_messages", "messenger_messages", "whatsapp_messages"), 0),
    }
    assert (report.estimated_cost, report.currency) == ("0.1190", "USD")


async def test_attempts_that_were_aborted_are_counted_with_their_reads(measured: Measured) -> None:
    fire = await fired(measured)
    measured.proxy.failing = Failing(
        code=grpc.StatusCode.ABORTED, moment="before", methods=("Commit",), every=3
    )
    seen = await measured.run_all()
    measured.proxy.failing = None
    assert measured.proxy.failed >= 3
    assert amounts(await measured.costs(), "reads", "writes", "publishes") == [dict(one) for one in seen]
    assert (await measured.clinic.report(fire)).ledger.sent == 7


async def test_a_job_that_comes_again_costs_again_and_a_summary_changes_nothing(measured: Measured) -> None:
    fire = await fired(measured)
    await measured.run_all()
    before = (await measured.clinic.report(fire)).costs
    [batch] = await measured.clinic.batches()
    job = SendBatch(company_id="acme", batch_id=batch.id)  # as jobs were before they named their fire
    again = [await measured.run(job) for _ in range(2)]
    assert [dict(one) for one in again] == [{"reads": 1, "writes": 1}] * 2
    after = (await measured.clinic.report(fire)).costs
    for unit, more in {"reads": 2, "writes": 2, "invocations": 2}.items():
        assert after[unit] == before[unit] + more
    for unit in ("publishes", "provider_calls", "sms_parts"):
        assert after[unit] == before[unit]
    for _ in range(2):
        await summarize_fire(measured.clinic.runtime, "acme", fire.id)
        assert (await measured.clinic.report(fire)).costs == after


async def test_of_a_tick_only_what_it_does_for_the_fire_is_the_fires(measured: Measured) -> None:
    await fired(measured)
    clinic, runtime = measured.clinic, measured.clinic.runtime
    await measured.run(measured.waiting.pop())
    measured.waiting.clear()
    [batch] = await clinic.batches()
    later = replace(batch, state=BatchState.WAITING, planned_start=runtime.now() + timedelta(seconds=60))
    await clinic.stores.batches.save("acme", batch.id, later)
    for tick in (dispatch_due_batches, sweep_stalled_work):
        async with count_costs(runtime, tick.__name__, is_for_one_fire=False):
            await tick(runtime, runtime.now())
    _, dispatched, swept = await measured.costs()
    assert amounts([dispatched], "reads", "writes", "publishes", "invocations") == [
        {"reads": 1, "writes": 2, "publishes": 1}  # the batch, marked and announced; the count itself
    ]
    assert swept.job == "sweep_stalled_work"
    assert amounts([swept], "publishes", "invocations") == [{}]
    assert swept.amounts["reads"] >= 8  # the ledger, counted anew
    assert measured.waiting == [SendBatch(company_id="acme", batch_id=batch.id, fire_id=batch.fire_id)]


async def test_counts_that_cannot_be_stored_keep_no_message_back(measured: Measured) -> None:
    fire = await fired(measured)
    await measured.run(measured.waiting.pop())

    async with count_costs(measured.clinic.runtime, "send_batch", is_for_one_fire=True):
        with log.context(company_id="acme", fire_id=fire.id):
            await summarize_fire(measured.clinic.runtime, "acme", fire.id)
        measured.proxy.failing = Failing(code=grpc.StatusCode.UNAVAILABLE, moment="before")
    assert measured.proxy.failed
    measured.proxy.failing = None
    assert len(await measured.costs()) == 1
