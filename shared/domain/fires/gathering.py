"""Who is in an audience of people: whoever one of `include` names and none of `exclude` does."""

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns.audience import (
    Chosen,
    Everybody,
    FileRows,
    ListMembers,
    PastedAddresses,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.contacts.activity import NOTHING, Tallies
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_field import FieldKind
from shared.domain.contacts.contact_source import address_keys, values_of
from shared.domain.contacts.judge_contact import OptOuts, asks_consent, judge_of
from shared.domain.contacts.segment import Criterion
from shared.domain.files.source import CONTACT, PERSON
from shared.domain.ids import computed_id

_Names = Callable[[Contact, OptOuts], bool]


class GatheringFacts(Struct, frozen=True, kw_only=True):
    """What an audience is read with. `criteria` are those of its segments by id, `kinds` those of fields.

    `excluded` are the address keys that each of its excluded files and pasted lists holds, by its place.
    `tallies` are of the activities that the criteria ask for.
    """

    criteria: Mapping[str, Criterion]
    kinds: Mapping[str, FieldKind]
    now: datetime
    time_zone: str
    excluded: Mapping[int, Collection[str]]
    tallies: Tallies = NOTHING


class Gathering:
    """Says of a contact, or of an address, whether it is in the audience."""

    def __init__(self, audience: PeopleAudience, facts: GatheringFacts) -> None:
        self._facts = facts
        self._include = [self._names(one, ()) for one in audience.include]
        self._exclude = [
            self._names(one, facts.excluded.get(place, ())) for place, one in enumerate(audience.exclude)
        ]
        self._excluded_keys = [facts.excluded.get(place, ()) for place in range(len(audience.exclude))]
        self.asks_consent = any(
            asks_consent(facts.criteria[one.segment_id])
            for one in audience.chosen()
            if isinstance(one, SegmentMembers)
        )

    def included_by(self, contact: Contact, opt_outs: OptOuts) -> int | None:
        """The place of the first of `include` that names the contact."""
        return _first(self._include, contact, opt_outs)

    def excluded_by(self, contact: Contact, opt_outs: OptOuts) -> int | None:
        """The place of the first of `exclude` that names the contact."""
        return _first(self._exclude, contact, opt_outs)

    def excludes(self, keys: Collection[str]) -> bool:
        """Whether one of these addresses is excluded by itself."""
        return any(key in held for held in self._excluded_keys for key in keys)

    def takes(self, contact: Contact, opt_outs: OptOuts) -> bool:
        """Whether the contact is in the audience."""
        return self.included_by(contact, opt_outs) is not None and self.excluded_by(contact, opt_outs) is None

    def _names(self, chosen: Chosen, keys: Collection[str]) -> _Names:
        facts = self._facts
        match chosen:
            case Everybody():
                return lambda contact, opt_outs: True
            case ListMembers(list_id=list_id):
                return lambda contact, opt_outs: list_id in contact.list_ids
            case SegmentMembers(segment_id=segment_id):
                criterion = facts.criteria[segment_id]
                return judge_of(criterion, facts.kinds, facts.now, facts.time_zone, facts.tallies)
            case PickedContacts(contact_ids=contact_ids):
                picked = frozenset(contact_ids)  # whoever was merged since is the one who stayed
                return lambda contact, opt_outs: not picked.isdisjoint((contact.id, *contact.merged_ids))
            case PastedAddresses() | FileRows():
                return lambda contact, opt_outs: any(key in keys for key in address_keys(contact))


def contact_meant(name: str, contacts: Sequence[Contact]) -> Contact | None:
    """Which of the contacts who have an address somebody is, who came by it: the one of that name.

    Who has no name may be the only one. None for another person, be it one of the same household.
    """
    named = [one for one in contacts if " ".join(one.name.casefold().split()) == name] if name else contacts
    return named[0] if len(named) == 1 else None


def values_of_brought(
    key: str, name: str, own: Mapping[str, str], contact: Contact | None, fields: Collection[str]
) -> dict[str, str]:
    """A row for somebody who came by an address, with what is known of the contact that they are.

    Whoever is no contact is told apart by address and name. `own` is what the file's row says.
    """
    known = values_of(contact, fields) if contact else {PERSON: computed_id("person", key, name)}
    told = {field: value for field, value in own.items() if field not in (PERSON, CONTACT)}
    person = {field: known[field] for field in (PERSON, CONTACT) if field in known}
    return {**known, **told, **person}


def _first(names: Sequence[_Names], contact: Contact, opt_outs: OptOuts) -> int | None:
    return next((place for place, does in enumerate(names) if does(contact, opt_outs)), None)
