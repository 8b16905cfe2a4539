"""A pasted list as parts of an audience, read as the company reads addresses."""

from shared.domain.campaigns.pasted_list import MOST_ADDRESSES, PastedList, read_pasted
from shared.domain.channels.channel import Channel
from shared.domain.errors import InvalidInput
from shared.runtime import Runtime


async def read_pasted_list(
    runtime: Runtime, company_id: str, text: str, channel: Channel | None = None
) -> PastedList:
    """What the text came to; nothing is stored. Raises InvalidInput for too many addresses."""
    company = await runtime.stores.companies.get(company_id)
    found = read_pasted(text, company.default_region, channel)
    if found.count > MOST_ADDRESSES:
        reason = f"holds {found.count:,} addresses; {MOST_ADDRESSES:,} are taken. Load them as a file."
        raise InvalidInput.at("text", reason)
    return found
