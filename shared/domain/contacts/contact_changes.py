"""What a change made of contacts: who did it, what was before and after, and the events that follow from it.

A change is a contact's history, what an undo goes back by, and what listeners are told from.
"""

from collections.abc import Iterator
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.contacts.contact import Consent, Contact


class ChangedBy(StrEnum):
    """What kind of thing changes contacts."""

    USER = "user"
    API_KEY = "api_key"
    IMPORT = "import"
    REPLY = "reply"
    SYSTEM = "system"
    AUTOMATION = "automation"


class Author(Struct, frozen=True):
    """Who changes contacts: `id` names the user, API key, import, reply or part of the system."""

    kind: ChangedBy
    id: str


class ContactPair(Struct, frozen=True):
    """A contact before and after a change; None where there was, or is, none."""

    before: Contact | None
    after: Contact | None

    @property
    def contact_id(self) -> str:
        """Whose they are."""
        contact = self.after or self.before
        return contact.id if contact else ""


class ContactChange(Struct, frozen=True, kw_only=True):
    """One change of contacts of one shard, written with them. `pairs` are ContactPairs, packed.

    `change_id` is what all parts of a large change share: an import, or one edit. `due_at` is since when it
    is to be told to whoever listens: None when it was, or nobody does.
    """

    id: str
    change_id: str
    at: datetime
    by: ChangedBy
    by_id: str
    contact_ids: tuple[str, ...]
    pairs: bytes
    due_at: datetime | None = None


class EventKind(StrEnum):
    """What automations listen to."""

    CREATED = "created"
    DELETED = "deleted"
    TAG_ATTACHED = "tag_attached"
    TAG_REMOVED = "tag_removed"
    LIST_JOINED = "list_joined"
    LIST_LEFT = "list_left"
    SUBSCRIBED = "subscribed"
    ADDRESS_ADDED = "address_added"
    ADDRESS_REMOVED = "address_removed"
    FIELD_CHANGED = "field_changed"


class ContactEvent(Struct, frozen=True):
    """One thing that happened to a contact: `what` is the tag, list id, channel or field."""

    contact_id: str
    kind: EventKind
    what: str = ""
    address: str = ""


_OWN = ("name", "key", "language", "time_zone")


def events_of(pair: ContactPair) -> Iterator[ContactEvent]:
    """What happened, from before and after. That somebody refused is told by its opt-out, not here."""
    before, after, contact_id = pair.before, pair.after, pair.contact_id
    if before is None:
        yield ContactEvent(contact_id, EventKind.CREATED)
    if after is None:
        yield ContactEvent(contact_id, EventKind.DELETED)
    for kind, what in _sets(before, after):
        yield ContactEvent(contact_id, kind, what)
    old = {one.key: one for one in before.addresses} if before else {}
    new = {one.key: one for one in after.addresses} if after else {}
    for key, address in new.items():
        if key not in old:
            yield ContactEvent(contact_id, EventKind.ADDRESS_ADDED, address.channel, address.address)
        was = old[key].consent if key in old else Consent.UNKNOWN
        if address.consent is Consent.SUBSCRIBED and was is not Consent.SUBSCRIBED:
            yield ContactEvent(contact_id, EventKind.SUBSCRIBED, address.channel, address.address)
    for key, address in old.items():
        if key not in new:
            yield ContactEvent(contact_id, EventKind.ADDRESS_REMOVED, address.channel, address.address)


def _sets(before: Contact | None, after: Contact | None) -> Iterator[tuple[EventKind, str]]:
    for name, came, went in (
        ("tags", EventKind.TAG_ATTACHED, EventKind.TAG_REMOVED),
        ("list_ids", EventKind.LIST_JOINED, EventKind.LIST_LEFT),
    ):
        old, new = set(getattr(before, name, ())), set(getattr(after, name, ()))
        yield from ((came, one) for one in sorted(new - old))
        yield from ((went, one) for one in sorted(old - new))
    if before is not None and after is not None:
        changed = [name for name in _OWN if getattr(before, name) != getattr(after, name)]
        names = sorted(before.fields.keys() | after.fields.keys())
        changed += [name for name in names if before.fields.get(name) != after.fields.get(name)]
        yield from ((EventKind.FIELD_CHANGED, name) for name in changed)
