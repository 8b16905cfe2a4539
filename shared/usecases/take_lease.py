"""Take the lease of work that one worker at a time goes on with, and that a sweep finds by `due_at`."""

from collections.abc import Callable
from datetime import timedelta
from typing import TypeVar

from shared.domain.ids import random_id
from shared.domain.lease import Leasable, leased
from shared.faults import Point
from shared.firestore.kit.documents import Documents
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

L = TypeVar("L", bound=Leasable)


async def take_lease(
    runtime: Runtime,
    company_id: str,
    items: Documents[L],
    item_id: str,
    point: Point | None,
    *,
    is_open: Callable[[L], bool] = lambda _: True,
    **changes: object,
) -> L | None:
    """The work under a lease, with `changes`, due again when that ends; `point` names the fault point.

    None when it is gone, is not open any more, or another worker is at it.
    """
    token = random_id()

    async def take(transaction: Transaction) -> L | None:
        now, seconds = runtime.now(), runtime.settings.lease_seconds
        current = await items.find(company_id, item_id, transaction)
        if current is None or not is_open(current):
            return None
        ours = leased(current, token, now, seconds, due_at=now + timedelta(seconds=seconds), **changes)
        if ours is not None:
            items.put(transaction, company_id, item_id, ours)
        return ours

    return await transact(runtime.stores.db, take, point)
