"""One person who is brought into a sequence: the enrollment, and the first email."""

from datetime import datetime

from msgspec import Struct

from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.contacts.contact_source import address_field
from shared.domain.contacts.segment import Told
from shared.domain.files.source import PERSON
from shared.domain.fires.recipient import Recipient
from shared.domain.place import find_all_zones
from shared.domain.record import replace
from shared.domain.sequences.enrolling import Enrolling
from shared.domain.sequences.enrollment import Enrollment, enrollment_id
from shared.domain.sequences.mailbox import CHANNEL
from shared.domain.sequences.scheduled_email import ScheduledEmail, email_id
from shared.domain.sequences.sequence import Sequence
from shared.domain.sequences.steps_left import steps_left


class Enrolled(Struct, frozen=True, kw_only=True):
    """An enrollment with the email that comes first, and the name of whom it is for, if they have one."""

    enrollment: Enrollment
    email: ScheduledEmail
    name: str = ""

    def is_in_it_as(self, known: Enrollment) -> bool:
        """Whether the person has that place in the sequence, from a time when another id stood for them.

        So it is with who came by the address alone, and is a contact since, or was one. Contacts are told
        apart by their ids, and those who share an address by their names.
        """
        asked = self.enrollment
        if known.id == asked.id or known.sequence_id != asked.sequence_id:
            return False
        name, known_name = self.name.casefold(), known.values.get(str(Told.NAME), "").casefold()
        if asked.contact_id:
            return not known.contact_id and known_name in ("", name)
        return not name or (not known.contact_id and not known_name)


def enrolled_of(
    sequence: Sequence, recipient: Recipient, enrolling: Enrolling, now: datetime
) -> Enrolled | None:
    """The person's place in the sequence; None for somebody without an email address."""
    text = recipient.values.get(address_field(CHANNEL), "")
    try:
        address = normalize(CHANNEL, text, "") if text else ""
    except AddressInvalid:
        address = ""
    if not address:
        return None
    enrollment = Enrollment(
        id=enrollment_id(sequence.id, recipient.values.get(PERSON) or address),
        sequence_id=sequence.id,
        address=address,
        address_key=CHANNEL.record.address.key(address),
        enrolled_at=now,
        enrolling_id=enrolling.id,
        contact_id=recipient.contact_id,
        time_zone=_zone(recipient),
        values={} if recipient.contact_id else dict(recipient.values),
    )
    email = next_email(sequence, enrollment, now, now)
    name = recipient.values.get(str(Told.NAME), "")
    return Enrolled(enrollment=replace(enrollment, next_email_id=email.id), email=email, name=name)


def next_email(sequence: Sequence, enrollment: Enrollment, due_at: datetime, now: datetime) -> ScheduledEmail:
    """The email of the step that comes next for this person, from `due_at` on, to be planned."""
    step, *others = steps_left(sequence, enrollment)
    return ScheduledEmail(
        id=email_id(enrollment.id, step.id),
        enrollment_id=enrollment.id,
        sequence_id=sequence.id,
        step_id=step.id,
        position=step.position,
        address=enrollment.address,
        time_zone=sequence.zone_of(enrollment.time_zone),
        due_at=due_at,
        created_at=now,
        mailbox_id=enrollment.mailbox_id,
        is_follow_up=bool(enrollment.sent_ids),
        waits=tuple(one.wait_days for one in others),
    )


def _zone(recipient: Recipient) -> str:
    """The one zone that is known of the person; empty where none is, or several may be."""
    zones = find_all_zones(recipient.values.get(str(Told.TIME_ZONE), ""))
    return zones[0] if len(zones) == 1 else ""
