"""Senders: what messages may come from."""

from shared.domain.channels.channel import Channel
from shared.domain.senders.sender import MOST_SENDERS, Provider, Sender
from shared.providers.registry import own_addresses
from shared.runtime import Runtime
from shared.views.kit.addresses import find_address
from shared.views.kit.paging import Page, PageAsked, among


async def list_senders(
    runtime: Runtime,
    company_id: str,
    asked: PageAsked,
    *,
    channel: Channel | None = None,
    provider: Provider | None = None,
    is_paused: bool | None = None,
    address: str | None = None,
) -> Page[Sender]:
    """The company's senders that match every filter given, newest first. `address` is in any spelling.

    All are read, which are `MOST_SENDERS` at most. Raises InvalidInput for an address that is none.
    """
    at = None if address is None else await _forms(runtime, company_id, address, channel)
    every = await runtime.stores.senders.page(company_id, limit=MOST_SENDERS)
    found = [
        sender
        for sender in every.items
        if channel in (None, sender.channel)
        and provider in (None, sender.provider)
        and is_paused in (None, sender.is_paused)
        and (at is None or sender.address in at)
    ]
    return among(found, asked, lambda sender: sender.created_at)


async def _forms(runtime: Runtime, company_id: str, text: str, channel: Channel | None) -> frozenset[str]:
    """How senders may have the address: as a provider alone knows it, else as messages to it have it."""
    found = own_addresses(text)
    if found:
        return found
    return frozenset(one.address for one in await find_address(runtime, company_id, text, channel))


async def get_sender(runtime: Runtime, company_id: str, sender_id: str) -> Sender:
    """One sender. Raises NotFound."""
    return await runtime.stores.senders.get(company_id, sender_id)
