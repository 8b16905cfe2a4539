"""What somebody changes of a contact, and the contact that comes of it."""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from datetime import datetime

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent, Contact, ContactAddress, FieldValue, tag_of


@dataclass(frozen=True, kw_only=True, slots=True)
class AddressEdit:
    """An address the contact is to have. A consent that is None stays as it is.

    `consent_at` is when it was given; None stands for now.
    """

    channel: Channel
    address: str
    is_preferred: bool = False
    consent: Consent | None = None
    consent_note: str = ""
    consent_at: datetime | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class ContactEdit:
    """What is to be changed. What is None stays; `tags`, `list_ids` and `addresses` take the place of all.

    Values of `fields` are set one by one, and None takes one away. `version` is the one that is changed.
    """

    name: str | None = None
    key: str | None = None
    language: str | None = None
    time_zone: str | None = None
    tags: tuple[str, ...] | None = None
    add_tags: tuple[str, ...] = ()
    remove_tags: tuple[str, ...] = ()
    list_ids: tuple[str, ...] | None = None
    add_list_ids: tuple[str, ...] = ()
    remove_list_ids: tuple[str, ...] = ()
    fields: Mapping[str, FieldValue | None] = field(default_factory=dict)
    addresses: tuple[AddressEdit, ...] | None = None
    version: int | None = None


_TEXTS = ("name", "key", "language", "time_zone")


def edited(contact: Contact, edit: ContactEdit, source: str, at: datetime) -> Contact:
    """The contact after the edit. `source` is who says so, and `at` when: of a consent that is new."""
    texts = {name: value for name in _TEXTS if (value := getattr(edit, name)) is not None}
    tags = set(contact.tags if edit.tags is None else _tags(edit.tags)) | _tags(edit.add_tags)
    lists = set(contact.list_ids if edit.list_ids is None else edit.list_ids) | set(edit.add_list_ids)
    fields = {name: value for name, value in {**contact.fields, **edit.fields}.items() if value is not None}
    addresses = contact.addresses
    if edit.addresses is not None:
        addresses = _preferred(_address(contact, one, source, at) for one in edit.addresses)
    return replace(
        contact,
        **texts,
        tags=tuple(sorted(tags - _tags(edit.remove_tags))),
        list_ids=tuple(sorted(lists - set(edit.remove_list_ids))),
        fields=dict(sorted(fields.items())),
        addresses=addresses,
    )


def _tags(texts: Iterable[str]) -> set[str]:
    return set(map(tag_of, texts))


def _address(contact: Contact, edit: AddressEdit, source: str, at: datetime) -> ContactAddress:
    new = ContactAddress(channel=edit.channel, address=edit.address, is_preferred=edit.is_preferred)
    known = next((one for one in contact.addresses if one.key == new.key), None)
    # A refusal is noted as an opt-out; what was said before it does not come back when that ends.
    consent = Consent.UNKNOWN if edit.consent is Consent.UNSUBSCRIBED else edit.consent
    if known is not None and consent in (None, known.consent):
        return replace(known, address=edit.address, is_preferred=edit.is_preferred)
    if consent in (None, Consent.UNKNOWN):
        return new
    return replace(
        new,
        consent=consent,
        consent_source=source,
        consent_note=edit.consent_note,
        consent_at=edit.consent_at or at,
    )


def _preferred(addresses: Iterable[ContactAddress]) -> tuple[ContactAddress, ...]:
    """The addresses with a preferred one on each channel: the first, where none is said to be."""
    found = list(addresses)
    chosen = {one.channel for one in found if one.is_preferred}
    for place, one in enumerate(found):
        if one.channel not in chosen:
            chosen.add(one.channel)
            found[place] = replace(one, is_preferred=True)
    return tuple(found)
