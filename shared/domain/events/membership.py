"""Whether a contact is in a segment at some time, and whether it came in or went between two."""

from collections.abc import Mapping
from datetime import datetime

from shared.domain.contacts.activity import NOTHING, Tallies
from shared.domain.contacts.contact import Contact
from shared.domain.contacts.contact_field import FieldKind
from shared.domain.contacts.judge_contact import Judge, OptOuts, condition_of, judge_of, parts_of
from shared.domain.contacts.segment import Criterion, FieldIs, Segment
from shared.domain.events.event import Event, EventType
from shared.domain.files.judge_rows import moves_with_days
from shared.domain.ids import computed_id

QUARTER = 15  # minutes: zones are so many from each other, and days begin nowhere between


class Membership:
    """Judges contacts by one segment's criteria. `time_zone` is the company's; `tallies` are as of now."""

    def __init__(
        self, segment: Segment, kinds: Mapping[str, FieldKind], time_zone: str, tallies: Tallies = NOTHING
    ) -> None:
        self.segment = segment
        self._kinds, self._time_zone, self._tallies = kinds, time_zone, tallies
        self._judges: dict[datetime, Judge] = {}

    def holds(self, contact: Contact | None, opt_outs: OptOuts, at: datetime) -> bool:
        """Whether the contact is in the segment on the day that it is then."""
        if contact is None:
            return False
        quarter = at.replace(minute=at.minute // QUARTER * QUARTER, second=0, microsecond=0)
        if quarter not in self._judges:
            made = judge_of(self.segment.criterion, self._kinds, quarter, self._time_zone, self._tallies)
            self._judges[quarter] = made
        return self._judges[quarter](contact, opt_outs)


def seen_at(segment: Segment, contact: Contact, at: datetime) -> datetime:
    """When the contact was judged last before `at`: when it changed, or at the last look of a day."""
    if segment.looked_at is None or segment.looked_at > at:
        return at
    return max(segment.looked_at, min(contact.changed_at, at))


def goes_with_days(criterion: Criterion) -> bool:
    """Whether contacts come and go as days pass."""
    return any(isinstance(one, FieldIs) and moves_with_days(condition_of(one)) for one in parts_of(criterion))


def crossing(
    segment_id: str, contact_id: str, cause: str, at: datetime, *, was: bool, now: bool
) -> Event | None:
    """The event of who came in or went; None where nothing changed. The same `cause` tells it once."""
    if was is now:
        return None
    return Event(
        id=computed_id("segment", segment_id, contact_id, cause),
        type=EventType.SEGMENT_JOINED if now else EventType.SEGMENT_LEFT,
        at=at,
        object_id=contact_id,
        what=segment_id,
    )
