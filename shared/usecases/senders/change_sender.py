"""Change what a company may say of its sender: where answers to its mails go."""

from dataclasses import replace

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.channels.channel import Channel
from shared.domain.errors import InvalidInput
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def change_sender(runtime: Runtime, company_id: str, sender_id: str, reply_to: str | None) -> Sender:
    """Have answers go to the mailbox `reply_to`, or to the sender itself when None.

    Campaigns that are ready keep what they were frozen with. Raises NotFound, and InvalidInput for a sender
    that is no mailbox or an address that is none.
    """
    stores = runtime.stores
    sender = await stores.senders.get(company_id, sender_id)
    company = await stores.companies.get(company_id)
    try:
        checked = checked_reply_to(sender.channel, reply_to, company.default_region)
    except AddressInvalid as invalid:
        raise InvalidInput.at("reply_to", invalid.reason) from invalid

    async def change(transaction: Transaction) -> Sender:
        current = await stores.senders.get(company_id, sender_id, transaction)
        changed = replace(current, reply_to=checked)
        stores.senders.put(transaction, company_id, sender_id, changed)
        return changed

    return await transact(stores.db, change)


def checked_reply_to(channel: Channel, reply_to: str | None, region: str) -> str | None:
    """The mailbox in its one form. Raises AddressInvalid when it is none, or of no use to the channel."""
    if reply_to is None:
        return None
    if not channel.record.takes_reply_to:
        raise AddressInvalid(f"Answers to {channel.record.noun} go to the sender itself; leave it out.")
    return normalize(channel, reply_to, region)
