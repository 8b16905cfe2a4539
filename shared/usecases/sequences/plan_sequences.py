"""Go on with a company's sequences: what became of emails, who is to get no more, new times, what is due."""

from typing import Any

from shared import log
from shared.domain.job import PlanSequences
from shared.domain.lease import LeaseLost
from shared.domain.sequences.enrollment import EnrollmentState
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.domain.sequences.sequence_plan import SequencePlan, plan_job
from shared.domain.sequences.work import Work
from shared.firestore.queries.sequences import ENROLLMENTS_IN_STATE
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.hold.check_database import check_database
from shared.usecases.sequences.claim_plan import claim_plan, release_plan
from shared.usecases.sequences.follow_emails import follow_emails
from shared.usecases.sequences.follow_people import follow_people
from shared.usecases.sequences.hand_over_emails import HandedOver, hand_over_emails
from shared.usecases.sequences.note_silent import note_silent
from shared.usecases.sequences.plan_emails import plan_emails
from shared.usecases.sequences.read_work import read_work
from shared.usecases.sequences.rewrite_emails import rewrite_emails
from shared.writing_pace import WritingPace


async def plan_sequences(runtime: Runtime, job: PlanSequences) -> None:
    """Do all that is due, unless another worker is at it."""
    with log.context(company_id=job.company_id):
        plan = await claim_plan(runtime, job.company_id)
        if plan is None:
            return
        try:
            await _go_on(runtime, job.company_id, plan)
        except LeaseLost:
            log.event("lease lost")


async def _go_on(runtime: Runtime, company_id: str, plan: SequencePlan) -> None:
    began_at = runtime.now()
    pace = WritingPace()
    work = await note_silent(runtime, company_id, await read_work(runtime, company_id, plan))
    followed = await follow_emails(runtime, company_id, work)
    heard_until = await follow_people(runtime, company_id, work)
    work = await rewrite_emails(runtime, company_id, work, pace)
    planned = await plan_emails(runtime, company_id, work, pace) if not _is_rewriting(work) else {}
    late = 0 if planned else sum(one.email.status is EmailStatus.PENDING for one in followed)
    handed = HandedOver(messages=0, late=0)
    if await check_database(runtime, began_at) is None:
        handed = await hand_over_emails(runtime, company_id, work)
    log.event("sequences followed", followed=len(followed), handed_over=handed.messages)
    enrollments = runtime.stores.enrollments
    left = await enrollments.some(company_id, ENROLLMENTS_IN_STATE, EnrollmentState.ACTIVE, limit=1)
    is_asked = await release_plan(
        runtime,
        company_id,
        work.plan,
        is_active=bool(left),
        began_at=began_at,
        is_unfinished=planned is None,
        heard_until=heard_until,
        **planned or {},
        **_asked(runtime, late + handed.late),
    )
    if is_asked:
        await announce_jobs(runtime, [plan_job(company_id)], "ask_plan.publish")


def _asked(runtime: Runtime, late: int) -> dict[str, Any]:
    """That those who lost their time get another at the next tick: not at once, or it might go in circles."""
    return {"asked_at": runtime.now()} if late else {}


def _is_rewriting(work: Work) -> bool:
    """Whether people of a sequence that was edited are still to be looked at, before others move."""
    return (
        work.plan.is_changing and work.plan.replanning is not None and bool(work.plan.replanning.sequence_ids)
    )
