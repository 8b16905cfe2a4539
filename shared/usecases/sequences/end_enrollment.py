"""Take somebody out of a sequence."""

from shared.domain.errors import NotFound
from shared.domain.record import replace
from shared.domain.sequences.enrollment import EndReason, Enrollment
from shared.domain.sequences.moves import ended
from shared.domain.sequences.scheduled_email import EmailStatus
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def end_enrollment(
    runtime: Runtime, company_id: str, sequence_id: str, enrollment_id: str
) -> Enrollment:
    """The enrollment at its end, its next email canceled; one that is over stays as it is.

    An email that is on the queue already goes out. Raises NotFound.
    """
    stores = runtime.stores

    async def end(transaction: Transaction) -> Enrollment:
        enrollment = await stores.enrollments.get(company_id, enrollment_id, transaction)
        if enrollment.sequence_id != sequence_id:
            raise NotFound(stores.enrollments.kind, enrollment_id)
        over = ended(enrollment, EndReason.REMOVED, runtime.now())
        if over == enrollment:
            return enrollment
        email = None
        if enrollment.next_email_id:
            email = await stores.scheduled_emails.find(company_id, enrollment.next_email_id, transaction)
        if email is not None and email.status is EmailStatus.PENDING:
            canceled = replace(email, status=EmailStatus.CANCELED)
            stores.scheduled_emails.put(transaction, company_id, email.id, canceled)
        stores.enrollments.put(transaction, company_id, enrollment_id, over)
        return over

    return await transact(stores.db, end)
