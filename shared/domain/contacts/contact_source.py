"""Contacts as a source: what is known of a person as a row's fields, so that both are sent to alike."""

from collections.abc import Iterable
from datetime import datetime

from shared.domain.channels.address_kinds import EMAIL_ADDRESS, PHONE_NUMBER, AddressKind
from shared.domain.channels.address_search import address_key
from shared.domain.channels.channel import Channel, all_channels
from shared.domain.contacts.contact import Contact, ContactAddress
from shared.domain.contacts.contact_field import ContactField
from shared.domain.contacts.judge_contact import KINDS, value_text
from shared.domain.contacts.segment import Told
from shared.domain.files.source import CONTACT, CONTACTS, PERSON, ColumnMapping, FieldType, HoldRule, Source

PHONE, EMAIL = "phone", "email"
# Who gets a message is told apart by the person, whichever way they came in.
DEDUPE_KEY = ("person",)
_ADDRESSES: dict[str, tuple[AddressKind, FieldType]] = {
    PHONE: (PHONE_NUMBER, FieldType.PHONE),
    EMAIL: (EMAIL_ADDRESS, FieldType.EMAIL),
}
_TOLD = {Told.NAME: FieldType.TEXT, Told.KEY: FieldType.TEXT, Told.LANGUAGE: FieldType.TEXT}


def contact_source(
    fields: Iterable[ContactField], now: datetime, others: Iterable[ColumnMapping] = ()
) -> Source:
    """The source of contacts that have these fields. `others` are columns of files that are sent to too."""
    columns = {
        **{name: kind for name, (_, kind) in _ADDRESSES.items()},
        **{str(channel): FieldType.TEXT for channel in own_channels()},
        **_TOLD,
        Told.TIME_ZONE: FieldType.TIME_ZONE,
        PERSON: FieldType.TEXT,
        CONTACT: FieldType.TEXT,
        **{one.id: KINDS[one.kind] for one in fields},
    }
    own = {
        name: ColumnMapping(column=str(name), field=str(name), type=kind) for name, kind in columns.items()
    }
    more = {column.field: column for column in others}
    return Source(
        id=CONTACTS,
        name="Contacts",
        columns=tuple({**more, **own}.values()),
        created_at=now,
        updated_at=now,
        time_zone_field=str(Told.TIME_ZONE),
        dedupe_key=DEDUPE_KEY,
        holds=HoldRule.NEVER,
        was_fired=False,
    )


def values_of(contact: Contact, fields: Iterable[str]) -> dict[str, str]:
    """What is known of the contact, as a row holds it. `fields` are the company's own."""
    told = {name: value_text(contact, name) for name in (*_TOLD, Told.TIME_ZONE, *fields)}
    reached = {name: address_of(contact, kind) for name, (kind, _) in _ADDRESSES.items()}
    reached |= {str(one): next((at.address for at in contact.on(one)), "") for one in own_channels()}
    found = {**told, **reached, PERSON: contact.id, CONTACT: contact.id}
    return {str(name): value for name, value in found.items() if value}


def address_field(channel: Channel) -> str:
    """The field that holds addresses of this channel: `phone`, `email`, or one of the channel's own name."""
    kind = channel.record.address
    return next((name for name, (one, _) in _ADDRESSES.items() if one is kind), str(channel))


def field_of_kind(kind: AddressKind) -> str:
    """The field that holds phone numbers, or emails."""
    return next(name for name, (one, _) in _ADDRESSES.items() if one is kind)


def own_channels() -> list[Channel]:
    """The channels with addresses of their own, which reach a person on no other."""
    kinds = [kind for kind, _ in _ADDRESSES.values()]
    return [one for one in all_channels() if one.record.address not in kinds]


def address_keys(contact: Contact) -> frozenset[str]:
    """What the contact's addresses are found by."""
    return frozenset(address_key(one.channel, one.address) for one in contact.addresses)


def address_of(contact: Contact, kind: AddressKind) -> str:
    """The address of this kind that the contact is written to at; empty where there is none."""
    theirs = [one for one in contact.addresses if one.channel.record.address is kind]
    return min(theirs, key=_rank).address if theirs else ""


def _rank(address: ContactAddress) -> bool:
    return not address.is_preferred
