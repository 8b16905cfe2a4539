"""What somebody changes of a contact, and the contact that comes of it."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import datetime

from msgspec import Struct, field

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent, Contact, ContactAddress, FieldValue, tag_of
from shared.domain.record import replace


class AddressEdit(Struct, frozen=True, kw_only=True):
    """An address the contact is to have. A consent that is None stays as it is.

    `consent_at` is when it was given; None stands for now.
    """

    channel: Channel
    address: str
    is_preferred: bool = False
    consent: Consent | None = None
    consent_note: str = ""
    consent_at: datetime | None = None


class ContactEdit(Struct, frozen=True, kw_only=True):
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
        pairs = _with_preferred(edit.addresses)
        addresses = tuple(_address(contact, one, is_preferred, source, at) for one, is_preferred in pairs)
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


def _address(
    contact: Contact, edit: AddressEdit, is_preferred: bool, source: str, at: datetime
) -> ContactAddress:
    key = edit.channel, edit.channel.record.address.key(edit.address)
    known = next((one for one in contact.addresses if one.key == key), None)
    # A refusal is noted as an opt-out; what was said before it does not come back when that ends.
    consent = Consent.UNKNOWN if edit.consent is Consent.UNSUBSCRIBED else edit.consent
    if known is not None and consent in (None, known.consent):
        return replace(known, address=edit.address, is_preferred=is_preferred)
    if consent in (None, Consent.UNKNOWN):
        return ContactAddress(channel=edit.channel, address=edit.address, is_preferred=is_preferred)
    return ContactAddress(
        channel=edit.channel,
        address=edit.address,
        is_preferred=is_preferred,
        consent=consent or Consent.UNKNOWN,
        consent_source=source,
        consent_note=edit.consent_note,
        consent_at=edit.consent_at or at,
    )


def _with_preferred(edits: Iterable[AddressEdit]) -> Iterator[tuple[AddressEdit, bool]]:
    """Each with whether it is preferred: on a channel the first is, unless another is said to be."""
    several = list(edits)
    chosen = {one.channel for one in several if one.is_preferred}
    for one in several:
        is_first = one.channel not in chosen
        chosen.add(one.channel)
        yield one, one.is_preferred or is_first
