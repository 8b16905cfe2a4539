"""What a person's page tells of: each thing that happened as an entry, with the kinds that it is of."""

from collections import Counter
from collections.abc import Iterator, Mapping
from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact_changes import Author, ChangedBy, ContactChange, EventKind
from shared.domain.contacts.opt_out import OptOut, OptOutChange
from shared.domain.contacts.past import changes_of
from shared.domain.files.appointments import APPOINTMENT_ID
from shared.domain.messages.failure import Failure
from shared.domain.messages.message import Message
from shared.domain.messages.reply import Reply
from shared.firestore.contact_shards import pairs_in
from shared.views.contact_changes import ChangeOfContact
from shared.views.kit.merging import Place, Placed
from shared.views.one_person import OnePerson


class TimelineKind(StrEnum):
    """What an entry tells of. A message about an appointment, or a reply of consent, is of two kinds."""

    MESSAGE = "message"
    FAILURE = "failure"  # what could not become a message
    REPLY = "reply"
    CONSENT = "consent"
    APPOINTMENT = "appointment"
    IMPORT = "import"
    EDIT = "edit"


class ConsentChange(Struct, frozen=True, kw_only=True):
    """A refusal, or its end; what somebody noted as consent is among the changes of the contact."""

    id: str
    opt_out_id: str
    channel: Channel
    address: str
    change: OptOutChange


TimelineRecord = Message | Failure | Reply | ConsentChange | ChangeOfContact


class TimelineEntry(Struct, frozen=True, kw_only=True):
    """Something that happened to the person. `kinds` begin with the one that it mainly is.

    `is_by_address`: it is theirs by the address alone, which others may have had.
    """

    id: str
    at: datetime
    kinds: tuple[TimelineKind, ...]
    record: TimelineRecord
    is_by_address: bool = False

    @property
    def kind(self) -> TimelineKind:
        """What it mainly is."""
        return self.kinds[0]


_K = TimelineKind


def consent_changes(opt_out: OptOut) -> Iterator[Placed]:
    """An entry for each thing that the opt-out was. One whose person was forgotten has none."""
    met: Counter[datetime] = Counter()
    for change in reversed(changes_of(opt_out) if opt_out.address else ()):
        met[change.changed_at] += 1  # of the same moment, the later one comes first
        record = ConsentChange(
            id=f"{opt_out.id}-{change.changed_at:%Y%m%d%H%M%S%f}-{met[change.changed_at]:02}",
            opt_out_id=opt_out.id,
            channel=opt_out.channel,
            address=opt_out.address,
            change=change,
        )
        yield Placed(Place(change.changed_at, "opt_outs", record.id), record)


def entry_of(person: OnePerson, placed: Placed, messages: Mapping[str, Message]) -> TimelineEntry | None:
    """What was found, as an entry; None for what is another's, or is told by another entry.

    `messages` are those that replies answer, by id: by them a reply from a shared address has its person.
    """
    match placed.record:
        case Message() as message:
            return _message(person, placed.place, message)
        case Failure() as failure:
            return _failure(person, placed.place, failure)
        case Reply() as reply:
            return _reply(person, placed.place, reply, messages)
        case ConsentChange() as consent:
            return _entry(placed.place, consent, [_K.CONSENT], is_by_address=bool(person.others))
        case ContactChange() as change:
            return _change(person, placed.place, change)
    raise TypeError(f"nothing that a page tells of: {placed.record!r}")


def _message(person: OnePerson, place: Place, message: Message) -> TimelineEntry | None:
    if not person.is_theirs(message.contact_id):
        return None
    kinds = [_K.MESSAGE, *([_K.APPOINTMENT] if message.appointment_key else [])]
    return _entry(place, message, kinds, is_by_address=message.contact_id is None)


def _failure(person: OnePerson, place: Place, failure: Failure) -> TimelineEntry | None:
    """A message that failed when it was sent tells of it itself."""
    if failure.message_id is not None or not person.is_theirs(failure.contact_id):
        return None
    kinds = [_K.FAILURE, *([_K.APPOINTMENT] if failure.values.get(APPOINTMENT_ID) else [])]
    return _entry(place, failure, kinds, is_by_address=failure.contact_id is None)


def _reply(
    person: OnePerson, place: Place, reply: Reply, messages: Mapping[str, Message]
) -> TimelineEntry | None:
    answered = messages.get(reply.message_id or "")
    contact_id = answered.contact_id if answered else None
    if not person.is_theirs(contact_id):
        return None
    kinds = [_K.REPLY, *([_K.CONSENT] if reply.consent else [])]
    return _entry(place, reply, kinds, is_by_address=contact_id is None)


def _change(person: OnePerson, place: Place, change: ContactChange) -> TimelineEntry | None:
    pair = next((one for one in pairs_in(change) if one.contact_id in person.ids), None)
    if pair is None:
        return None
    record = ChangeOfContact(id=change.id, at=change.at, author=Author(change.by, change.by_id), pair=pair)
    is_consent = [event.kind is EventKind.SUBSCRIBED for event in record.events]
    how = _K.IMPORT if change.by is ChangedBy.IMPORT else _K.EDIT
    kinds = [*([] if is_consent and all(is_consent) else [how]), *([_K.CONSENT] if any(is_consent) else [])]
    return _entry(place, record, kinds)


def _entry(
    place: Place, record: TimelineRecord, kinds: list[TimelineKind], *, is_by_address: bool = False
) -> TimelineEntry:
    return TimelineEntry(
        id=f"{place.name}.{place.id}",
        at=place.at,
        kinds=tuple(kinds),
        record=record,
        is_by_address=is_by_address,
    )
