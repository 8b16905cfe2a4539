"""Announce again the resends to groups that stopped half-way, or whose announcement was lost."""

from datetime import datetime

from shared.domain.fires.group_resend import GroupResend, GroupResendState, resend_job
from shared.domain.job import Job
from shared.firestore.queries.fires import RESENDS_DUE
from shared.runtime import Runtime
from shared.usecases.upkeep.announce_again import announce_again


async def announce_resends(runtime: Runtime, now: datetime) -> int:
    """Announce those that are due; returns how many."""
    resends = runtime.stores.group_resends
    due = resends.each_across_companies(RESENDS_DUE, GroupResendState.WAITING, now)
    return await announce_again(runtime, resends, _job, None, now, due)


def _job(company_id: str, item: GroupResend) -> Job:
    return resend_job(company_id, item.id)
