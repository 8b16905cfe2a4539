"""Bring people into a sequence, piece by piece: each gets an enrollment and a first email, to be planned."""

from collections import defaultdict
from collections.abc import Sequence as Ordered
from functools import partial

from msgspec import Struct

from shared import log
from shared.domain.campaigns.audience import FoundAudience
from shared.domain.contacts.opt_out import active, opt_out_ids
from shared.domain.files.file import File, FileState
from shared.domain.fires.recipient import Recipient
from shared.domain.job import EnrollPeople
from shared.domain.lease import LeaseLost
from shared.domain.sequences.enrolling import Enrolling, EnrollingState, without_addresses
from shared.domain.sequences.enrolling_people import Enrolled, enrolled_of
from shared.domain.sequences.enrollment import Enrollment
from shared.domain.sequences.mailbox import CHANNEL
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.sequence_campaign import campaign_of
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.firestore.queries.sequences import ENROLLMENTS_OF_ADDRESSES
from shared.runtime import Runtime
from shared.usecases.campaigns.load_people import load_people, people_of
from shared.usecases.campaigns.read_recipients import read_recipients
from shared.usecases.renew_lease import renew_lease
from shared.usecases.sequences.ask_plan import ask_plan
from shared.usecases.take_lease import take_lease

TOGETHER = 100  # two documents each, in one commit
GONE = "The sequence was deleted meanwhile."


class _Tally(Struct, frozen=True, kw_only=True):
    """What became of the people of one piece."""

    enrolled: int = 0
    already: int = 0
    without_address: int = 0
    refused: int = 0


async def enroll_people(runtime: Runtime, job: EnrollPeople) -> None:
    """Go on where the last try ended, unless it is done or another worker is at it."""
    enrolling = await _claim(runtime, job)
    if enrolling is None:
        return
    company_id = job.company_id
    sequence = await runtime.stores.sequences.find(company_id, enrolling.sequence_id)
    if sequence is None or not sequence.steps:
        await _keep(runtime, company_id, enrolling, state=EnrollingState.REFUSED, note=GONE, due_at=None)
        return
    people = await _people(runtime, company_id, enrolling, sequence)
    if people is None:  # another worker reads them
        return
    if people.state is FileState.REFUSED:
        note = people.refusal or ""
        await _keep(runtime, company_id, enrolling, state=EnrollingState.REFUSED, note=note, due_at=None)
        return
    audience = people_of(people)
    for number in range(enrolling.next_piece, audience.chunk_count):
        enrolling = await _enroll_piece(runtime, company_id, enrolling, sequence, audience, number)
    done = {"state": EnrollingState.DONE, "audience": without_addresses(enrolling.audience)}
    await ask_plan(runtime, company_id)  # first: nobody comes back to an enrolling that is done
    await _keep(runtime, company_id, enrolling, due_at=None, lease_until=None, **done)
    log.event("people enrolled", sequence_id=sequence.id, enrolled=enrolling.enrolled)


async def _claim(runtime: Runtime, job: EnrollPeople) -> Enrolling | None:
    company_id, where, which = job.company_id, runtime.stores.enrollings, job.enrolling_id
    return await take_lease(runtime, company_id, where, which, "enroll_people.claim", is_open=_is_waiting)


def _is_waiting(enrolling: Enrolling) -> bool:
    return enrolling.state is EnrollingState.WAITING


async def _people(runtime: Runtime, company_id: str, enrolling: Enrolling, sequence: Sequence) -> File | None:
    """Who is in the audience: read once, as of when the enrolling began."""
    campaign = campaign_of(sequence, enrolling.audience)
    return await load_people(runtime, company_id, campaign, enrolling.id, enrolling.created_at)


async def _enroll_piece(
    runtime: Runtime,
    company_id: str,
    enrolling: Enrolling,
    sequence: Sequence,
    audience: FoundAudience,
    number: int,
) -> Enrolling:
    recipients = await read_recipients(runtime, company_id, audience.piece(number))
    store = partial(_store, runtime, company_id, enrolling, sequence)
    tallies = [
        tally
        for first in range(0, len(recipients), TOGETHER)
        for tally in await halving(recipients[first : first + TOGETHER], store)
    ]
    return await _keep(
        runtime,
        company_id,
        enrolling,
        next_piece=number + 1,
        enrolled=enrolling.enrolled + sum(one.enrolled for one in tallies),
        already=enrolling.already + sum(one.already for one in tallies),
        without_address=enrolling.without_address + sum(one.without_address for one in tallies),
        refused=enrolling.refused + sum(one.refused for one in tallies),
    )


async def _store(
    runtime: Runtime,
    company_id: str,
    enrolling: Enrolling,
    sequence: Sequence,
    recipients: Ordered[Recipient],
) -> _Tally:
    """Store those who are not in the sequence yet, each with the first email."""
    stores = runtime.stores
    asked = [enrolled_of(sequence, one, enrolling, runtime.now()) for one in recipients]
    made = [one for one in asked if one is not None]
    refused = await _refused(runtime, company_id, made)
    others = await _others(runtime, company_id, made) - refused
    wanted = {
        one.enrollment.id: one
        for one in made
        if one.enrollment.id not in refused and one.enrollment.id not in others
    }

    async def store(transaction: Transaction) -> _Tally:
        current = await stores.enrollings.get(company_id, enrolling.id, transaction)
        if current.lease_token != enrolling.lease_token:
            raise LeaseLost
        known = await stores.enrollments.find_many(company_id, wanted, transaction)
        for item_id, one in wanted.items():
            if item_id not in known:
                stores.enrollments.put(transaction, company_id, item_id, one.enrollment)
                stores.scheduled_emails.put(transaction, company_id, one.email.id, one.email)
        already = sum(one.enrolling_id != enrolling.id for one in known.values())
        return _Tally(
            enrolled=len(wanted) - already,
            already=already + len(others),
            without_address=len(asked) - len(made),
            refused=len(refused),
        )

    return await transact(stores.db, store, "enroll_people.store")


async def _refused(runtime: Runtime, company_id: str, made: Ordered[Enrolled]) -> set[str]:
    """The enrollments of those who want no mail, or whom none reaches. Each send asks once more."""
    ids = {one.enrollment.id: opt_out_ids(CHANNEL, one.enrollment.address) for one in made}
    stored = await runtime.stores.opt_outs.find_many(company_id, {one for ids in ids.values() for one in ids})
    holding = active(stored.values())
    return {item_id for item_id, several in ids.items() if any(one in holding for one in several)}


async def _others(runtime: Runtime, company_id: str, made: Ordered[Enrolled]) -> set[str]:
    """The enrollments of those who have another place in the sequence, under the same address."""
    keys = {one.enrollment.address_key for one in made}
    known = await runtime.stores.enrollments.among(company_id, ENROLLMENTS_OF_ADDRESSES, keys)
    by_key: dict[str, list[Enrollment]] = defaultdict(list)
    for one in known:
        by_key[one.address_key].append(one)
    return {
        one.enrollment.id for one in made if any(map(one.is_in_it_as, by_key[one.enrollment.address_key]))
    }


async def _keep(runtime: Runtime, company_id: str, enrolling: Enrolling, **changes: object) -> Enrolling:
    """Store how far it came. Raises LeaseLost."""
    enrollings = runtime.stores.enrollings
    return await renew_lease(runtime, company_id, enrollings, enrolling, "enroll_people.keep", **changes)
