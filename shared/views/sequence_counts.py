"""How many people are in a sequence."""

import asyncio

from shared.domain.sequences.enrollment import EnrollmentState
from shared.firestore.kit.query import Match
from shared.firestore.queries.sequences import SEQUENCE_ENROLLMENTS
from shared.runtime import Runtime

MOST_COUNTED = 1_000_000


async def count_people(runtime: Runtime, company_id: str, sequence_id: str) -> dict[EnrollmentState, int]:
    """How many are in the sequence now, got all its emails, or ended before; at most MOST_COUNTED each."""
    counts = await asyncio.gather(
        *(_count(runtime, company_id, sequence_id, state) for state in EnrollmentState)
    )
    return dict(zip(EnrollmentState, counts, strict=True))


async def _count(runtime: Runtime, company_id: str, sequence_id: str, state: EnrollmentState) -> int:
    matches = ((Match("sequence_id", sequence_id),), (Match("state", state),))
    return await runtime.stores.enrollments.count_newest(
        company_id, SEQUENCE_ENROLLMENTS, most=MOST_COUNTED, matches=matches
    )
