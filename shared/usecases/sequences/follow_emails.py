"""Learn what became of the emails that were handed over: the next step, an end, or once more."""

from collections.abc import Sequence as Ordered
from functools import partial

from shared.domain.sequences.moves import Move, after_message
from shared.domain.sequences.scheduled_email import EmailStatus, ScheduledEmail
from shared.domain.sequences.work import Work
from shared.firestore.kit.transactions import Transaction, halving, transact
from shared.firestore.queries.sequences import EMAILS_DUE
from shared.runtime import Runtime

TOGETHER = 50


async def follow_emails(runtime: Runtime, company_id: str, work: Work) -> list[Move]:
    """Look at each whose time has come; returns those that moved on."""
    emails, now = runtime.stores.scheduled_emails, runtime.now()
    found = emails.each_match(company_id, EMAILS_DUE, EmailStatus.QUEUED, now)
    due = [email async for email in found if email.message_id is not None]
    moves: list[Move] = []
    for first in range(0, len(due), TOGETHER):
        part = due[first : first + TOGETHER]
        for moved in await halving(part, partial(_follow, runtime, company_id, work)):
            moves += moved
    return moves


async def _follow(runtime: Runtime, company_id: str, work: Work, part: Ordered[ScheduledEmail]) -> list[Move]:
    """The same again changes nothing: an email that moved on is no longer queued."""
    stores, message_ids = runtime.stores, {one.id: str(one.message_id) for one in part}

    async def follow(transaction: Transaction) -> list[Move]:
        emails = await stores.scheduled_emails.find_many(company_id, message_ids, transaction)
        messages = await stores.messages.find_many(company_id, message_ids.values(), transaction)
        people = {one.enrollment_id for one in emails.values()}
        enrollments = await stores.enrollments.find_many(company_id, people, transaction)
        moves: list[Move] = []
        for item_id, email in emails.items():
            sequence, message = work.sequences.get(email.sequence_id), messages.get(message_ids[item_id])
            enrollment = enrollments.get(email.enrollment_id)
            is_ours = email.status is EmailStatus.QUEUED and email.message_id == message_ids[item_id]
            if not is_ours or sequence is None or message is None or enrollment is None:
                continue
            hours = work.hours_of(sequence, email.time_zone)[1]
            move = after_message(sequence, enrollment, email, message, hours, runtime.now())
            moves += [move] if move else []
        for move in moves:
            _write(runtime, transaction, company_id, move)
        return moves

    return await transact(stores.db, follow, "follow_emails.follow")


def _write(runtime: Runtime, transaction: Transaction, company_id: str, move: Move) -> None:
    stores = runtime.stores
    stores.enrollments.put(transaction, company_id, move.enrollment.id, move.enrollment)
    stores.scheduled_emails.put(transaction, company_id, move.email.id, move.email)
    if move.following is not None:
        stores.scheduled_emails.put(transaction, company_id, move.following.id, move.following)
