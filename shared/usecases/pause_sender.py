"""Pause a sender whose provider says that the account or the sender itself is broken."""

import logging
from dataclasses import replace

from shared import log
from shared.firestore.transactions import Transaction, transact
from shared.runtime import Runtime


async def pause_sender(runtime: Runtime, company_id: str, sender_id: str, reason: str) -> bool:
    """Have nothing more sent from it until it is resumed. True, and logged, the first time only."""
    senders = runtime.stores.senders

    async def pause(transaction: Transaction) -> bool:
        sender = await senders.find(company_id, sender_id, transaction)
        if sender is None or sender.is_paused:
            return False
        senders.put(transaction, company_id, sender_id, replace(sender, is_paused=True, paused_reason=reason))
        return True

    is_first = await transact(runtime.stores.db, pause, "pause_sender")
    if is_first:
        log.event(
            "alert", level=logging.ERROR, metric="sender_paused", value=1, sender_id=sender_id, reason=reason
        )
    return is_first
