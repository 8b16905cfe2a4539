"""The opt-outs of many addresses, or of a few with those of single topics and senders."""

from collections.abc import Collection, Iterable, Sequence

from shared.domain.channels.address_search import FoundAddress
from shared.domain.channels.channel import all_channels
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.opt_out import OptOut, opt_out_ids, topic_opt_out_id
from shared.firestore.queries.messages import OPT_OUTS_OF_ADDRESS
from shared.runtime import Runtime

REFUSALS_A_READ = 1_000
MOST_OF_ADDRESS = 100  # of topics and senders
MOST_REFUSALS = 20_000  # of a company, that are read at once; of more, those of the addresses are


class Refusals:
    """The opt-outs of contacts, ended ones too, to judge consent by; none where it is not asked for."""

    def __init__(self, runtime: Runtime, company_id: str, *, is_needed: bool) -> None:
        self._runtime, self._company_id = runtime, company_id
        self._is_needed = is_needed
        self._all: dict[str, OptOut] | None = None
        self._is_read = False

    async def of(self, contacts: Sequence[Contact]) -> dict[str, OptOut]:
        """By id, at least those of these contacts."""
        if not self._is_needed:
            return {}
        if not self._is_read:
            self._all = await _read_all(self._runtime, self._company_id, MOST_REFUSALS)
            self._is_read = True
        if self._all is not None:
            return self._all
        ids = {
            item_id
            for contact in contacts
            for one in contact.addresses
            for item_id in opt_out_ids(one.channel, one.address)
        }
        return await self._runtime.stores.opt_outs.find_many(self._company_id, ids)


async def read_refusals(runtime: Runtime, company_id: str, ids: Collection[str]) -> dict[str, OptOut]:
    """By id, at least those of these opt-outs that there are, with as few reads as it takes."""
    if len(ids) > REFUSALS_A_READ:
        every = await _read_all(runtime, company_id, min(len(ids), MOST_REFUSALS))
        if every is not None:
            return every
    return await runtime.stores.opt_outs.find_many(company_id, ids)


async def read_refusals_at(
    runtime: Runtime, company_id: str, addresses: Iterable[FoundAddress]
) -> dict[str, OptOut]:
    """By id, all refusals of the addresses on any channel, of whatever scope, ended ones too."""
    company, found = await runtime.stores.companies.get(company_id), list(addresses)
    places = [
        (channel, one.address)
        for one in found
        for channel in all_channels()
        if channel.record.address is one.kind
    ]
    ids = {item_id for place in places for item_id in opt_out_ids(*place)}
    ids |= {topic_opt_out_id(*place, topic) for place in places for topic in company.consent.topics}
    opt_outs = runtime.stores.opt_outs
    refusals = await opt_outs.find_many(company_id, ids)
    if company.has_topic_opt_outs or company.has_sender_opt_outs:
        spellings = {text for one in found for text in one.kind.spellings(one.address)}
        for text in sorted(spellings):
            narrow = await opt_outs.some(company_id, OPT_OUTS_OF_ADDRESS, text, limit=MOST_OF_ADDRESS)
            refusals |= {one.id: one for one in narrow}
    return refusals


async def _read_all(runtime: Runtime, company_id: str, most: int) -> dict[str, OptOut] | None:
    """All that the company has; None when they are as many as `most`."""
    found: dict[str, OptOut] = {}
    after: str | None = None
    while len(found) < most:
        page = await runtime.stores.opt_outs.page(company_id, limit=REFUSALS_A_READ, after=after)
        found |= {one.id: one for one in page.items}
        after = page.next_after
        if after is None:
            return found
    return None
