"""How a trial is disturbed: what a scenario does to the stack before and while its trial runs."""

import asyncio
import os
import random
import signal

from infra.local.simulator.outcomes import Answer
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import opt_out_id
from shared.domain.fires.fire import ChunkState
from shared.domain.messages.batch import BatchState
from shared.faults import Point
from shared.firestore.queries.fires import CHUNKS_BY_STATE
from shared.firestore.queries.messages import FIRE_BATCHES
from tests.faults.grpc_proxy import Failing
from tests.faults.laboratory import LEASE_SECONDS, Laboratory
from tests.faults.orders import Moment
from tests.faults.trial import Trial

Passage = tuple[Point, Moment]


async def undisturbed(lab: Laboratory, trial: Trial) -> None:
    """Nothing goes wrong."""


async def kill(passages: list[Passage], lab: Laboratory, trial: Trial, *, replies: bool) -> None:
    for point, moment in passages:
        lab.orders.give(point, moment, "kill")
    if replies:
        trial.acknowledges = True
        trial.meanwhile(_write(lab, trial, trial.numbers[0], "1"))


# Phones that are taken, and on which 1 is pressed: the simulator's fixed outcome by the last digits.
PRESSING = tuple(f"+1{area}5550035" for area in (212, 332, 347, 646, 718, 917, 929))


async def kill_at_key(lab: Laboratory, trial: Trial) -> None:
    """Who takes keys dies when it has stored one: that answer stands, and the others are stored too."""
    lab.orders.give("receive_reply", "after", "kill")

    async def has_first() -> bool:
        return any(message.disposition is not None for message in await trial.messages())

    async def look() -> None:
        await taken(lab, trial, "receive_reply", "after")
        await trial.until(has_first, seconds=60)

    trial.meanwhile(look())


async def _write(lab: Laboratory, trial: Trial, handset: str, text: str) -> None:
    """Write from the handset once it got its message."""

    async def has_it() -> bool:
        return any(message["handset"] == handset for message in await trial.accepted())

    await trial.until(has_it, seconds=60)
    await lab.simulator.reply(handset, text, sender=trial.account.number)


async def repeat(times: int, lab: Laboratory, trial: Trial, *, same_id: bool) -> None:
    trial.meanwhile(_push_all(times, lab, trial, same_id=same_id))


async def _push_all(times: int, lab: Laboratory, trial: Trial, *, same_id: bool) -> None:
    """Push whatever there is, again and again, until the trial is closed."""
    while (fire := await trial.fire()) is None or not fire.is_closed:
        jobs: list[tuple[str, dict[str, str]]] = []
        if fire is not None:
            for state in ChunkState:
                for chunk in await trial.stores.chunks.some(
                    trial.company_id, CHUNKS_BY_STATE, fire.id, state, limit=10
                ):
                    job = {"company_id": trial.company_id, "fire_id": fire.id, "chunk_id": chunk.id}
                    jobs.append(("queue_messages", job))
            for batch_state in BatchState:
                for batch in await trial.stores.batches.some(
                    trial.company_id, FIRE_BATCHES, fire.id, batch_state, limit=10
                ):
                    jobs.append(("send_batch", {"company_id": trial.company_id, "batch_id": batch.id}))
        pushes = [
            lab.push(function, job, message_id=f"job-{place}" if same_id else "")
            for place, (function, job) in enumerate(jobs)
            for _ in range(times)
        ]
        random.shuffle(pushes)
        await asyncio.gather(*pushes)
        await asyncio.sleep(0.1)


async def five_ticks(lab: Laboratory, trial: Trial) -> None:
    async def tick() -> None:
        while (fire := await trial.fire()) is None or not fire.is_closed:
            await asyncio.gather(
                *(
                    lab.stack.tick_now(name)
                    for name in ("fire_due_campaigns", "dispatch_due_batches", "sweep_stalled_work")
                    for _ in range(5)
                )
            )

    trial.meanwhile(tick())


async def stop(point: Point, moment: Moment, lab: Laboratory, trial: Trial) -> None:
    lab.orders.give(point, moment, "stop")

    async def let_go_on() -> None:
        pid = await taken(lab, trial, point, moment)
        await asyncio.sleep(LEASE_SECONDS + 0.5)
        pushing = asyncio.create_task(_push_all(2, lab, trial, same_id=False))  # another takes over
        await asyncio.sleep(4)
        os.kill(pid, signal.SIGCONT)
        await pushing
        await asyncio.sleep(2)  # what it wakes up to do may come after the fire was closed

    trial.meanwhile(let_go_on())


async def taken(lab: Laboratory, trial: Trial, point: Point, moment: Moment) -> int:
    """Wait until a process took the order; its pid."""

    async def is_taken() -> bool:
        return lab.orders.taker(point, moment) is not None

    await trial.until(is_taken, seconds=60)
    pid = lab.orders.taker(point, moment)
    assert pid is not None
    return pid


async def fail_firestore(failing: Failing, lab: Laboratory, trial: Trial) -> None:
    lab.firestore.failing = failing


async def fail_for(which: str, failing: Failing, seconds: float, lab: Laboratory, trial: Trial) -> None:
    proxy = lab.firestore if which == "firestore" else lab.pubsub

    async def go() -> None:
        async def is_firing() -> bool:
            return await trial.fire() is not None

        if which == "firestore":  # in the midst of sending
            await trial.until(is_firing, seconds=60)
        proxy.failing = failing
        await asyncio.sleep(seconds)
        proxy.failing = None

    trial.meanwhile(go())


async def answer_with(answer: Answer, seconds: float, lab: Laboratory, trial: Trial) -> None:
    for provider in ("twilio", "sendgrid", "ses", "meta"):
        await lab.simulator.ask_fault(provider, answer, seconds=seconds)


async def hold(point: Point, moment: Moment, lab: Laboratory, trial: Trial) -> None:
    """Keep a worker there until receipts have come."""
    lab.orders.give(point, moment, "wait")

    async def let_go_on() -> None:
        await taken(lab, trial, point, moment)
        await asyncio.sleep(2)
        lab.orders.release(point, moment)

    trial.meanwhile(let_go_on())


async def kill_after_late_receipt(lab: Laboratory, trial: Trial) -> None:
    await answer_with(Answer.RESET_ACCEPTED, 3600, lab, trial)
    lab.orders.give("record_receipt", "after", "kill")


async def write_stop(
    point: Point, moment: Moment, lab: Laboratory, trial: Trial, *, is_in_time: bool
) -> None:
    """The first person of the first group writes STOP while a worker waits at the point."""
    person = trial.numbers[0]
    if is_in_time:
        trial.refused.add(person)
    lab.orders.give(point, moment, "wait")

    async def is_stored() -> bool:
        key = opt_out_id(Channel("sms"), person)
        found = await trial.stores.opt_outs.find(trial.company_id, key)
        return found is not None and found.is_active

    async def write() -> None:
        await taken(lab, trial, point, moment)
        await lab.simulator.reply(person, "STOP", sender=trial.account.number)
        await trial.until(is_stored, seconds=20)
        lab.orders.release(point, moment)

    trial.meanwhile(write())
