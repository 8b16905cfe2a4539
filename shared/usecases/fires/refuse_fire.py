"""A campaign's time came and it cannot start: say why on the campaign, and tell the company once."""

import logging

from shared import log
from shared.domain.campaigns.campaign import Campaign
from shared.domain.fires.notice import fire_notice
from shared.domain.record import replace
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def refuse_fire(runtime: Runtime, company_id: str, campaign: Campaign, reason: str) -> bool:
    """Note why `campaign`, as it was read, did not start. True when the company is told of it.

    The same reason for the same time is told once; one that went on meanwhile is left alone.
    """
    stores = runtime.stores
    notice = fire_notice(campaign, reason, runtime.now())

    async def refuse(transaction: Transaction) -> bool:
        current = await stores.campaigns.find(company_id, campaign.id, transaction)
        stored = await stores.notices.find(company_id, notice.id, transaction)
        if current is None or current.next_fire_at != campaign.next_fire_at:
            return False
        if current.fire_refusal != reason:
            refused = replace(current, fire_refusal=reason)
            stores.campaigns.put(transaction, company_id, campaign.id, refused)
        if stored is None:
            stores.notices.create(transaction, company_id, notice.id, notice)
        return stored is None or stored == notice

    is_told = await transact(stores.db, refuse, "refuse_fire")
    log.event("fire refused", level=logging.WARNING, reason=reason, is_told=is_told)
    return is_told
