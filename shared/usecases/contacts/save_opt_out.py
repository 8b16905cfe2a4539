"""Note a refusal, or its end, that somebody reports through the API."""

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.channels.channel import Channel
from shared.domain.contacts.opt_out import (
    OptOut,
    OptOutSource,
    active,
    ended,
    holding,
    noted,
    opt_out_id,
    opt_out_ids,
)
from shared.domain.errors import InvalidInput
from shared.domain.events.other_events import opt_out_events
from shared.firestore.kit.transactions import Transaction, transact
from shared.runtime import Runtime
from shared.usecases.contacts.ask_clearing import ask_clearing, to_be_cleared
from shared.usecases.outbox.open_outbox import open_outbox


async def save_opt_out(
    runtime: Runtime, company_id: str, channel: Channel, address: str, text: str = "", by: str = ""
) -> OptOut:
    """From now on nothing goes to the address. One that refused before stays as it was noted then.

    Raises InvalidInput for an address that is none.
    """
    company = await runtime.stores.companies.get(company_id)
    try:
        address = normalize(channel, address, company.default_region, allows_possible=True)
    except AddressInvalid as invalid:
        raise InvalidInput.at("address", invalid.reason) from invalid
    refusal = OptOut(
        id=opt_out_id(channel, address),
        channel=channel,
        address=address,
        is_active=True,
        source=OptOutSource.API,
        changed_at=runtime.now(),
        text=text,
        changed_by=by or None,
    )
    stores, ids = runtime.stores, opt_out_ids(channel, address)
    outbox = await open_outbox(runtime, company_id)

    async def note(transaction: Transaction) -> OptOut:
        stored = await stores.opt_outs.find_many(company_id, ids, transaction)
        new = noted(list(stored.values()), refusal)
        if new is None:
            return holding(ids, active(stored.values())) or refusal
        stores.opt_outs.put(transaction, company_id, new.id, new)
        outbox.put(transaction, opt_out_events([new]))
        return new

    held = await transact(stores.db, note)
    await outbox.announce()
    return held


async def end_opt_out(
    runtime: Runtime, company_id: str, item_id: str, text: str = "", by: str = ""
) -> OptOut:
    """The person agreed to be contacted again, or is in reach again; `text` says how. Raises NotFound.

    Where the address has other opt-outs, in another spelling, those end too; with one of a single topic or
    sender nothing else does.
    """
    stores, outbox = runtime.stores, await open_outbox(runtime, company_id)
    named = await stores.opt_outs.get(company_id, item_id)
    is_of_all = named.address and named.topic is None and named.sender_id is None
    ids = {item_id, *(opt_out_ids(named.channel, named.address) if is_of_all else ())}

    async def end(transaction: Transaction) -> dict[str, OptOut]:
        stored = await stores.opt_outs.find_many(company_id, ids, transaction)
        for current in active(stored.values()).values():
            if named.is_bounce and not current.is_bounce:  # in reach again, and refusing all the same
                continue
            [over] = to_be_cleared([ended(current, OptOutSource.API, runtime.now(), text, by or None)])
            stores.opt_outs.put(transaction, company_id, over.id, over)
            outbox.put(transaction, opt_out_events([over]))
            stored[over.id] = over
        return stored

    stored = await transact(stores.db, end)
    await outbox.announce()
    await ask_clearing(runtime, company_id, stored.values())
    return stored[item_id]
