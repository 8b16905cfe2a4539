"""Double opt-in: who joins a list that asks for it is on it once they have confirmed that themselves.

They are asked once, by one message. Until they answer it with YES, or press the button behind its link, they
count as not on the list. Nobody else can confirm for them: neither an import nor an edit.
"""

from collections.abc import Collection, Container, Iterable, Iterator, Mapping
from datetime import datetime, time, timedelta
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.channels.address_kinds import AddressKind
from shared.domain.channels.channel import Channel
from shared.domain.companies.consent_rules import check_answer
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.contact_source import address_of
from shared.domain.contacts.list_consent import ListConsent, list_consent_id
from shared.domain.errors import Problem
from shared.domain.record import replace

MOST_DAYS = 30
# By day only, wherever the person is: asked at night, nobody agrees to anything.
_ASKED_FROM, _ASKED_UNTIL = time(9), time(20)


def check_confirming(item: ContactList) -> Iterator[Problem]:
    """What is wrong with how a list asks."""
    if not item.confirm_sender_id:
        return
    if not item.confirm_text.strip():
        yield Problem(field="confirm_text", reason="must say what one confirms, and how: “Reply YES to …”")
    yield from check_answer("confirm_text", item.confirm_text)
    if not 1 <= item.confirm_days <= MOST_DAYS:
        yield Problem(field="confirm_days", reason=f"must be 1 to {MOST_DAYS}")


class Joining(Struct, frozen=True, kw_only=True):
    """Somebody on a list who may have to be asked: where."""

    list: ContactList
    address: str
    consent_id: str


def joining(contact: Contact, lists: Iterable[ContactList], channels: Mapping[str, Channel]) -> list[Joining]:
    """What the contact would be asked. `channels` are those of the lists' senders, by list."""
    found = []
    for item in lists:
        kind = channels[item.id].record.address
        address = address_of(contact, kind) if item.id in contact.list_ids else ""
        if address:
            found.append(
                Joining(list=item, address=address, consent_id=list_consent_id(item.id, kind, address))
            )
    return found


def may_be_asked(contact: Contact, time_zone: str, now: datetime) -> bool:
    """Whether it is day where the person is; where that is not known, in the company's `time_zone`."""
    local = now.astimezone(ZoneInfo(contact.time_zone or time_zone))
    return _ASKED_FROM <= local.time() < _ASKED_UNTIL


def asked(joins: Joining, now: datetime, *, is_refused: bool = False) -> ListConsent:
    """The question as it is stored together with its message; of who has refused it is over at once."""
    ends = now if is_refused else now + timedelta(days=joins.list.confirm_days)
    return ListConsent(id=joins.consent_id, list_id=joins.list.id, asked_at=now, expires_at=ends)


def consent_ids(contact: Contact, confirming: Collection[str], kinds: Iterable[AddressKind]) -> Iterator[str]:
    """The ids of all consents that decide on which of the lists that ask the contact is."""
    for kind in kinds:
        if address := address_of(contact, kind):
            asking = (one for one in contact.list_ids if one in confirming)
            yield from (list_consent_id(item, kind, address) for item in asking)


def has_confirmed(
    contact: Contact, list_id: str, kinds: Iterable[AddressKind], given: Container[str]
) -> bool:
    """Whether the contact has confirmed the list at all its addresses of these kinds, and at one at least."""
    addresses = [(kind, found) for kind in kinds if (found := address_of(contact, kind))]
    return bool(addresses) and all(
        list_consent_id(list_id, kind, address) in given for kind, address in addresses
    )


def without_unconfirmed(
    contact: Contact, confirming: Collection[str], kinds: Iterable[AddressKind], given: Container[str]
) -> Contact:
    """The contact as audiences see it: on no list that asks, but for those that they confirmed.

    `confirming` are the lists that ask, `kinds` what kinds of address will be written to, each of which must
    have confirmed; `given` the ids of the confirmed consents.
    """
    addresses = [(kind, found) for kind in kinds if (found := address_of(contact, kind))]
    kept = tuple(
        item
        for item in contact.list_ids
        if item not in confirming
        or all(list_consent_id(item, kind, address) in given for kind, address in addresses)
    )
    return contact if kept == contact.list_ids else replace(contact, list_ids=kept)
