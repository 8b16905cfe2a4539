"""Store how far the work under a lease came, and renew the lease."""

from datetime import timedelta
from typing import Protocol, TypeVar

from shared.domain.lease import Leasable, LeaseLost
from shared.domain.record import replace
from shared.faults import Point
from shared.firestore.kit.documents import Documents
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


class Work(Leasable, Protocol):
    """A record of its own that is leased."""

    @property
    def id(self) -> str:
        """What it is stored under."""


W = TypeVar("W", bound=Work)


async def renew_lease(
    runtime: Runtime, company_id: str, items: Documents[W], held: W, point: Point | None, **changes: object
) -> W:
    """The work with `changes`, which may end the lease; else it is due again when a whole lease is over.

    `point` names the fault point. Raises LeaseLost when another worker is at it.
    """

    async def renew(transaction: Transaction) -> W:
        current = await items.get(company_id, held.id, transaction)
        if current.lease_token != held.lease_token:
            raise LeaseLost
        until = runtime.now() + timedelta(seconds=runtime.settings.lease_seconds)
        facts = {"lease_until": until, "due_at": until} | changes
        changed = replace(current, **facts)  # type: ignore[type-var]  # all that are leased are records
        items.put(transaction, company_id, held.id, changed)
        return changed

    return await transact(runtime.stores.db, renew, point)
