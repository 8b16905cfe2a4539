"""Filters by an address, in any spelling."""

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.address_search import FoundAddress, read_address
from shared.domain.channels.channel import Channel
from shared.domain.errors import InvalidInput
from shared.firestore.kit.query import Match
from shared.runtime import Runtime


async def find_address(
    runtime: Runtime, company_id: str, text: str, channel: Channel | None = None
) -> tuple[FoundAddress, ...]:
    """The address, read as sending reads it. Raises InvalidInput when it is none."""
    company = await runtime.stores.companies.get(company_id)
    try:
        return read_address(text, company.default_region, channel)
    except AddressInvalid as invalid:
        raise InvalidInput.at("address", invalid.reason) from invalid


async def messages_at(
    runtime: Runtime, company_id: str, text: str | None, channel: Channel | None = None
) -> tuple[Match, ...]:
    """What messages or replies at the address match: its key, or the address where they have none yet.

    Nothing when no address is given. Raises InvalidInput when it is none.
    """
    if text is None:
        return ()
    found = await find_address(runtime, company_id, text, channel)
    keys = [Match("address_key", one.key) for one in found]
    return (*keys, *(Match("address", one.address) for one in found))
