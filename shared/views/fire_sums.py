"""What fires came to, in counts that add up: of their messages, failures, replies and costs."""

import asyncio
from collections import Counter
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.reply_option import Disposition
from shared.domain.fires.fire import Fire
from shared.domain.fires.fire_cost import all_units
from shared.domain.fires.fire_sums import Counts, FireSums, answer_key
from shared.domain.messages.failure import FailureState
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.firestore.kit.query import Match
from shared.firestore.queries.fires import FIRE_COSTS, FIRE_FAILURES
from shared.firestore.queries.lists import REPLIES
from shared.firestore.queries.messages import FIRE_ANSWERS, FIRE_REPLIES
from shared.runtime import Runtime
from shared.views.fire_outcomes import MOST_READ, Outcomes, is_small, read_outcomes
from shared.views.ledger import CountedFire, count_fire
from shared.views.message_sums import Fires, count_each, count_kinds, count_messages, sum_messages

MOST_COSTS_READ = 100  # attempts of jobs: a document each, where a sum is one for each unit
_REPLY_FIELDS = ("meaning", "disposition", "received_at")
_Replies = tuple[Counts, Counts]  # replies by meaning, and answers by when they came


class SmallFire(Struct, frozen=True, kw_only=True):
    """A fire that was read, and what that comes to."""

    outcomes: Outcomes
    sums: FireSums


async def sum_fires(runtime: Runtime, company_id: str, fires: Fires, tallied: int) -> FireSums:
    """Count these fires together.

    `tallied` values of each kind are read for their reasons, and as many answers of each kind for their
    times; more are BEYOND.
    """
    messages, by_kind, (replies, answers), costs = await asyncio.gather(
        count_messages(runtime, company_id, fires, tallied),
        count_kinds(runtime, company_id, FIRE_FAILURES, fires, FailureState.OPEN, "kind", tallied),
        _count_replies(runtime, company_id, fires, tallied),
        _add_costs(runtime, company_id, fires),
    )
    return replace(messages, failed=by_kind, replies=replies, answers=answers, costs=costs)


async def read_small(runtime: Runtime, company_id: str, fire: Fire, tallied: int) -> SmallFire | None:
    """The same of one small fire, of which all is read at once; None for one that is counted."""
    if not is_small(fire):
        return None
    fires = (fire.id,)
    outcomes, (replies, answers), costs = await asyncio.gather(
        read_outcomes(runtime, company_id, fire, with_kinds=tallied >= MOST_READ),
        _read_replies(runtime, company_id, fires, tallied),
        _read_costs(runtime, company_id, fires),
    )
    if outcomes is None:
        return None
    by_kind = outcomes.failed_kinds
    if by_kind is None:
        by_kind = await count_kinds(
            runtime, company_id, FIRE_FAILURES, fires, FailureState.OPEN, "kind", tallied
        )
    sums = replace(sum_messages(outcomes), failed=by_kind, replies=replies, answers=answers, costs=costs)
    return SmallFire(outcomes=outcomes, sums=sums)


async def count_all(
    runtime: Runtime, company_id: str, fire: Fire, tallied: int
) -> tuple[CountedFire, FireSums, Outcomes | None]:
    """The fire's books and sums as they stand: those of a small fire from one reading, which is given too."""
    small = await read_small(runtime, company_id, fire, tallied)
    if small is not None:
        books = await count_fire(runtime, company_id, fire, small.outcomes)
        return books, small.sums, small.outcomes
    books, sums = await asyncio.gather(
        count_fire(runtime, company_id, fire), sum_fires(runtime, company_id, (fire.id,), tallied)
    )
    return books, sums, None


async def _read_replies(runtime: Runtime, company_id: str, fires: Fires, tallied: int) -> _Replies:
    """All replies of one fire, where they are few."""
    matches = tuple((Match("fire_id", fire_id),) for fire_id in fires)
    found = await runtime.stores.replies.newest_fields(
        company_id, REPLIES, _REPLY_FIELDS, limit=MOST_READ + 1, matches=matches
    )
    if len(found) > MOST_READ:
        return await _count_replies(runtime, company_id, fires, tallied)
    answers = (one for one in found if one.get("disposition"))
    return (
        Counter(str(one["meaning"]) for one in found),
        Counter(answer_key(one["received_at"], one["disposition"]) for one in answers),
    )


async def _count_replies(runtime: Runtime, company_id: str, fires: Fires, tallied: int) -> _Replies:
    replies, *answers = await asyncio.gather(
        count_each(runtime, company_id, FIRE_REPLIES, fires, ReplyMeaning),
        *(_answers(runtime, company_id, fires, kind, tallied) for kind in Disposition),
    )
    return replies, sum(answers, Counter[str]())


async def _answers(runtime: Runtime, company_id: str, fires: Fires, kind: Disposition, most: int) -> Counts:
    values = runtime.stores.replies.each_value(
        company_id, FIRE_ANSWERS, fires, kind, field="received_at", limit=most
    )
    return Counter([answer_key(one, kind) async for one in values if isinstance(one, datetime)])


async def _read_costs(runtime: Runtime, company_id: str, fires: Fires) -> Counts:
    """The same as `_add_costs`, where few jobs had to do with the fires."""
    values = runtime.stores.fire_costs.each_value(
        company_id, FIRE_COSTS, fires, field="amounts", limit=MOST_COSTS_READ + 1
    )
    found = [one async for one in values]
    if len(found) > MOST_COSTS_READ:
        return await _add_costs(runtime, company_id, fires)
    costs = Counter(dict.fromkeys(all_units(), 0))
    for amounts in found:
        costs.update(
            {unit: amounts.get(unit, 0) for unit in all_units()} if isinstance(amounts, dict) else {}
        )
    return costs


async def _add_costs(runtime: Runtime, company_id: str, fires: Fires) -> Counts:
    """What all attempts of all jobs have used, by unit, those of zero too."""
    costs, units = runtime.stores.fire_costs, all_units()
    amounts = await asyncio.gather(
        *(costs.sum(company_id, FIRE_COSTS, fires, field=f"amounts.{unit}") for unit in units)
    )
    return Counter(dict(zip(units, amounts, strict=True)))
