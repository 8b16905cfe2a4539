"""A fire's books: a ledger for each step, which add up to the fire's. Counted, or as they closed."""

import asyncio
from collections import Counter
from collections.abc import Mapping

from msgspec import Struct

from shared.domain.companies.kept_for import LEAST_DAYS
from shared.domain.fires.fire import (
    ChunkState,
    Fire,
    FireProgress,
    Ledger,
    PlannedStep,
    ProgressStatus,
    StepLedger,
    status_of,
)
from shared.domain.messages.failure import FailureState
from shared.domain.messages.message import MessageState
from shared.firestore.queries.fires import STEP_CHUNKS, STEP_FAILURES
from shared.firestore.queries.messages import STEP_MESSAGES
from shared.runtime import Runtime
from shared.views.fire_outcomes import Outcomes, count_done_chunks, tally

# What failed is counted by its failures: some of it never became a message.
_COUNTED = tuple(state for state in MessageState if state is not MessageState.FAILED)


class CountedFire(Struct, frozen=True, kw_only=True):
    """A fire's books as they stand: the ledger of each step.

    `is_queued`: each recipient of the steps begun has its message or failure. `ended` are the steps of which
    nothing is pending and nothing more will be planned.
    """

    fire: Fire
    steps: tuple[StepLedger, ...]
    is_queued: bool
    ended: frozenset[str] = frozenset()

    @property
    def all_planned(self) -> bool:
        """Whether all is planned, of the steps begun and of those to come."""
        return self.is_queued and not self.fire.has_more

    @property
    def ledger(self) -> Ledger:
        """The fire's ledger: that of its steps together."""
        return sum((step.ledger for step in self.steps), Ledger())

    @property
    def status(self) -> ProgressStatus:
        """What the fire amounts to."""
        return status_of(self.fire, self.ledger, all_planned=self.all_planned)

    @property
    def percent(self) -> int:
        """Settled messages in percent, 100 only when all is planned and nothing is pending."""
        return self.ledger.percent if self.all_planned else min(self.ledger.percent, 99)


async def count_fire(
    runtime: Runtime, company_id: str, fire: Fire, outcomes: Outcomes | None = None
) -> CountedFire:
    """Count the fire's books from stored states; of what was read, from its `outcomes`."""
    done = outcomes.done_chunks if outcomes else await count_done_chunks(runtime, company_id, fire)
    counted = await asyncio.gather(
        *(
            _count_step(runtime, company_id, fire, step, outcomes, is_planned=_is_planned(fire, step, done))
            for step in fire.steps
        )
    )
    return CountedFire(
        fire=fire,
        steps=tuple(ledger for ledger, _ in counted),
        is_queued=fire.chunks_stored and all(is_planned for _, is_planned in counted),
        ended=frozenset(one.step_id for one, is_planned in counted if is_planned and not one.ledger.pending),
    )


def _is_planned(fire: Fire, step: PlannedStep, done_chunks: Mapping[str, int]) -> bool:
    """Whether all chunks of the step are planned."""
    return fire.chunks_stored and done_chunks[step.step_id] == step.chunk_count


async def _count_step(
    runtime: Runtime,
    company_id: str,
    fire: Fire,
    step: PlannedStep,
    outcomes: Outcomes | None,
    *,
    is_planned: bool,
) -> tuple[StepLedger, bool]:
    """The step's ledger, and whether all its chunks are planned."""
    (states, failed), filtered = await asyncio.gather(
        _count_outcomes(runtime, company_id, fire, step, outcomes),
        _filtered(runtime, company_id, fire, step),
    )
    at_work = states[MessageState.QUEUED] + states[MessageState.SENDING]
    sent, skipped, unknown = (
        states[state] for state in (MessageState.SENT, MessageState.SKIPPED, MessageState.UNKNOWN)
    )
    settled = sent + skipped + failed + unknown
    planned = settled + at_work if fire.is_standing else step.planned - filtered
    ledger = Ledger(
        planned=planned,
        sent=sent,
        skipped=skipped,
        failed=failed,
        unknown=unknown,
        pending=at_work if is_planned else planned - settled,  # not queued yet is pending
        filtered=filtered,
    )
    return StepLedger(step_id=step.step_id, ledger=ledger), is_planned


async def _count_outcomes(
    runtime: Runtime, company_id: str, fire: Fire, step: PlannedStep, outcomes: Outcomes | None
) -> tuple[Mapping[str, int], int]:
    """How many of the step's messages are in each state, and how many failures are open."""
    if outcomes is not None:
        states = tally(outcomes.messages, "state", step_id=step.step_id)
        return states, outcomes.failed[step.step_id]
    stores, key = runtime.stores, (fire.id, step.step_id)
    *counts, failed = await asyncio.gather(
        *(stores.messages.count(company_id, STEP_MESSAGES, *key, state) for state in _COUNTED),
        stores.failures.count(company_id, STEP_FAILURES, *key, FailureState.OPEN),
    )
    return Counter(dict(zip(_COUNTED, counts, strict=True))), failed


async def _filtered(runtime: Runtime, company_id: str, fire: Fire, step: PlannedStep) -> int:
    """How many of the step's recipients the campaign's row filter did not take, as far as chunks are done."""
    if not fire.has_row_filter:
        return 0
    values = (fire.id, step.step_id, ChunkState.DONE)
    return await runtime.stores.chunks.sum(company_id, STEP_CHUNKS, *values, field="filtered")


async def is_past_keeping(runtime: Runtime, company_id: str, fire: Fire) -> bool:
    """Whether the fire's messages are being deleted for their age. A young one's company is not asked."""
    longest, now = runtime.settings.retention_days, runtime.now()
    if not fire.is_past_retention(now, min(LEAST_DAYS, longest)):
        return False
    company = await runtime.stores.companies.find(company_id)
    return fire.is_past_retention(now, company.kept_for.messages_days(longest) if company else longest)


async def kept_progress(runtime: Runtime, company_id: str, fire: Fire) -> FireProgress | None:
    """The last summary of a fire so old that its messages are being deleted: no count is true any more."""
    if not fire.is_closed or not await is_past_keeping(runtime, company_id, fire):
        return None
    return await runtime.stores.fire_progress.find(company_id, fire.id)
