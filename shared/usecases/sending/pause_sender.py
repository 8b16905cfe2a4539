"""Pause a sender: its provider says that the account or the sender is broken, or somebody wants it so."""

from shared import log
from shared.domain.alert import Alert
from shared.domain.fires.notice import Notice, sender_notice
from shared.domain.record import replace
from shared.domain.senders.sender import BY_HAND, Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def pause_sender(runtime: Runtime, company_id: str, sender_id: str, reason: str) -> bool:
    """Have nothing more sent from it until it is resumed, and tell the company, both at once.

    True, and an alert in the log, the first time only.
    """
    senders, notices = runtime.stores.senders, runtime.stores.notices
    told: list[Notice] = []

    async def pause(transaction: Transaction) -> bool:
        sender = await senders.find(company_id, sender_id, transaction)
        if sender is None:
            return False
        if sender.is_paused:  # perhaps by our own commit, applied though it reported an error
            return bool(told) and await notices.find(company_id, told[0].id, transaction) == told[0]
        paused = replace(sender, is_paused=True, paused_reason=reason, pause_count=sender.pause_count + 1)
        told[:] = [sender_notice(paused, runtime.now())]
        senders.put(transaction, company_id, sender_id, paused)
        notices.create(transaction, company_id, told[0].id, told[0])
        return True

    is_first = await transact(runtime.stores.db, pause, "pause_sender")
    if is_first:
        log.alert(Alert.SENDER_PAUSED, 1, company_id=company_id, sender_id=sender_id, reason=reason)
    return is_first


async def pause_by_hand(runtime: Runtime, company_id: str, sender_id: str, by: str) -> Sender:
    """Have nothing more sent from it, as somebody wants it; one that is paused stays as it is.

    `by` is who, for others to read. What is held for it goes out when it is resumed. Raises NotFound.
    """
    senders = runtime.stores.senders

    async def pause(transaction: Transaction) -> Sender:
        sender = await senders.get(company_id, sender_id, transaction)
        if sender.is_paused:
            return sender
        paused = replace(sender, is_paused=True, paused_reason=f"{by}{BY_HAND}")
        senders.put(transaction, company_id, sender_id, paused)
        return paused

    paused = await transact(runtime.stores.db, pause, "pause_sender")
    log.event("sender paused by hand", sender_id=sender_id)
    return paused
