"""Tags that an answer gives a contact, or takes away, and whose contact that is."""

from collections.abc import Sequence

from msgspec import Struct

from shared.domain.contacts.check_contact import MOST_TAGS
from shared.domain.contacts.contact import Contact, tag_of
from shared.domain.record import replace


class Tags(Struct, frozen=True):
    """Tags that are given, and tags that are taken away. What is in both is given."""

    add: tuple[str, ...] = ()
    remove: tuple[str, ...] = ()

    def and_then(self, other: "Tags") -> "Tags":
        """All that both do."""
        return Tags((*self.add, *other.add), (*self.remove, *other.remove))

    def of(self, contact: Contact) -> Contact:
        """The contact with them. It has a bounded number of tags; what is beyond that is not added."""
        kept = [tag for tag in contact.tags if tag not in {tag_of(one) for one in self.remove}]
        new = [tag for tag in dict.fromkeys(tag_of(one) for one in self.add) if tag not in kept]
        return replace(contact, tags=tuple(sorted([*kept, *new[: max(0, MOST_TAGS - len(kept))]])))


class Told(Struct, frozen=True, kw_only=True):
    """What is known of whom a message is for: a contact's id, or what a file's row says of its person.

    `key` is the company's own id of them, `name` what they are called.
    """

    contact_id: str | None = None
    key: str = ""
    name: str = ""


def whose(told: Told, sharing: Sequence[Contact]) -> str | None:
    """The id of the contact whom a message is for; None where that is not known, and nothing is guessed.

    `sharing` are the contacts who have its address. A merged contact is the one it was merged into. A row is
    that of the only contact with its address; of several, of the one with its key, or else its name.
    """
    if told.contact_id is not None:
        merged = (one.id for one in sharing if told.contact_id in one.merged_ids)
        return next(merged, told.contact_id)
    if len(sharing) == 1:
        return sharing[0].id
    keyed = [one.id for one in sharing if told.key and one.key == told.key]
    named = [one.id for one in sharing if _plain(told.name) and _plain(one.name) == _plain(told.name)]
    found = keyed or named
    return found[0] if len(found) == 1 else None


def _plain(name: str) -> str:
    return " ".join(name.casefold().split())
