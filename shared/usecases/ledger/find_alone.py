"""Which fires may send the same messages at the same time: those that are open beside another.

A fire that was alone since it began planned with all that other fires sent, and none sends beside it: its
messages need no second look at what the others do. In every transaction that lets a fire send, the one that
was alone learns that it is not any more, so an intent that reads its own fire knows.
"""

from collections.abc import Iterable

from shared.domain.fires.fire import Fire
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction
from shared.firestore.queries.fires import FIRES_ALONE, FIRES_NOT_CLOSED
from shared.runtime import Runtime


async def find_alone(runtime: Runtime, company_id: str, transaction: Transaction) -> list[Fire]:
    """The open fire that was alone so far, if any. The query is part of the transaction."""
    fires = runtime.stores.fires
    return await fires.some(company_id, FIRES_ALONE, False, True, limit=10, transaction=transaction)


async def is_any_open(runtime: Runtime, company_id: str, transaction: Transaction) -> bool:
    """Whether any fire of the company is open."""
    fires = runtime.stores.fires
    return bool(await fires.some(company_id, FIRES_NOT_CLOSED, False, limit=1, transaction=transaction))


def no_longer_alone(
    runtime: Runtime, company_id: str, transaction: Transaction, alone: Iterable[Fire], but: str
) -> None:
    """Write to these fires, except the one with the id `but`, that another fire sends beside them."""
    for fire in alone:
        if fire.id != but:
            together = replace(fire, is_alone=False)
            runtime.stores.fires.put(transaction, company_id, fire.id, together)
