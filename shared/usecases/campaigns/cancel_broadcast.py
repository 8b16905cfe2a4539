"""Cancel a broadcast: one that is planned, alone or with its series, or one that is under way."""

from shared.domain.campaigns.broadcast import Broadcast, BroadcastState, following
from shared.domain.companies.company import Company
from shared.domain.errors import Conflict
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.campaigns.cancel_campaign import cancel_campaign

_TOO_LATE = (BroadcastState.MAKING, BroadcastState.COLLECTING, BroadcastState.ENDED)


async def cancel_broadcast(
    runtime: Runtime, company_id: str, broadcast_id: str, *, goes_on: bool
) -> Broadcast:
    """Cancel it. What of it has not gone out is skipped; what is planned after it stays.

    One that is planned is the last of its series then, unless the series `goes_on` with the next one. Raises
    NotFound, and Conflict while it is being made, or when it has ended.
    """
    company = await runtime.stores.companies.get(company_id)
    read = await runtime.stores.broadcasts.get(company_id, broadcast_id)
    if read.state is BroadcastState.MADE and read.campaign_id is not None:
        await cancel_campaign(runtime, company_id, read.campaign_id)  # or that it was sent
    return await _cancel(runtime, company, read, goes_on=goes_on)


async def _cancel(runtime: Runtime, company: Company, read: Broadcast, *, goes_on: bool) -> Broadcast:
    stores, company_id = runtime.stores, company.id

    async def cancel(transaction: Transaction) -> Broadcast:
        now = runtime.now()
        current = await stores.broadcasts.get(company_id, read.id, transaction)
        if current.state is BroadcastState.CANCELED:
            return current
        if current.state in _TOO_LATE or current.campaign_id != read.campaign_id:  # made meanwhile
            raise Conflict(_words(current))
        is_planned = current.state is BroadcastState.PLANNED
        planned = following(current, company, now) if is_planned and goes_on else None
        next_id = planned.id if planned else current.next_id
        canceled = replace(
            current,
            state=BroadcastState.CANCELED,
            due_at=None,
            updated_at=now,
            ended_at=now,
            next_id=next_id,
            refusal="",
        )
        stores.broadcasts.put(transaction, company_id, current.id, canceled)
        if planned is not None:
            stores.broadcasts.create(transaction, company_id, planned.id, planned)
        return canceled

    return await transact(stores.db, cancel)


def _words(broadcast: Broadcast) -> str:
    if broadcast.state in (BroadcastState.COLLECTING, BroadcastState.ENDED):
        return "The broadcast is through; there is nothing left of it to cancel."
    return "The broadcast is just being made. Cancel it in a minute."
