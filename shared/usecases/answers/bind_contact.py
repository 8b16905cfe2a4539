"""Give a contact the address from which they came by an invitation."""

from shared.domain.channels.channel import Channel
from shared.domain.contacts.check_contact import MOST_ADDRESSES
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.messages.invite import is_reference
from shared.domain.record import replace
from shared.runtime import Runtime
from shared.usecases.contacts.change_one import change_one


async def bind_contact(
    runtime: Runtime, company_id: str, reference: str, reply_id: str, channel: Channel, address: str
) -> None:
    """Add the address to the contact whose invitation the reply used, where there is one.

    It is done after the reply is stored, and again when that is told again: an address that the contact has
    changes nothing.
    """
    stores = runtime.stores
    if not is_reference(reference):
        return
    invite = await stores.invites.find(company_id, reference)
    if invite is None or invite.reply_id != reply_id:
        return
    message = await stores.messages.find(company_id, invite.message_id)
    if message is None or message.contact_id is None:
        return
    new = ContactAddress(channel=channel, address=address)

    def with_address(contact: Contact | None) -> Contact | None:
        if contact is None or len(contact.addresses) >= MOST_ADDRESSES:
            return contact
        if any(one.key == new.key for one in contact.addresses):
            return contact
        return replace(contact, addresses=(*contact.addresses, new))

    await change_one(runtime, company_id, message.contact_id, with_address, Author(ChangedBy.REPLY, reply_id))
