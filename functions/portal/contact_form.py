"""The form of a contact: its fields, and the edit that they make."""

from collections.abc import Sequence
from typing import Any

from msgspec import Struct, field

from functions.portal.kit.forms import Form
from shared.domain.channels.channel import Channel, all_channels
from shared.domain.contacts.check_contact import KEY_CHARACTERS, MOST_ADDRESSES
from shared.domain.contacts.contact import Contact, FieldValue
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit
from shared.domain.contacts.contact_field import MOST_CHARACTERS, ContactField, FieldKind

EMPTY_ROWS = 2  # for addresses that are added
_YES_NO = {"yes": True, "no": False}


class TypedAddress(Struct, frozen=True, kw_only=True):
    """A row of addresses, as it is typed."""

    channel: str = ""
    address: str = ""
    is_preferred: bool = False


class TypedContact(Struct, frozen=True, kw_only=True):
    """All that the form shows."""

    name: str = ""
    key: str = ""
    language: str = ""
    time_zone: str = ""
    tags: str = ""
    list_ids: tuple[str, ...] = ()
    fields: dict[str, str] = field(default_factory=dict)
    addresses: tuple[TypedAddress, ...] = ()
    version: str = ""

    @property
    def rows(self) -> list[TypedAddress]:
        """The addresses, with rows to add some."""
        return [*self.addresses, *[TypedAddress()] * min(EMPTY_ROWS, MOST_ADDRESSES - len(self.addresses))]


def typed_of_contact(contact: Contact) -> TypedContact:
    """The form as a contact fills it."""
    return TypedContact(
        name=contact.name,
        key=contact.key,
        language=contact.language,
        time_zone=contact.time_zone,
        tags=", ".join(contact.tags),
        list_ids=contact.list_ids,
        fields={name: value_text(value) for name, value in contact.fields.items()},
        addresses=tuple(
            TypedAddress(channel=one.channel, address=one.address, is_preferred=one.is_preferred)
            for one in contact.addresses
        ),
        version=str(contact.version),
    )


def typed_of(form: Form, fields: Sequence[ContactField]) -> TypedContact:
    """The form as it was typed, to be shown again."""
    return TypedContact(
        **{name: form.given(name) for name in ("name", "key", "language", "time_zone", "tags", "version")},
        list_ids=tuple(form.lines("list_ids")),
        fields={one.id: form.given(f"fields.{one.id}") for one in fields},
        addresses=tuple(row for _, row in _rows(form) if row.address.strip()),
    )


def read_edit(form: Form, fields: Sequence[ContactField]) -> ContactEdit:
    """The edit that the form says. Raises InvalidInput naming what is wrong."""
    texts: dict[str, Any] = {
        "name": form.line("name", is_needed=False),
        "key": form.line("key", is_needed=False, most=KEY_CHARACTERS),
        "language": form.line("language", is_needed=False, most=35),
        "time_zone": form.line("time_zone", is_needed=False, most=60),
    }
    tags = [one.strip() for one in form.line("tags", is_needed=False, most=10_000).split(",")]
    version = form.given("version")
    edit = ContactEdit(
        **texts,
        tags=tuple(one for one in tags if one),
        list_ids=tuple(form.lines("list_ids")),
        fields={
            one.id: typed_value(form, f"fields.{one.id}", one.kind)
            for one in fields
            if f"fields.{one.id}" in form
        },
        addresses=tuple(_addresses(form)),
        version=int(version) if version.isdecimal() and len(version) < 10 else None,
    )
    form.check()
    return edit


def _rows(form: Form) -> list[tuple[int, TypedAddress]]:
    """The rows of addresses, with their places in the form."""
    preferred = set(form.lines("preferred"))
    return [
        (
            place,
            TypedAddress(
                channel=form.given(f"channel.{place}"),
                address=form.given(f"address.{place}"),
                is_preferred=str(place) in preferred,
            ),
        )
        for place in range(MOST_ADDRESSES)
        if f"address.{place}" in form
    ]


def _addresses(form: Form) -> list[AddressEdit]:
    """Those that are filled in; their consent stays as it is."""
    found, known = [], all_channels()
    for place, row in _rows(form):
        if not row.address.strip():
            continue
        if row.channel not in known:
            form.wrong(f"address.{place}", "choose what kind of address it is")
            continue
        address = form.line(f"address.{place}", most=320)
        found.append(
            AddressEdit(channel=Channel(row.channel), address=address, is_preferred=row.is_preferred)
        )
    return found


def typed_value(form: Form, name: str, kind: FieldKind) -> FieldValue | None:
    """What is typed for a field of a company's own; None for nothing.

    What is no value of its kind is left as text, for the field to refuse.
    """
    text = form.line(name, is_needed=False, most=MOST_CHARACTERS)
    if not text:
        return None
    if kind is FieldKind.BOOLEAN:
        return _YES_NO.get(text, text)
    if kind is FieldKind.NUMBER:
        try:
            return float(text.replace(",", ""))
        except ValueError:
            return text
    return text


def value_text(value: FieldValue) -> str:
    """A value as a form shows it."""
    if isinstance(value, bool):
        return "yes" if value else "no"
    return str(value)
