"""A sequence: steps with wait days, sent from a pool of mailboxes inside a daily window."""

from datetime import date, datetime, time
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.campaigns.window import ContactWindow
from shared.domain.contacts.segment import Told

MOST_SEQUENCES = 500  # a company's
MOST_STEPS = 20
LONGEST_WAIT_DAYS = 365
WORKING_DAYS = (1, 2, 3, 4, 5)


class SequenceState(StrEnum):
    """Whether a sequence sends. `ACTIVE` and `PAUSED` may follow each other at any time."""

    DRAFT = "draft"
    ACTIVE = "active"
    PAUSED = "paused"
    ARCHIVED = "archived"  # for good: nobody in it gets any more


class SequenceStep(Struct, frozen=True, kw_only=True):
    """One email of a sequence, `wait_days` after the one before was sent.

    `subject` and `content` are Liquid. Without a subject of its own a later step answers in the thread of the
    first: "Re: …".
    """

    id: str
    position: int
    content: str
    wait_days: int = 0
    subject: str = ""
    html: str = ""


class Endings(Struct, frozen=True, kw_only=True):
    """What ends an enrollment before its last step, beside an unsubscribe, which always does."""

    at_reply: bool = True
    at_bounce: bool = True


class Sequence(Struct, frozen=True, kw_only=True):
    """A sequence's definition.

    Emails go out from `start_time` up to `end_time`, wall times, on `days` (ISO weekdays, Monday is 1) that
    are neither `closed_days` nor holidays of `holiday_country`. With `in_contacts_zone` that is by the clock
    of the contact's own zone, where that is known; else by that of `time_zone` (IANA). `mailbox_ids` is its
    pool. When a machine answers that somebody is away, the next email waits `away_days`. `added_at` says when
    steps were added, by their ids, where people may have been in it.
    """

    id: str
    name: str
    start_time: time
    end_time: time
    time_zone: str
    created_at: datetime
    updated_at: datetime
    days: tuple[int, ...] = WORKING_DAYS
    closed_days: tuple[date, ...] = ()
    holiday_country: str | None = None
    in_contacts_zone: bool = True
    steps: tuple[SequenceStep, ...] = ()
    mailbox_ids: tuple[str, ...] = ()
    endings: Endings = field(default_factory=Endings)
    away_days: int = 7
    state: SequenceState = SequenceState.DRAFT
    topic: str = ""
    added_at: dict[str, datetime] = field(default_factory=dict)

    @property
    def window(self) -> ContactWindow:
        """The same as a campaign's window, which the send path asks once more as each email goes out."""
        return ContactWindow(
            days=self.days,
            opens=self.start_time,
            closes=self.end_time,
            closed_days=self.closed_days,
            holiday_country=self.holiday_country,
            assumed_time_zone=self.time_zone,
            time_zone_field=str(Told.TIME_ZONE) if self.in_contacts_zone else None,
        )

    def zone_of(self, contact_zone: str) -> str:
        """By which zone's clock somebody with this zone, or none, is written to."""
        return contact_zone if self.in_contacts_zone and contact_zone else self.time_zone

    def step(self, step_id: str) -> SequenceStep | None:
        """The step with this id, if it is still there."""
        return next((one for one in self.steps if one.id == step_id), None)
