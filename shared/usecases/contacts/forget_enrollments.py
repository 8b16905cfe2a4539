"""Forget somebody's places in sequences, with the emails that were planned for them."""

from shared.domain.fires.deletion_work import Deleted, DeletionWork
from shared.firestore.queries.sequences import EMAILS_OF_ENROLLMENTS, ENROLLMENTS_OF_ADDRESSES
from shared.runtime import Runtime


async def forget_enrollments(runtime: Runtime, company_id: str, work: DeletionWork) -> Deleted:
    """All of them, at once: nobody is in many sequences. The emails go first, as they are found by them."""
    stores, page = runtime.stores, Deleted()
    kind = work.channel.record.address
    keys = {kind.key(address) for address in work.addresses}
    found = await stores.enrollments.among(company_id, ENROLLMENTS_OF_ADDRESSES, keys)
    ids = [one.id for one in found]
    emails = await stores.scheduled_emails.among(company_id, EMAILS_OF_ENROLLMENTS, ids) if ids else []
    await stores.scheduled_emails.remove(company_id, [one.id for one in emails])
    page.removed["enrollments"] += await stores.enrollments.remove(company_id, ids)
    return page
