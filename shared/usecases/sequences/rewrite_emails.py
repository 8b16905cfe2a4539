"""Bring the people of sequences that were edited up to their steps, a page at a time, and keep how far."""

from collections.abc import Mapping
from collections.abc import Sequence as Ordered
from functools import partial

from shared.domain.record import replace
from shared.domain.sequences.after_edit import after_edit
from shared.domain.sequences.moves import Move
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.work import Work
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.firestore.queries.sequences import EMAILS_OF_SEQUENCE
from shared.runtime import Runtime
from shared.usecases.sequences.claim_plan import check_plan
from shared.usecases.sequences.keep_replanning import keep_replanning
from shared.writing_pace import WritingPace

PAGE = 300
TOGETHER = 100  # three documents each, in one commit


async def rewrite_emails(runtime: Runtime, company_id: str, work: Work, pace: WritingPace) -> Work:
    """Go on for some minutes; the work with how far it came. Raises LeaseLost."""
    while (change := work.plan.replanning) and change.is_open and change.sequence_ids:
        emails = await _page(runtime, company_id, change.sequence_ids[0], change.after)
        changed = 0
        for first in range(0, len(emails), TOGETHER):
            part = emails[first : first + TOGETHER]
            changed += sum(await halving(part, partial(_rewrite, runtime, company_id, work)))
            await pace.after(len(part))
        is_last = len(emails) < PAGE
        work = await keep_replanning(
            runtime,
            company_id,
            work,
            sequence_ids=change.sequence_ids[1:] if is_last else change.sequence_ids,
            after="" if is_last else emails[-1].id,
            looked_at=change.looked_at + len(emails),
            changed=change.changed + changed,
        )
        if pace.is_over:
            break
    return work


async def _page(runtime: Runtime, company_id: str, sequence_id: str, after: str) -> list[ScheduledEmail]:
    found = await runtime.stores.scheduled_emails.some_versions(
        company_id, EMAILS_OF_SEQUENCE, sequence_id, EmailStatus.PENDING, limit=PAGE, after=after
    )
    return [one.record for one in found]


async def _rewrite(runtime: Runtime, company_id: str, work: Work, part: Ordered[ScheduledEmail]) -> int:
    """The same again changes nothing: who is up to the steps stays as it is."""
    stores = runtime.stores

    async def rewrite(transaction: Transaction) -> int:
        await check_plan(runtime, company_id, work.plan.lease_token, transaction)
        emails = await stores.scheduled_emails.find_many(company_id, [one.id for one in part], transaction)
        people = {one.enrollment_id for one in emails.values()}
        enrollments = await stores.enrollments.find_many(company_id, people, transaction)
        moves: list[Move] = []
        for email in emails.values():
            enrollment, sequence = enrollments.get(email.enrollment_id), work.sequences.get(email.sequence_id)
            if enrollment is None or sequence is None or enrollment.next_email_id != email.id:
                continue
            hours = work.hours_of(sequence, sequence.zone_of(enrollment.time_zone))[1]
            move = after_edit(sequence, enrollment, email, hours, runtime.now())
            moves += [move] if move else []
        wanted = [one.following.id for one in moves if one.following]
        earlier = await stores.scheduled_emails.find_many(company_id, wanted, transaction)
        for move in moves:
            _write(runtime, transaction, company_id, move, earlier)
        return len(moves)

    return await transact(stores.db, rewrite)


def _write(
    runtime: Runtime,
    transaction: Transaction,
    company_id: str,
    move: Move,
    earlier: Mapping[str, ScheduledEmail],
) -> None:
    """Also the email that takes the place: once more where one of that step was canceled earlier."""
    stores, following = runtime.stores, move.following
    stores.enrollments.put(transaction, company_id, move.enrollment.id, move.enrollment)
    stores.scheduled_emails.put(transaction, company_id, move.email.id, move.email)
    if following is not None:
        attempt = earlier[following.id].attempt + 1 if following.id in earlier else 0
        again = replace(following, attempt=attempt)
        stores.scheduled_emails.put(transaction, company_id, again.id, again)
