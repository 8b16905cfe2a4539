"""An enrolling: people who are brought into a sequence, by hand, list, segment or file."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.campaigns.audience import PastedAddresses, PeopleAudience
from shared.domain.job import EnrollPeople
from shared.domain.repeats import NO_REPEATS, Repeats


class EnrollingState(StrEnum):
    """Where it is."""

    WAITING = "waiting"
    DONE = "done"
    REFUSED = "refused"


class Enrolling(Struct, frozen=True, kw_only=True):
    """Everybody in `audience`, as it was when this began, and what became of them.

    They are read piece by piece, `next_piece` next. `enrolled` are in the sequence now, `already` were
    before, `without_address` have no email address, and `refused` want no mail or cannot be reached. `note`
    says why it was refused as a whole.
    """

    id: str
    sequence_id: str
    audience: PeopleAudience
    created_at: datetime
    created_by: str = ""
    state: EnrollingState = EnrollingState.WAITING
    next_piece: int = 0
    enrolled: int = 0
    already: int = 0
    without_address: int = 0
    refused: int = 0
    note: str = ""
    due_at: datetime | None = None
    lease_token: str | None = None
    lease_until: datetime | None = None
    attempt: int = 0
    repeats: Repeats = NO_REPEATS


def without_addresses(audience: PeopleAudience) -> PeopleAudience:
    """The audience without what somebody pasted, which names people: it is not needed once they are read."""
    kept = (one for one in audience.include if not isinstance(one, PastedAddresses))
    return PeopleAudience(include=tuple(kept), exclude=audience.exclude)


def enroll_job(company_id: str, enrolling_id: str) -> EnrollPeople:
    """The job that goes on with it."""
    return EnrollPeople(company_id=company_id, enrolling_id=enrolling_id)
