"""Begin to bring people into a sequence: by hand, by list or segment, out of a file."""

from shared.domain.campaigns.audience import PeopleAudience
from shared.domain.errors import Conflict
from shared.domain.sequences.enrolling import Enrolling, enroll_job
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs


async def start_enrolling(
    runtime: Runtime, company_id: str, sequence_id: str, audience: PeopleAudience, enrolling_id: str, by: str
) -> Enrolling:
    """Store what is to be done, and announce it. The same id again changes nothing.

    Raises NotFound, and Conflict for a sequence that has no steps.
    """
    sequence = await runtime.stores.sequences.get(company_id, sequence_id)
    if not sequence.steps:
        raise Conflict("The sequence has no steps yet. Add one before you enroll anybody.")
    now = runtime.now()
    enrolling = Enrolling(
        id=enrolling_id,
        sequence_id=sequence_id,
        audience=audience,
        created_at=now,
        created_by=by,
        due_at=now,
    )
    await runtime.stores.enrollings.add(company_id, enrolling_id, enrolling)
    await announce_jobs(runtime, [enroll_job(company_id, enrolling_id)], None)
    return await runtime.stores.enrollings.get(company_id, enrolling_id)
