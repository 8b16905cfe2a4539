"""Note for contacts that they want nothing more: each of their addresses has refused from now on."""

from collections.abc import Iterable

from msgspec import Struct

from shared.domain.contacts.contact_changes import Author
from shared.domain.contacts.opt_out import OptOut, OptOutSource, opt_out_id
from shared.runtime import Runtime
from shared.usecases.contacts.note_opt_outs import note_opt_outs


class Unsubscribed(Struct, frozen=True, kw_only=True):
    """How many contacts were found, and how many different addresses they have."""

    contacts: int
    addresses: int


async def unsubscribe_contacts(
    runtime: Runtime, company_id: str, contact_ids: Iterable[str], author: Author, text: str = ""
) -> Unsubscribed:
    """From now on nothing goes to any address of these contacts. What refused before stays as noted then.

    `text` says how they refused.
    """
    found = await runtime.stores.contact_shards.contacts(company_id, set(contact_ids))
    refusals = {
        opt_out_id(address.channel, address.address): OptOut(
            id=opt_out_id(address.channel, address.address),
            channel=address.channel,
            address=address.address,
            is_active=True,
            source=OptOutSource.API,
            changed_at=runtime.now(),
            text=text,
            changed_by=f"{author.kind.replace('_', ' ')} {author.id}",
        )
        for contact in found.values()
        for address in contact.addresses
    }
    await note_opt_outs(runtime, company_id, list(refusals.values()))
    return Unsubscribed(contacts=len(found), addresses=len(refusals))
