"""Send what did not arrive again, to the groups that a person chose: few at once, many by a worker."""

from collections.abc import Collection

from shared import log
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.fires.group_resend import GroupResend, GroupResendState, gone_on, resend_job
from shared.domain.ids import random_id
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.fires.foresee_resend import ResendEffect, foresee_resend, why_not_resent
from shared.usecases.fires.resend_messages import resend_messages
from shared.usecases.ledger.summarize_fire import summarize_fire

AT_ONCE = 500  # messages that are sent again while somebody waits for the answer


async def start_resend(
    runtime: Runtime, company_id: str, fire_id: str, reasons: Collection[str], *, by: str
) -> GroupResend:
    """Send the messages of these reasons again. Asked again, it sends none twice.

    Raises NotFound, InvalidInput for reasons that nothing has, and Conflict where nothing of the fire is sent
    any more.
    """
    effect = await foresee_resend(runtime, company_id, fire_id)
    if why := await why_not_resent(runtime, company_id, effect.fire):
        raise Conflict(why)
    chosen = tuple(reason for reason in dict.fromkeys(reasons) if effect.has(reason))
    if not chosen:
        raise InvalidInput.at("reasons", "are none for which a message of this fire did not arrive")
    now = runtime.now()
    asked = GroupResend(
        id=random_id(),
        fire_id=fire_id,
        reasons=chosen,
        asked_by=by,
        asked_at=now,
        total=effect.total,
        due_at=now,
    )
    again, _ = effect.of(chosen)
    if effect.is_all and len(again) <= AT_ONCE:
        return await _at_once(runtime, company_id, effect, asked)
    await runtime.stores.group_resends.save(company_id, asked.id, asked)
    await announce_jobs(runtime, [resend_job(company_id, asked.id)], None)  # lost, the sweep finds it
    log.event("resend asked for", fire_id=fire_id, resend_id=asked.id, total=effect.total, by=by)
    return await runtime.stores.group_resends.get(company_id, asked.id)


async def _at_once(
    runtime: Runtime, company_id: str, effect: ResendEffect, asked: GroupResend
) -> GroupResend:
    again, left_out = effect.of(asked.reasons)
    count = await resend_messages(runtime, company_id, asked.fire_id, again)
    if count:
        await summarize_fire(runtime, company_id, asked.fire_id)
    found = gone_on(asked, effect.total, count, left_out.items())
    done = replace(found, state=GroupResendState.DONE, due_at=None)
    await runtime.stores.group_resends.save(company_id, done.id, done)
    log.event("messages sent again", fire_id=asked.fire_id, count=count, by=asked.asked_by)
    return done
