"""What goes wrong: a scenario is a row of the table, disturbs one trial, and says what may stay unknown."""

import asyncio
import os
import random
import signal
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from functools import partial

import grpc

from infra.local.simulator.outcomes import Answer
from shared.domain.batch import BatchState
from shared.domain.channel import Channel
from shared.domain.fire import ChunkState
from shared.domain.opt_out import opt_out_id
from shared.faults import POINTS, Point
from shared.firestore.queries import CHUNKS_BY_STATE, FIRE_BATCHES
from tests.faults.grpc_proxy import Failing
from tests.faults.laboratory import LEASE_SECONDS, Laboratory
from tests.faults.orders import Moment
from tests.faults.trial import Trial

Disturb = Callable[[Laboratory, Trial], Awaitable[None]]
Passage = tuple[Point, Moment]
TEXTS = (Channel.SMS,)
OUTAGE_SECONDS = 60
# A process that dies inside a transaction leaves its locks until Firestore ends the transaction: a minute.
SETTLED_WITHIN = 150
# Numbers by the simulator's fixed outcomes: receipts twice, last first, never, and as usual.
RECEIPT_DIGITS = (9, 10, 11, 1, 12)


@dataclass(frozen=True, kw_only=True, slots=True)
class Scenario:
    """`disturb` runs before the trial starts; what it does beside it, it hands to `Trial.meanwhile`."""

    name: str
    disturb: Disturb
    may_be_unknown: bool = False
    channels: tuple[Channel, ...] = (Channel.SMS, Channel.EMAIL)
    digits: tuple[int, ...] = ()
    window_closes_in: float | None = None
    seconds: float = SETTLED_WITHIN


async def undisturbed(lab: Laboratory, trial: Trial) -> None:
    """Nothing goes wrong."""


# A group that was marked `sending` and then lost its worker: nobody can know that nothing left.
_LEAVES_UNKNOWN: set[Passage] = {("intend_messages", "after"), ("send_batch.call", "before")}
# What must have gone wrong first, so that anybody comes to the point.
_LOST_CALL: Passage = ("send_batch.call", "before")
_FIRST: dict[Point, Passage] = {
    "claim_batch.give_up": _LOST_CALL,
    "sweep.publish_files": ("claim_file.lease", "before"),
    "sweep.publish_chunks": ("store_chunks.publish", "before"),
    "sweep.publish_batches": ("queue_messages.publish", "before"),
}
_NEEDS_CLOSED_WINDOW: tuple[Point, ...] = ("replan_messages.reserve", "replan_messages.move")
_NEEDS_REPLY: tuple[Point, ...] = ("receive_reply",)


def kills() -> Iterator[Scenario]:
    """SIGKILL at every point, just before and just after."""
    for point in POINTS:
        for moment in ("before", "after"):
            passages: list[Passage] = [*([_FIRST[point]] if point in _FIRST else []), (point, moment)]
            yield Scenario(
                name=f"kill {moment} {point}",
                disturb=partial(_kill, passages, replies=point in _NEEDS_REPLY),
                may_be_unknown=bool(_LEAVES_UNKNOWN & set(passages)),
                window_closes_in=7 if point in _NEEDS_CLOSED_WINDOW else None,
            )


async def _kill(passages: list[Passage], lab: Laboratory, trial: Trial, *, replies: bool) -> None:
    for point, moment in passages:
        lab.orders.give(point, moment, "kill")
    if replies:
        trial.meanwhile(_write(lab, trial, trial.numbers[0], "1"))


async def _write(lab: Laboratory, trial: Trial, handset: str, text: str) -> None:
    """Write from the handset once it got its message."""

    async def has_it() -> bool:
        return any(message["handset"] == handset for message in await trial.accepted())

    await trial.until(has_it, seconds=60)
    await lab.simulator.reply(handset, text, sender=trial.account.number)


def deliveries() -> Iterator[Scenario]:
    """Jobs that come more than once, late, in any order; many workers; ticks at once."""
    yield Scenario(name="every job three times, same message id", disturb=partial(_repeat, 3, same_id=True))
    yield Scenario(
        name="every job three times, new ids, shuffled", disturb=partial(_repeat, 3, same_id=False)
    )
    for workers in (2, 4, 8):
        yield Scenario(
            name=f"{workers} workers on one batch", disturb=partial(_repeat, workers, same_id=False)
        )
    yield Scenario(name="ticks fired five times at once", disturb=_five_ticks)


async def _repeat(times: int, lab: Laboratory, trial: Trial, *, same_id: bool) -> None:
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


async def _five_ticks(lab: Laboratory, trial: Trial) -> None:
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


def pauses() -> Iterator[Scenario]:
    """SIGSTOP of a worker for longer than its lease, around its intent and its call."""
    passages: tuple[Passage, ...] = (
        ("intend_messages", "before"),
        ("intend_messages", "after"),
        ("send_batch.call", "before"),
        ("send_batch.call", "after"),
        ("record_results", "before"),
    )
    for point, moment in passages:
        yield Scenario(
            name=f"SIGSTOP {moment} {point}, longer than the lease",
            disturb=partial(_stop, point, moment),
        )


async def _stop(point: Point, moment: Moment, lab: Laboratory, trial: Trial) -> None:
    lab.orders.give(point, moment, "stop")

    async def let_go_on() -> None:
        pid = await _taken(lab, trial, point, moment)
        await asyncio.sleep(LEASE_SECONDS + 3)
        os.kill(pid, signal.SIGCONT)

    trial.meanwhile(let_go_on())


async def _taken(lab: Laboratory, trial: Trial, point: Point, moment: Moment) -> int:
    async def is_taken() -> bool:
        return lab.orders.taker(point, moment) is not None

    await trial.until(is_taken, seconds=60)
    pid = lab.orders.taker(point, moment)
    assert pid is not None
    return pid


