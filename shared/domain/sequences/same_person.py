"""Who has several places in a sequence, as contacts were merged, keeps one: nobody gets a sequence twice."""

from collections.abc import Collection, Iterable

from shared.domain.contacts.contact import Contact
from shared.domain.sequences.enrollment import EndReason, Enrollment, enrollment_id

MERGED = "It was merged with another one, who has a place in the sequence too: that counts for both."
_HEARD = (EndReason.REPLIED, EndReason.UNSUBSCRIBED)


def other_places(enrollment: Enrollment, contact: Contact) -> set[str]:
    """The ids of the other enrollments that the person may have in the sequence."""
    people = (contact.id, *contact.merged_ids)
    return {enrollment_id(enrollment.sequence_id, one) for one in people} - {enrollment.id}


def gives_way(
    enrollment: Enrollment, others: Iterable[Enrollment], contact: Contact, queued: Collection[str]
) -> bool:
    """Whether the person has another place that goes on in this one's stead, or has ended it for both.

    That is one that has come further; of two that are as far, the one of the contact who stayed. An email
    that is one of `queued` counts as if it was sent. Who answered or refused in one gets no more in any.
    """
    return any(_goes_before(one, enrollment, contact, queued) for one in others)


def _goes_before(other: Enrollment, one: Enrollment, contact: Contact, queued: Collection[str]) -> bool:
    if other.end_note == MERGED:
        return False
    if other.end_reason in _HEARD:
        return True
    theirs, ours = len(other.step_ids) + (other.next_email_id in queued), len(one.step_ids)
    if theirs != ours:
        return theirs > ours
    return other.is_active and _rank(other, contact) < _rank(one, contact)


def _rank(one: Enrollment, contact: Contact) -> tuple[bool, str]:
    return one.contact_id != contact.id, one.id
