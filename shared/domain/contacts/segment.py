"""A segment: whoever meets its criteria at the moment it is asked.

Criteria are a tree of `AllOf`, `AnyOf` and `Not` over what a contact says of itself. What a value is compared
with is written as in a row filter (shared/domain/files/row_filter.py), `today+3` too.
"""

from datetime import datetime
from enum import StrEnum

import msgspec
from msgspec import Struct

from shared.domain.channels.channel import Channel
from shared.domain.contacts.contact import Consent
from shared.domain.files.row_filter import ConditionTest

MOST_CRITERIA = 100
MOST_DEPTH = 10


class Told(StrEnum):
    """What a contact says of itself beside the company's own fields."""

    NAME = "name"
    KEY = "key"
    LANGUAGE = "language"
    TIME_ZONE = "time_zone"
    CREATED_AT = "created_at"


class FieldIs(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="field"):
    """A field of the company's own, or one of `Told`, meets a test."""

    field: str
    test: ConditionTest
    value: str | None = None
    values: tuple[str, ...] = ()


class RowIs(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="row"):
    """A field of the row that let the contact into an automation meets a test; it is for automations alone.

    Where no row did, or it is gone, its fields are empty.
    """

    field: str
    test: ConditionTest
    value: str | None = None
    values: tuple[str, ...] = ()


class HasTag(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="tag"):
    """The contact has the tag."""

    value: str


class OnList(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="list"):
    """The contact is on the list."""

    list_id: str


class HasConsent(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="consent"):
    """One of the contact's addresses on the channel has this consent; refusals count."""

    channel: Channel
    consent: Consent


class CanBeReached(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="reachable"):
    """The contact has an address on the channel that is neither refused nor bounced."""

    channel: Channel


class Activity(StrEnum):
    """What became of a message. One that was refused by its provider counts as sent, and is not delivered."""

    SENT = "sent"
    DELIVERED = "delivered"
    READ = "read"
    NOT_DELIVERED = "not_delivered"
    ANSWERED = "answered"
    NOT_ANSWERED = "not_answered"


class HasActivity(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="activity"):
    """It holds for at least `times` messages that were sent to the contact in the last `days` days.

    Without a channel it does not matter which. Whose messages count: shared/domain/contacts/activity.py.
    """

    activity: Activity
    days: int
    times: int = 1
    channel: Channel | None = None


class AllOf(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="all"):
    """All of the criteria are met; without any, everybody meets it."""

    criteria: tuple["Criterion", ...]


class AnyOf(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="any"):
    """One of the criteria is met; without any, nobody meets it."""

    criteria: tuple["Criterion", ...]


class Not(msgspec.Struct, frozen=True, kw_only=True, tag_field="kind", tag="not"):
    """The criterion is not met."""

    criterion: "Criterion"


Criterion = AllOf | AnyOf | Not | FieldIs | RowIs | HasTag | OnList | HasConsent | CanBeReached | HasActivity


class Segment(Struct, frozen=True, kw_only=True):
    """Criteria under a name.

    `looked_at` is until when automations were told who came or went as days passed; None where nobody
    listened since its criteria changed.
    """

    id: str
    name: str
    criterion: Criterion
    created_at: datetime
    updated_at: datetime
    looked_at: datetime | None = None
