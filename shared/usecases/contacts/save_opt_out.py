"""Note a refusal, or its end, that somebody reports through the API."""

from dataclasses import replace

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.domain.errors import InvalidInput
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime


async def save_opt_out(
    runtime: Runtime, company_id: str, channel: Channel, address: str, text: str = ""
) -> OptOut:
    """From now on nothing goes to the address. One that refused before stays as it was noted then.

    Raises InvalidInput for an address that is none.
    """
    company = await runtime.stores.companies.get(company_id)
    try:
        address = normalize(channel, address, company.default_region)
    except AddressInvalid as invalid:
        raise InvalidInput.at("address", invalid.reason) from invalid
    item_id = opt_out_id(channel, address)
    refusal = OptOut(
        id=item_id,
        channel=channel,
        address=address,
        is_active=True,
        source=OptOutSource.API,
        changed_at=runtime.now(),
        text=text,
    )
    stores = runtime.stores

    async def note(transaction: Transaction) -> OptOut:
        current = await stores.opt_outs.find(company_id, item_id, transaction)
        if current is not None and current.is_active:
            return current
        stores.opt_outs.put(transaction, company_id, item_id, refusal)
        return refusal

    return await transact(stores.db, note)


async def end_opt_out(runtime: Runtime, company_id: str, item_id: str, text: str = "") -> OptOut:
    """The person agreed to be contacted again; `text` says how. Raises NotFound."""
    stores = runtime.stores

    async def end(transaction: Transaction) -> OptOut:
        current = await stores.opt_outs.get(company_id, item_id, transaction)
        if not current.is_active:
            return current
        ended = replace(
            current, is_active=False, source=OptOutSource.API, changed_at=runtime.now(), text=text
        )
        stores.opt_outs.put(transaction, company_id, item_id, ended)
        return ended

    return await transact(stores.db, end)