def databases() -> Iterator[Scenario]:
    """Firestore fails commits before and after it applied them, and reads; Pub/Sub is gone."""
    for code in (
        grpc.StatusCode.ABORTED,
        grpc.StatusCode.UNAVAILABLE,
        grpc.StatusCode.DEADLINE_EXCEEDED,
    ):
        for moment in ("before", "after"):
            failing = Failing(code=code, moment=moment, methods=("Commit",), every=3)
            yield Scenario(
                name=f"every third commit {code.name} {moment} it applied",
                disturb=partial(_fail_firestore, failing),
            )
        reads = Failing(code=code, moment="before", methods=("BatchGetDocuments", "RunQuery"), every=7)
        yield Scenario(
            name=f"every seventh read {code.name}",
            disturb=partial(_fail_firestore, reads),
        )
    gone = Failing(code=grpc.StatusCode.UNAVAILABLE, moment="before")
    yield Scenario(
        name="Firestore gone for ten seconds",
        disturb=partial(_gone, "firestore", gone, 10),
        may_be_unknown=True,
    )
    yield Scenario(
        name="Pub/Sub gone for a minute", disturb=partial(_gone, "pubsub", gone, OUTAGE_SECONDS), seconds=240
    )


async def _fail_firestore(failing: Failing, lab: Laboratory, trial: Trial) -> None:
    lab.firestore.failing = failing


async def _gone(which: str, failing: Failing, seconds: float, lab: Laboratory, trial: Trial) -> None:
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


def providers() -> Iterator[Scenario]:
    """What providers do."""
    yield Scenario(
        name="provider 429 for a minute",
        disturb=partial(_answer, Answer.THROTTLED, OUTAGE_SECONDS),
        seconds=300,
    )
    for name, answer, is_unknown in (
        ("provider 500, not accepted", Answer.ERROR, True),
        ("provider 500, accepted", Answer.ERROR_ACCEPTED, False),
        ("time-out after acceptance", Answer.TIMEOUT_ACCEPTED, False),
        ("reset after acceptance", Answer.RESET_ACCEPTED, False),
        ("half an answer", Answer.HALF_ACCEPTED, False),
    ):
        yield Scenario(name=name, disturb=partial(_answer, answer, 3600), may_be_unknown=is_unknown)
    yield Scenario(name="receipts before our own write", disturb=partial(_hold, "record_results", "before"))
    yield Scenario(
        name="receipts twice, last first, never", disturb=undisturbed, channels=TEXTS, digits=RECEIPT_DIGITS
    )
    yield Scenario(
        name="accepted without an answer, killed after the receipt",
        disturb=_kill_after_late_receipt,
    )


async def _answer(answer: Answer, seconds: float, lab: Laboratory, trial: Trial) -> None:
    for provider in ("twilio", "sendgrid"):
        await lab.simulator.ask_fault(provider, answer, seconds=seconds)


async def _hold(point: Point, moment: Moment, lab: Laboratory, trial: Trial) -> None:
    """Keep a worker there until receipts have come."""
    lab.orders.give(point, moment, "wait")

    async def let_go_on() -> None:
        await _taken(lab, trial, point, moment)
        await asyncio.sleep(2)
        lab.orders.release(point, moment)

    trial.meanwhile(let_go_on())


async def _kill_after_late_receipt(lab: Laboratory, trial: Trial) -> None:
    await _answer(Answer.RESET_ACCEPTED, 3600, lab, trial)
    lab.orders.give("record_receipt", "after", "kill")


def refusals() -> Iterator[Scenario]:
    """STOP at each gap: what has not been marked `sending` does not go out."""
    passages: tuple[tuple[Point, Moment], ...] = (
        ("start_fire", "before"),
        ("store_chunks.publish", "before"),
        ("queue_messages.claim", "before"),
        ("store_writes", "before"),
        ("store_writes", "after"),
        ("queue_messages.publish", "before"),
        ("claim_batch.lease", "before"),
        ("claim_batch.lease", "after"),
        ("intend_messages", "before"),
        ("intend_messages", "after"),
        ("send_batch.call", "before"),
        ("send_batch.call", "after"),
        ("record_results", "before"),
        ("close_batch", "before"),
    )
    too_late = passages.index(("intend_messages", "after"))
    for place, (point, moment) in enumerate(passages):
        yield Scenario(
            name=f"STOP {moment} {point}",
            disturb=partial(_stop_word, point, moment, is_in_time=place < too_late),
            channels=TEXTS,
        )


async def _stop_word(
    point: Point, moment: Moment, lab: Laboratory, trial: Trial, *, is_in_time: bool
) -> None:
    """The first person of the first group writes STOP while a worker waits at the point."""
    person = trial.numbers[0]
    if is_in_time:
        trial.refused.add(person)
    lab.orders.give(point, moment, "wait")

    async def is_stored() -> bool:
        key = opt_out_id(Channel.SMS, person)
        found = await trial.stores.opt_outs.find(trial.company_id, key)
        return found is not None and found.is_active

    async def write() -> None:
        await _taken(lab, trial, point, moment)
        await lab.simulator.reply(person, "STOP", sender=trial.account.number)
        await trial.until(is_stored, seconds=20)
        lab.orders.release(point, moment)

    trial.meanwhile(write())


def scenarios() -> list[Scenario]:
    """All of them, in the order of the table."""
    calm = Scenario(name="nothing", disturb=undisturbed)
    return [calm, *kills(), *deliveries(), *pauses(), *databases(), *providers(), *refusals()]


SHORT = (
    "kill after intend_messages",
    "kill after send_batch.call",
    "every job three times, new ids, shuffled",
    "STOP before intend_messages",
)
