"""Change what a company may say of its sender: name, pace, where answers go, and what it answers itself."""

import math
from collections.abc import Mapping

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.channels.channel import Channel
from shared.domain.characters import check_characters
from shared.domain.companies.consent_rules import check_answer
from shared.domain.errors import InvalidInput
from shared.domain.record import replace
from shared.domain.senders.day_left import capacity_fault
from shared.domain.senders.sender import Sender
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime

_OWN_TEXTS = ("help_text", "opt_out_text")


async def change_sender(
    runtime: Runtime, company_id: str, sender_id: str, changes: Mapping[str, object]
) -> Sender:
    """Change the fields in `changes`: `reply_to` (None: the sender itself), `help_text`, `opt_out_text`,
    `keywords_at_provider`, `stand_in_id` (None: nobody), `link_name`, `name`, `rate_per_second`,
    `daily_capacity` (None: as many as its pace allows).

    Campaigns that are ready keep the `reply_to`, name and pace they were frozen with. Raises NotFound, and
    InvalidInput for a sender that is no mailbox, an address that is none, and a text that cannot be sent.
    """
    stores = runtime.stores
    sender = await stores.senders.get(company_id, sender_id)
    checked = dict(changes)
    if "reply_to" in changes:
        checked["reply_to"] = await _reply_to(runtime, company_id, sender, changes["reply_to"])
    if "stand_in_id" in changes:
        await _check_stand_in(runtime, company_id, sender, changes["stand_in_id"])
    if "rate_per_second" in changes:
        pace = replace(sender, rate_per_second=float(str(changes["rate_per_second"])))
        if (fault := rate_fault(pace)) is not None:
            raise InvalidInput.at("rate_per_second", fault)
    capacity = changes.get("daily_capacity")
    if isinstance(capacity, int) and (fault := capacity_fault(capacity)) is not None:
        raise InvalidInput.at("daily_capacity", fault)
    if faults := [*check_characters("name", str(changes.get("name", "")), is_line=True)]:
        raise InvalidInput(*faults)
    if faults := [fault for name in _OWN_TEXTS for fault in check_answer(name, str(changes.get(name, "")))]:
        raise InvalidInput(*faults)

    async def change(transaction: Transaction) -> Sender:
        current = await stores.senders.get(company_id, sender_id, transaction)
        changed = replace(current, **checked)  # type: ignore[arg-type]  # fields of Sender
        stores.senders.put(transaction, company_id, sender_id, changed)
        return changed

    return await transact(stores.db, change)


async def _check_stand_in(runtime: Runtime, company_id: str, sender: Sender, stand_in_id: object) -> None:
    """A stand-in is another sender of the same channel. Raises InvalidInput."""
    if stand_in_id is None:
        return
    found = await runtime.stores.senders.find(company_id, str(stand_in_id))
    if found is None or found.id == sender.id:
        raise InvalidInput.at("stand_in_id", "there is no such other sender")
    if found.channel != sender.channel:
        raise InvalidInput.at("stand_in_id", f"this sender is for {found.channel}, not {sender.channel}")


async def _reply_to(runtime: Runtime, company_id: str, sender: Sender, address: object) -> str | None:
    company = await runtime.stores.companies.get(company_id)
    try:
        return checked_reply_to(
            sender.channel, None if address is None else str(address), company.default_region
        )
    except AddressInvalid as invalid:
        raise InvalidInput.at("reply_to", invalid.reason) from invalid


def rate_fault(sender: Sender) -> str | None:
    """What is wrong with the sender's pace, if anything."""
    highest = sender.channel.record.highest_rate
    if math.isfinite(sender.rate_per_second) and 0 < sender.rate_per_second <= highest:
        return None
    return f"must be above 0 and at most {highest:,g} messages a second"


def checked_reply_to(channel: Channel, reply_to: str | None, region: str) -> str | None:
    """The mailbox in its one form. Raises AddressInvalid when it is none, or of no use to the channel."""
    if reply_to is None:
        return None
    if not channel.record.takes_reply_to:
        raise AddressInvalid(f"Answers to {channel.record.noun} go to the sender itself; leave it out.")
    return normalize(channel, reply_to, region)
