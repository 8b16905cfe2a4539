"""Fires: runs of campaigns, and how one stands at this moment."""

import asyncio

from msgspec import Struct

from shared.domain.errors import NotFound
from shared.domain.fires.fire import Fire, FireProgress, FireState
from shared.domain.fires.group_resend import GroupResend
from shared.domain.fires.pace import Pace
from shared.domain.messages.message import MessageState
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.firestore.kit.query import Match
from shared.firestore.queries.lists import FIRES
from shared.firestore.queries.messages import FIRE_MESSAGES_BY_STATE
from shared.runtime import Runtime
from shared.views.fire_outcomes import Outcomes, read_outcomes
from shared.views.fire_pace import Ends, measure_pace, read_ends
from shared.views.kit.paging import Page, PageAsked, page_of
from shared.views.ledger import CountedFire, count_fire
from shared.views.waiting import explain_waiting

REASONS_LOOKED_AT = 500


class LiveFire(Struct, frozen=True, kw_only=True):
    """A fire as counted now, and its newest stored summary, if there is one.

    `waits_for` says what holds it back, a sentence each; `note` what is to be known of it; `pace` how fast it
    goes while it is open.
    """

    books: CountedFire
    progress: FireProgress | None
    waits_for: list[str]
    note: str
    pace: Pace | None = None


class FireAround(Struct, frozen=True, kw_only=True):
    """What is shown of a fire beside its books: read at the same time, as it follows from none of them."""

    progress: FireProgress | None
    waits_for: list[str]
    ends: Ends | None


class SeenFire(Struct, frozen=True, kw_only=True):
    """A fire's books as counted now; of a small one with what became of each message."""

    books: CountedFire
    outcomes: Outcomes | None


async def list_fires(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    campaign_id: str | None = None,
    file_id: str | None = None,
    state: FireState | None = None,
    is_closed: bool | None = None,
) -> Page[Fire]:
    """Runs that match every filter given, newest first; planned without whom a row filter did not take."""
    for_file = (Match("file_ids", file_id),) if file_id is not None else ()
    found = await page_of(
        runtime.stores.fires,
        company_id,
        asked,
        FIRES,
        for_file,
        campaign_id=campaign_id,
        state=state,
        is_closed=is_closed,
    )
    counted = await runtime.stores.fire_progress.find_many(company_id, [fire.id for fire in found.items])
    items = [_without_filtered(fire, counted.get(fire.id)) for fire in found.items]
    return replace(found, items=items)


def _without_filtered(fire: Fire, progress: FireProgress | None) -> Fire:
    """The fire as its newest summary knows it; what was filtered since is in the next one."""
    filtered = {one.step_id: one.ledger.filtered for one in progress.steps} if progress else {}
    steps = (replace(one, planned=one.planned - filtered.get(one.step_id, 0)) for one in fire.steps)
    return replace(fire, steps=tuple(steps))


async def get_fire(runtime: Runtime, company_id: str, fire_id: str) -> Fire:
    """One run, as it was started. Raises NotFound."""
    return await runtime.stores.fires.get(company_id, fire_id)


async def see_fire(runtime: Runtime, company_id: str, fire: Fire) -> SeenFire:
    """One run, counted now."""
    outcomes = await read_outcomes(runtime, company_id, fire)
    return SeenFire(books=await count_fire(runtime, company_id, fire, outcomes), outcomes=outcomes)


async def get_live_fire(runtime: Runtime, company_id: str, fire_id: str) -> LiveFire:
    """One run, counted now. Raises NotFound."""
    return await live_now(runtime, company_id, await runtime.stores.fires.get(company_id, fire_id))


async def live_now(runtime: Runtime, company_id: str, fire: Fire) -> LiveFire:
    """The same of a run that was read just now."""
    seen, around = await asyncio.gather(
        see_fire(runtime, company_id, fire), look_around(runtime, company_id, fire)
    )
    return await live_fire(runtime, company_id, seen, around)


async def look_around(runtime: Runtime, company_id: str, fire: Fire) -> FireAround:
    """What is shown beside the fire's books."""
    progress, waits_for, ends = await asyncio.gather(
        runtime.stores.fire_progress.find(company_id, fire.id),
        explain_waiting(runtime, company_id, fire),
        read_ends(runtime, company_id, fire),
    )
    return FireAround(progress=progress, waits_for=waits_for, ends=ends)


async def live_fire(runtime: Runtime, company_id: str, seen: SeenFire, around: FireAround) -> LiveFire:
    """One run, as it was seen just now."""
    books, holds, pace = seen.books, around.waits_for, None
    if around.ends is not None:
        pace = await measure_pace(runtime, company_id, books, around.ends, holds, seen.outcomes)
    return LiveFire(
        books=books,
        progress=around.progress,
        waits_for=holds,
        pace=pace,
        note=" ".join(filter(None, (books.fire.note, await _nobody_got_it(runtime, company_id, books)))),
    )


async def _nobody_got_it(runtime: Runtime, company_id: str, books: CountedFire) -> str:
    """That all had the message before; empty when somebody got it, or there is another reason."""
    ledger = books.ledger
    if not ledger.planned or ledger.skipped < ledger.planned:
        return ""
    reasons = runtime.stores.messages.each_value(
        company_id,
        FIRE_MESSAGES_BY_STATE,
        books.fire.id,
        MessageState.SKIPPED,
        field="reason",
        limit=REASONS_LOOKED_AT,
    )
    if {reason async for reason in reasons} != {SkipReason.ALREADY_SENT}:
        return ""
    return (
        f"Nothing was sent: all {ledger.planned:,} messages had gone out before, in other fires. Fire with "
        "send_again for whom should get theirs once more."
    )


async def get_resend(runtime: Runtime, company_id: str, fire_id: str, resend_id: str) -> GroupResend:
    """A resend to groups of this fire. Raises NotFound."""
    resends = runtime.stores.group_resends
    found = await resends.get(company_id, resend_id)
    if found.fire_id != fire_id:
        raise NotFound(resends.kind, resend_id)
    return found
