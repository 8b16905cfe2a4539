"""Give all emails that wait for it their mailbox and their time; those that have theirs keep it.

After a change also those move that have to. Killed anywhere, the next worker finds who is left.
"""

import asyncio
from collections.abc import Mapping
from collections.abc import Sequence as Ordered
from datetime import UTC, datetime
from functools import partial
from typing import Any

from shared import log
from shared.domain.sequences.load import packed_loads
from shared.domain.sequences.scheduled_email import ScheduledEmail
from shared.domain.sequences.work import MadePlan, Work, make_plan
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.runtime import Runtime
from shared.usecases.sequences.claim_plan import check_plan
from shared.usecases.sequences.keep_replanning import keep_replanning
from shared.usecases.sequences.read_work import read_emails
from shared.writing_pace import WritingPace

TOGETHER = 200


async def plan_emails(
    runtime: Runtime, company_id: str, work: Work, pace: WritingPace
) -> dict[str, Any] | None:
    """Plan what waits for it, if it is time to; what the plan came to, as fields of its record.

    None when only part of it could be written: the next job plans who is left.
    """
    now, change = runtime.now(), work.plan.replanning
    if not work.plan.is_to_be_planned(now):
        return {}
    emails = [one async for one in read_emails(runtime, company_id)]
    is_replanned = change is not None and change.is_open
    # In a thread of its own: with 50,000 emails it takes seconds, in which others are to be answered.
    made = await asyncio.to_thread(
        make_plan,
        work,
        emails,
        is_replanned=is_replanned,
        brings_forward=change is not None and is_replanned and change.brings_forward,
    )
    if change is not None and is_replanned:
        work = await keep_replanning(runtime, company_id, work, to_move=change.moved + len(made.moved))
    for first in range(0, len(made.emails), TOGETHER):
        part = made.emails[first : first + TOGETHER]
        await halving(part, partial(_store, runtime, company_id, work, made.before))
        moved = sum(one.id in made.moved for one in part)
        if moved and work.plan.replanning is not None:
            so_far = work.plan.replanning.moved + moved
            work = await keep_replanning(runtime, company_id, work, moved=so_far)
        await pace.after(len(part))
        if pace.is_over and first + TOGETHER < len(made.emails):
            log.event("sequences planned in part", planned=first + len(part), left=len(made.emails))
            return None
    log.event(
        "sequences planned",
        planned=len(made.emails),
        moved=len(made.moved),
        unplaced=len(made.plan.unplaced),
    )
    return {"planned_at": now, **_told(made)}


async def _store(
    runtime: Runtime,
    company_id: str,
    work: Work,
    before: Mapping[str, ScheduledEmail],
    planned: Ordered[ScheduledEmail],
) -> None:
    """Write the times of those that are as they were read, under our lease."""
    emails = runtime.stores.scheduled_emails
    wanted = {one.id: one for one in planned}

    async def store(transaction: Transaction) -> None:
        await check_plan(runtime, company_id, work.plan.lease_token, transaction)
        current = await emails.find_many(company_id, wanted, transaction)
        for item_id, found in current.items():
            if found == before[item_id]:
                emails.put_changed(transaction, company_id, item_id, found, wanted[item_id])

    await transact(runtime.stores.db, store, "plan_emails.store")


def _told(made: MadePlan) -> dict[str, Any]:
    ends = {one: datetime.fromtimestamp(at, UTC) for one, at in made.plan.ends.items()}
    return {
        "finishes_at": ends,
        "packed_loads": packed_loads(made.plan.loads),
        "unplaced": len(made.plan.unplaced),
    }
