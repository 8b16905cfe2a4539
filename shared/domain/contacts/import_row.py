"""What one row of an import says of a contact, and the contact that comes of it."""

from collections.abc import Iterable, Sequence

from msgspec import Struct, field

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent, Contact, FieldValue
from shared.domain.contacts.contact_changes import ChangedBy
from shared.domain.contacts.contact_edit import AddressEdit, ContactEdit, edited
from shared.domain.contacts.contact_import import ContactImport
from shared.domain.contacts.import_cells import is_same_text
from shared.domain.contacts.import_columns import Target
from shared.domain.record import replace


class RowRejected(ValueError):
    """A row cannot be taken: in which column, with which value, and how to mend it."""

    def __init__(self, column: str, value: str, reason: str) -> None:
        super().__init__(reason)
        self.column, self.value, self.reason = column, value, reason


class RowRepeated(RowRejected):
    """The row's contact is the one of an earlier row."""

    def __init__(self, first: int) -> None:
        super().__init__("", "", f"is the same contact as row {first}; leave one out, or join them")


class ImportRow(Struct, kw_only=True):
    """What one row says. `match` is what its contact is found by, `contact_id` the one it names.

    What is not named stays as it is; an empty text and a None empty what there was. `made` is what `imported`
    made of the contact that it was asked of last, with that.
    """

    number: int
    cells: tuple[str, ...]
    match: str = ""
    contact_id: str = ""
    texts: dict[str, str] = field(default_factory=dict)
    tags: tuple[str, ...] | None = None
    list_ids: tuple[str, ...] | None = None
    fields: dict[str, FieldValue | None] = field(default_factory=dict)
    addresses: tuple[AddressEdit, ...] = ()
    made: tuple[Contact | None, Contact] | None = None

    @property
    def key(self) -> str:
        """The company's own id of the contact."""
        return self.texts.get("key", "")


def imported(current: Contact | None, contact_id: str, row: ImportRow, item: ContactImport) -> Contact:
    """The contact as the row makes it of what is stored.

    It is asked when the row is planned, before it is written and while it is: mostly of the same contact.
    """
    if row.made is None or row.made[0] != current:
        row.made = current, _imported(current, contact_id, row, item)
    return row.made[1]


def _imported(current: Contact | None, contact_id: str, row: ImportRow, item: ContactImport) -> Contact:
    at = item.created_at
    contact = current or Contact(id=contact_id, created_at=at, changed_at=at)
    texts = {name: text for name, text in row.texts.items() if not is_same_text(getattr(contact, name), text)}
    fields = {
        name: value
        for name, value in row.fields.items()
        if not is_same_text(contact.fields.get(name), "" if value is None else value)
    }
    edit = ContactEdit(
        name=texts.get("name"),
        key=texts.get("key"),
        language=texts.get("language"),
        time_zone=texts.get("time_zone"),
        fields=fields,
        addresses=_addresses(contact, row, item) if row.addresses or item.replaces else None,
        add_tags=(*item.tags, *_known(row.tags or (), contact.tags)),
        add_list_ids=(*item.list_ids, *(row.list_ids or ())),
        tags=() if item.replaces and row.tags is not None else None,
        list_ids=() if item.replaces and row.list_ids is not None else None,
    )
    return edited(contact, edit, ChangedBy.IMPORT, at)


def _known(read: Sequence[str], stored: Iterable[str]) -> list[str]:
    """The tags that were read, in the form in which the contact has them."""
    odd = [tag for tag in stored if not tag.isascii()]
    return [next((one for one in odd if is_same_text(one, tag)), tag) for tag in read] if odd else list(read)


def _addresses(contact: Contact, row: ImportRow, item: ContactImport) -> tuple[AddressEdit, ...]:
    """The addresses the contact is to have: those it has, in their order, and the row's."""
    named = {_key(one): one for one in reversed(row.addresses)}
    firsts = {one.channel: _key(one) for one in reversed(row.addresses)}
    covered = {one.channel for one in item.used if one.to is Target.ADDRESS} if item.replaces else set()
    kept = []

    def is_first(one: AddressEdit) -> bool:
        return one.channel in covered and firsts[one.channel] == _key(one)

    for one in contact.addresses:
        said = named.pop(one.key, None)
        if said is None and one.channel in covered:
            continue
        kept.append(
            AddressEdit(
                channel=one.channel,
                address=one.address,
                is_preferred=firsts.get(one.channel) == one.key
                if one.channel in covered
                else one.is_preferred,
                consent=said.consent if said else None,
                consent_note=said.consent_note if said else "",
                consent_at=said.consent_at if said else None,
            )
        )
    new = [one for one in row.addresses if named.pop(_key(one), None) is not None]
    return (*kept, *(replace(one, is_preferred=True) if is_first(one) else one for one in new))


def _key(one: AddressEdit) -> tuple[Channel, str]:
    return one.channel, one.channel.record.address.key(one.address)


def with_consents(row: ImportRow, consents: Sequence[Consent | None]) -> ImportRow:
    """The row with what was decided on the consent of each of its addresses."""
    pairs = list(zip(row.addresses, consents, strict=True))
    if all(one.consent is consent for one, consent in pairs):
        return row
    addresses = tuple(replace(one, consent=consent) for one, consent in pairs)
    return replace(row, addresses=addresses, made=None)
