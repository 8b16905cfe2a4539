"""Begin to bring people into a sequence: by hand, by list or segment, out of a file."""

from shared.domain.campaigns.audience import PeopleAudience
from shared.domain.errors import Conflict, InvalidInput
from shared.domain.sequences.enrolling import Enrolling, enroll_job
from shared.domain.sequences.sequence import Sequence, SequenceState
from shared.domain.sequences.sequence_campaign import campaign_of
from shared.runtime import Runtime
from shared.usecases.announce_jobs import announce_jobs
from shared.usecases.campaigns.check_people import check_people, with_one_form


async def start_enrolling(
    runtime: Runtime, company_id: str, sequence_id: str, audience: PeopleAudience, enrolling_id: str, by: str
) -> Enrolling:
    """Store what is to be done, and announce it. The same id again changes nothing.

    Into a draft too: its emails are planned once it sends. Raises NotFound, InvalidInput for an audience that
    is not there, and Conflict for a sequence that is archived, or has no steps.
    """
    sequence = await runtime.stores.sequences.get(company_id, sequence_id)
    _check(sequence)
    if problems := await check_people(runtime, company_id, audience):
        raise InvalidInput(*problems)
    formed = (await with_one_form(runtime, company_id, campaign_of(sequence, audience))).audience
    now = runtime.now()
    enrolling = Enrolling(
        id=enrolling_id,
        sequence_id=sequence_id,
        audience=formed if isinstance(formed, PeopleAudience) else audience,
        created_at=now,
        created_by=by,
        due_at=now,
    )
    await runtime.stores.enrollings.add(company_id, enrolling_id, enrolling)
    await announce_jobs(runtime, [enroll_job(company_id, enrolling_id)], None)
    return await runtime.stores.enrollings.get(company_id, enrolling_id)


def _check(sequence: Sequence) -> None:
    if sequence.state is SequenceState.ARCHIVED:
        raise Conflict("The sequence is archived: nobody comes into it any more.")
    if not sequence.steps:
        raise Conflict("The sequence has no steps yet. Add one before you enroll anybody.")
