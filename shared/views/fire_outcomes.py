"""What became of each message of a small fire: one question, where counts are one for each sum."""

import asyncio
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from msgspec import Struct

from shared.domain.fires.fire import ChunkState, Fire
from shared.domain.messages.failure import FailureState
from shared.firestore.kit.query import Match
from shared.firestore.queries.fires import STEP_CHUNKS, STEP_FAILURES
from shared.firestore.queries.lists import FAILURES, MESSAGES
from shared.runtime import Runtime

# Messages: a document is read for each, where a count reads one for a thousand.
MOST_READ = 500
FIELDS = (
    *("step_id", "channel", "state", "reason"),
    *("delivery", "delivery_code", "disposition", "sending_at"),
)

Outcome = Mapping[str, Any]  # the fields of a message that it has, and its id
_Failed = tuple[Mapping[str, int], Counter[str] | None]  # by step, and by kind


class Outcomes(Struct, frozen=True, kw_only=True):
    """All of a small fire: its messages with their id and FIELDS, the newest first; by step, how many
    failures are open, and how many chunks were planned before the messages were read.

    `failed_kinds` are the failures by kind, where that was asked for and they are few.
    """

    messages: Sequence[Outcome]
    failed: Mapping[str, int]
    done_chunks: Mapping[str, int]
    failed_kinds: Counter[str] | None = None


def is_small(fire: Fire) -> bool:
    """Whether its messages are read, and not counted."""
    return fire.planned <= MOST_READ


async def read_outcomes(
    runtime: Runtime, company_id: str, fire: Fire, *, with_kinds: bool = False
) -> Outcomes | None:
    """As they stand; None for a fire of more than MOST_READ."""
    if not is_small(fire):
        return None
    done_chunks = await count_done_chunks(runtime, company_id, fire)  # first: what they made is there then
    failures = _read_failures if with_kinds else _count_failures
    messages, (failed, kinds) = await asyncio.gather(
        read_messages(runtime, company_id, fire), failures(runtime, company_id, fire)
    )
    if messages is None:
        return None
    return Outcomes(messages=messages, failed=failed, done_chunks=done_chunks, failed_kinds=kinds)


async def read_messages(runtime: Runtime, company_id: str, fire: Fire) -> Sequence[Outcome] | None:
    """The messages of a small fire alone, the newest first; None where there are more than MOST_READ."""
    matches = ((Match("fire_id", fire.id),),)
    found = await runtime.stores.messages.newest_fields(
        company_id, MESSAGES, FIELDS, limit=MOST_READ + 1, matches=matches
    )
    return found if len(found) <= MOST_READ else None


async def count_done_chunks(runtime: Runtime, company_id: str, fire: Fire) -> dict[str, int]:
    """How many chunks of each step are planned."""
    chunks, steps = runtime.stores.chunks, [one.step_id for one in fire.steps]
    counts = await asyncio.gather(
        *(chunks.count(company_id, STEP_CHUNKS, fire.id, one, ChunkState.DONE) for one in steps)
    )
    return dict(zip(steps, counts, strict=True))


async def _read_failures(runtime: Runtime, company_id: str, fire: Fire) -> _Failed:
    """The open ones, where they are few: one question for both counts."""
    matches = ((Match("fire_id", fire.id),), (Match("state", FailureState.OPEN),))
    found = await runtime.stores.failures.newest_fields(
        company_id, FAILURES, ("step_id", "kind"), limit=MOST_READ + 1, matches=matches
    )
    if len(found) > MOST_READ:
        return await _count_failures(runtime, company_id, fire)
    return tally(found, "step_id"), tally(found, "kind")


async def _count_failures(runtime: Runtime, company_id: str, fire: Fire) -> _Failed:
    failures, steps = runtime.stores.failures, [one.step_id for one in fire.steps]
    counts = await asyncio.gather(
        *(failures.count(company_id, STEP_FAILURES, fire.id, one, FailureState.OPEN) for one in steps)
    )
    return dict(zip(steps, counts, strict=True)), None


def tally(outcomes: Iterable[Outcome], by: str, **equal: str) -> Counter[str]:
    """How many of those with these values have which value of `by`; an empty text stands for none."""
    matching = (one for one in outcomes if all(one.get(name) == value for name, value in equal.items()))
    return Counter(str(one.get(by) or "") for one in matching)
