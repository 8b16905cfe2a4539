"""Write a send step's messages, failures and batches, as part of the transaction that completes the step."""

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.fires.fire import Fire
from shared.domain.fires.queueing import Writes
from shared.domain.messages.message import Message
from shared.firestore.kit.transactions import Transaction
from shared.runtime import Runtime

FAILED = "failed"


class Sent(Struct, frozen=True, kw_only=True):
    """What a send step makes; the fire too, where it is the day's first. `before` are messages that it made
    for its enrollments before.
    """

    fire: Fire | None
    writes: Writes
    before: Sequence[Message] = ()

    @property
    def outcomes(self) -> dict[str, tuple[str, str]]:
        """By enrollment, what came of the step and the id of its message or failure."""
        messages = {
            one.recipient_key: (f"{one.state}: {one.reason}" if one.reason else str(one.state), one.id)
            for one in (*self.writes.messages, *self.before)
        }
        failures = {one.recipient_key: (f"{FAILED}: {one.kind}", one.id) for one in self.writes.failures}
        return messages | failures


def put_sends(runtime: Runtime, company_id: str, transaction: Transaction, sent: Sent) -> None:
    """Store all of it. Ids are computed: written again, it is the same."""
    stores, writes = runtime.stores, sent.writes
    if sent.fire is not None:
        stores.fires.put(transaction, company_id, sent.fire.id, sent.fire)
    for batch in writes.batches:
        stores.batches.put(transaction, company_id, batch.id, batch)
    for message in writes.messages:
        stores.messages.put(transaction, company_id, message.id, message)
    for failure in writes.failures:
        stores.failures.put(transaction, company_id, failure.id, failure)
