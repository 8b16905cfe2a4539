"""When a planned message may go out, and until when it is of use."""

from collections.abc import Mapping
from datetime import datetime

from msgspec import Struct

from shared.domain.campaigns import window
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import Step
from shared.domain.fires.recipient_zones import RecipientZones, Where
from shared.domain.fires.step_times import NoMoment, StepTimes
from shared.domain.fires.texts import NotPlanned
from shared.domain.local_time import moment_of
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.skip_reason import SkipReason


class Times(Struct, frozen=True, kw_only=True):
    """`opens_at` is when the contact window first allows it, `not_after` until when it is of use.

    `skip` says why it never may go out.
    """

    opens_at: datetime
    not_after: datetime | None = None
    skip: SkipReason | None = None


class PlannedTimes:
    """The times of one step's messages, planned at one moment."""

    def __init__(self, content: CampaignContent, step: Step, now: datetime, began_at: datetime) -> None:
        self._campaign = content.campaign
        self._steps = StepTimes(content, step, began_at)
        self._now = now

    def of(self, values: Mapping[str, str], zones: RecipientZones, where: Where) -> Times:
        """Those of the recipient with these values. Raises NotPlanned for a field that says no time."""
        now, expires_at = self._now, self._expires_at(values, zones.times)
        try:
            due = self._steps.due(values, zones, where, now)
        except NoMoment as none:
            raise NotPlanned(FailureStep.TIMING, none.field, none.text, "time missing", str(none)) from none
        not_after = min((at for at in (expires_at, due.ends) if at is not None), default=None)
        if not_after is not None and not_after <= now:
            return Times(opens_at=now, not_after=not_after, skip=SkipReason.EXPIRED)
        if due.is_late:
            return Times(opens_at=now, not_after=not_after, skip=SkipReason.TOO_LATE)
        opens_at = window.next_open(self._campaign.window, where.zones, max(due.at, now), where.places)
        if opens_at is None or (not_after is not None and opens_at >= not_after):
            return Times(opens_at=now, not_after=not_after, skip=SkipReason.WINDOW_CLOSED)
        return Times(opens_at=opens_at, not_after=not_after)

    def _expires_at(self, values: Mapping[str, str], time_zone: str) -> datetime | None:
        field = self._campaign.expires_field
        if field is None:
            return None
        text = values.get(field, "")
        try:
            return moment_of(text, time_zone)
        except (ValueError, OverflowError) as error:  # OverflowError: the last hours of the year 9999
            raise NotPlanned(
                FailureStep.EXPIRY, field, text, "expiry missing",
                f"The field {field!r} must say until when the message is of use, as a date or date-time.",
            ) from error  # fmt: skip
