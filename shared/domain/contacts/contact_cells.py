"""Contacts as the rows of an export, such that importing them again changes nothing.

Addresses have columns of their own: `sms`, `sms 2` and so on, the preferred one first, each with its consent
as it holds now. Tags and lists stand in one cell, as `list_cells` joins them.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import islice

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent, Contact
from shared.domain.contacts.contact_field import ContactField
from shared.domain.contacts.import_cells import cell_of
from shared.domain.contacts.import_columns import Target, heading
from shared.domain.contacts.list_cells import joined
from shared.domain.contacts.list_names import ListNames
from shared.domain.contacts.opt_out import OptOut
from shared.domain.contacts.standing import standing_of

_OF_ONE = (Target.ADDRESS, Target.CONSENT, Target.CONSENT_AT, Target.CONSENT_NOTE)
_OWN = (Target.ID, Target.NAME, Target.KEY, Target.LANGUAGE, Target.TIME_ZONE, Target.TAGS, Target.LISTS)


def most_addresses(contacts: Iterable[Contact]) -> Counter[Channel]:
    """How many addresses on each channel one of the contacts has at most."""
    found: Counter[Channel] = Counter()
    for contact in contacts:
        found |= Counter(one.channel for one in contact.addresses)
    return found


class ContactTable(Struct, frozen=True, kw_only=True):
    """The columns of an export: `channels` with their most addresses, and the company's own fields."""

    channels: Sequence[tuple[Channel, int]]
    fields: Sequence[ContactField]
    lists: ListNames

    @property
    def header(self) -> list[str]:
        """The names of the columns."""
        addresses = [
            heading(to, channel, number)
            for channel, most in self.channels
            for number in range(1, most + 1)
            for to in _OF_ONE
        ]
        return [
            *map(heading, _OWN),
            *addresses,
            *(heading(Target.FIELD, field=one.id) for one in self.fields),
        ]

    def row(self, contact: Contact, opt_outs: Mapping[str, OptOut]) -> list[str]:
        """The contact's cells. `opt_outs` are those of its addresses, by id, ended ones too."""
        own = [contact.id, contact.name, contact.key, contact.language, contact.time_zone]
        lists = [joined(contact.tags), joined(self.lists.words(contact.list_ids))]
        addresses = (cell for one in self.channels for cell in _cells(contact, *one, opt_outs))
        return [*own, *lists, *addresses, *(cell_of(contact.fields.get(one.id)) for one in self.fields)]


def _cells(contact: Contact, channel: Channel, most: int, opt_outs: Mapping[str, OptOut]) -> Iterator[str]:
    addresses = list(islice(contact.on(channel), most))
    for address in addresses:
        standing = standing_of(address, opt_outs)
        yield address.address
        yield "" if standing.consent is Consent.UNKNOWN else standing.consent
        yield standing.at.isoformat() if standing.at else ""
        yield standing.note
    yield from [""] * (len(_OF_ONE) * (most - len(addresses)))
