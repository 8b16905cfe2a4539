"""What becomes of a queued message that the database does not take with the marks of its sending."""

from shared.domain.lease import is_held
from shared.domain.messages.batch import Claim
from shared.domain.messages.failure import FailureStep, failure_of
from shared.domain.messages.message import MessageState, moved
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

REASON = (
    "The message is too large for the database, so it was not sent. Shorten the template or the row's values."
)


async def fail_too_large(runtime: Runtime, company_id: str, claim: Claim, message_id: str) -> None:
    """Fail the message, without its text, which is what is too large. Nothing was sent of it."""
    stores = runtime.stores

    async def fail(transaction: Transaction) -> None:
        now = runtime.now()
        batch = await stores.batches.get(company_id, claim.batch.id, transaction)
        current = await stores.messages.get(company_id, message_id, transaction)
        if not is_held(batch, claim.token, now) or current.state is not MessageState.QUEUED:
            return
        failed = moved(
            replace(current, body="", subject="", packed_html=b""), MessageState.FAILED, reason=REASON
        )
        failure = failure_of(failed, FailureStep.SEND, "body", "text too long", REASON, now)
        stores.messages.put_changed(transaction, company_id, failed.id, current, failed)
        stores.failures.put(transaction, company_id, failure.id, failure)

    await transact(stores.db, fail)
