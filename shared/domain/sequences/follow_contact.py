"""What of a contact was changed since they came into a sequence: the address, and the clock they live by."""

from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_source import address_of
from shared.domain.place import find_all_zones
from shared.domain.record import replace
from shared.domain.sequences.enrollment import Enrollment
from shared.domain.sequences.mailbox import CHANNEL

NO_ADDRESS = "The contact has no email address any more."


def follow_contact(enrollment: Enrollment, contact: Contact) -> Enrollment | None:
    """The enrollment by the contact as they are now; None for one who has no email address any more.

    It stays at its address as long as that is one of theirs, and in its zone where none is known.
    """
    kind = CHANNEL.record.address
    zone = _zone(contact) or enrollment.time_zone
    if any(kind.key(one.address) == enrollment.address_key for one in contact.on(CHANNEL)):
        return replace(enrollment, time_zone=zone)
    address = address_of(contact, kind)
    if not address:
        return None
    return replace(enrollment, address=address, address_key=kind.key(address), time_zone=zone)


def _zone(contact: Contact) -> str:
    zones = find_all_zones(contact.time_zone)
    return zones[0] if len(zones) == 1 else ""
