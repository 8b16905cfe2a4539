"""Send a fire's messages again to the groups that were chosen, page by page: what a worker does of many."""

from collections.abc import Sequence

from shared import log
from shared.domain.companies.consent_rules import Narrowing
from shared.domain.errors import Conflict, NotFound
from shared.domain.fires.group_resend import GroupResend, GroupResendState, gone_on, resend_job
from shared.domain.fires.resending import grouped
from shared.domain.job import ResendGroups
from shared.domain.messages.message import Message
from shared.firestore.kit.query import Query
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.companies.find_rules import find_rules
from shared.usecases.fires.foresee_resend import UNREACHED, why_not_resent
from shared.usecases.fires.judge_unreached import find_reached, judge_unreached
from shared.usecases.fires.resend_messages import resend_messages
from shared.usecases.ledger.summarize_fire import summarize_fire
from shared.usecases.renew_lease import renew_lease
from shared.usecases.take_lease import take_lease

PAGE = 300  # messages that are looked at before it is noted how far it came
PAGES_A_JOB = 30  # some minutes; then the next job goes on


async def resend_groups(runtime: Runtime, job: ResendGroups) -> None:
    """Go on where the last try ended, unless it is done or another worker is at it.

    A try that died may have sent some of a page that was not noted: they count as sent again before.
    """
    company_id, resends = job.company_id, runtime.stores.group_resends
    resend = await take_lease(runtime, company_id, resends, job.resend_id, None, is_open=_is_waiting)
    if resend is None:
        return
    with log.context(company_id=company_id, fire_id=resend.fire_id, resend_id=resend.id):
        try:
            resend = await _some(runtime, company_id, resend)
        except (Conflict, NotFound) as refused:  # the campaign was canceled meanwhile, say
            ended = GroupResendState.REFUSED
            resend = await _keep(runtime, company_id, resend, state=ended, note=str(refused), due_at=None)
        if _is_waiting(resend):
            await _keep(runtime, company_id, resend, lease_until=None, due_at=runtime.now())
            await announce_jobs(runtime, [resend_job(company_id, resend.id)], None)
            return
        await summarize_fire(runtime, company_id, resend.fire_id)
        log.event("messages sent again", count=resend.count, by=resend.asked_by, state=resend.state)


async def _some(runtime: Runtime, company_id: str, resend: GroupResend) -> GroupResend:
    """The resend after as many pages as one job takes, or at its end."""
    stores = runtime.stores
    fire = await stores.fires.get(company_id, resend.fire_id)
    content = await stores.campaign_contents.frozen(company_id, fire.campaign_id, fire.content_hash)
    rules = await find_rules(runtime, company_id, content)
    reached = await find_reached(runtime, company_id, fire.id, content.campaign)
    for _ in range(PAGES_A_JOB):
        if resend.list_number == len(UNREACHED):
            return await _keep(
                runtime, company_id, resend, state=GroupResendState.DONE, due_at=None, lease_until=None
            )
        resend = await _page(runtime, company_id, resend, rules.narrowing, reached)
    return resend


async def _page(
    runtime: Runtime,
    company_id: str,
    resend: GroupResend,
    narrowing: Narrowing,
    reached: set[str],
) -> GroupResend:
    found = await _listed(runtime, company_id, resend, *UNREACHED[resend.list_number])
    if not found:
        return await _keep(runtime, company_id, resend, list_number=resend.list_number + 1, after="")
    messages = [one for one in found if one.created_at <= resend.asked_at]
    after = await _again(runtime, company_id, resend, messages, narrowing, reached)
    return await _keep(
        runtime,
        company_id,
        resend,
        after=found[-1].id,
        looked_at=after.looked_at,
        count=after.count,
        left_out=after.left_out,
    )


async def _listed(
    runtime: Runtime, company_id: str, resend: GroupResend, query: Query, value: str
) -> list[Message]:
    """The next messages of one of the lists."""
    found = await runtime.stores.messages.some_versions(
        company_id, query, resend.fire_id, value, limit=PAGE, after=resend.after
    )
    return [one.record for one in found]


async def _again(
    runtime: Runtime,
    company_id: str,
    resend: GroupResend,
    messages: Sequence[Message],
    narrowing: Narrowing,
    reached: set[str],
) -> GroupResend:
    """The resend after those of these messages that are chosen are sent again."""
    fire = await runtime.stores.fires.get(company_id, resend.fire_id)
    if why := await why_not_resent(runtime, company_id, fire):
        raise Conflict(why)
    judged = await judge_unreached(runtime, company_id, messages, narrowing, reached)
    for group in grouped(judged):
        if group.reason in resend.reasons:
            count = await resend_messages(runtime, company_id, resend.fire_id, group.again)
            resend = gone_on(resend, 0, count, group.left_out.items())
    return gone_on(resend, len(messages), 0, ())


async def _keep(runtime: Runtime, company_id: str, resend: GroupResend, **changes: object) -> GroupResend:
    """Store how far it came. Raises LeaseLost."""
    return await renew_lease(runtime, company_id, runtime.stores.group_resends, resend, None, **changes)


def _is_waiting(resend: GroupResend) -> bool:
    return resend.state is GroupResendState.WAITING
