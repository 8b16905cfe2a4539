"""From a recipient to the message of one step; preview and queueing share it.

In order: row filter, address, expiry, rendering, filters, dedupe key, contact window.
"""

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from zoneinfo import ZoneInfo

from shared.domain.campaigns import window
from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.dedupe import DedupeFacts, dedupe_parts
from shared.domain.campaigns.step import Step
from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.files.appointments import Visit, visit_of
from shared.domain.files.judge_rows import RowUnfit, takes
from shared.domain.files.row_filter import RowCondition
from shared.domain.files.source import FieldType
from shared.domain.fires.identity import TimesOf, message_identity, step_place
from shared.domain.fires.key_values import KeyValues
from shared.domain.fires.recipient import Recipient
from shared.domain.fires.recipient_zones import RecipientZones, ZoneInvalid, zones_of
from shared.domain.ids import computed_id
from shared.domain.local_time import moment_of
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.message import SkipReason, rendering_hash
from shared.domain.templates.filters import apply_filters
from shared.domain.templates.rendering import (
    RenderFailed,
    check_line,
    compile_text,
    fields_of,
    render,
    render_values,
)
from shared.domain.templates.template_language import FieldMissing

_MOMENTS = (FieldType.DATE, FieldType.DATETIME)


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedMessage:
    """One recipient's message of one step, ready to be queued. `skip` says why it will not be sent.

    `opens_at` is when the contact window first allows it; `dedupe` are the parts of `dedupe_key`. `identity`
    is equal for messages of any fires that are the same (shared/domain/fires/identity.py). `visit` is the
    appointment it is about, if it is about one. `about_at` is when that
    takes place, or what the text names as its one day or time.
    """

    recipient: Recipient
    step: Step
    address: str
    subject: str
    body: str
    rendering_hash: str
    time_zones: tuple[str, ...]
    not_after: datetime | None
    opens_at: datetime
    dedupe_key: tuple[str, ...]
    dedupe: tuple[str, ...]
    identity: str
    about_at: datetime | None = None
    skip: SkipReason | None = None
    visit: Visit | None = None


@dataclass(frozen=True, kw_only=True, slots=True)
class PlannedFailure:
    """One recipient who could not become a message of one step, with what to mend."""

    recipient: Recipient
    step: Step
    failed_at: FailureStep
    field: str
    value: str
    kind: str
    reason: str


@dataclass(frozen=True, kw_only=True, slots=True)
class FilteredOut:
    """One recipient whom the campaign's row filter does not take: no message is planned, and none failed."""

    recipient: Recipient
    step: Step
    reason: str


Plan = PlannedMessage | PlannedFailure | FilteredOut


class _Failed(Exception):
    def __init__(self, step: FailureStep, field: str, value: str, kind: str, reason: str) -> None:
        super().__init__(reason)
        self.facts = {"failed_at": step, "field": field, "value": value, "kind": kind, "reason": reason}


class Planner:
    """Plans one step of one frozen content, for one moment. The same recipient gives the same plan.

    `fired_at` (`now` when None) decides the day of the fire, which a dedupe key may hold: one planned
    after midnight, or queued again the day after, is still a duplicate of one planned before.
    """

    def __init__(
        self, content: CampaignContent, step: Step, now: datetime, fired_at: datetime | None = None
    ) -> None:
        self._content = content
        self._campaign = content.campaign
        self._step = step
        self._now = now
        self._fired_at = fired_at or now
        self._fire_day = self._fired_at.astimezone(ZoneInfo(content.company_time_zone)).date()
        template = content.templates[step.template_id]
        self._subject = compile_text(template.subject, template.language)
        self._body = compile_text(template.body, template.language)
        self._times = TimesOf(content, self._subject, self._body)
        self._key_values = KeyValues(content, step)
        self._place = step_place(content.campaign, step)
        used = fields_of(self._subject) | fields_of(self._body)
        self._used = tuple(used)
        self._named = [name for name in sorted(used) if content.field_types.get(name) in _MOMENTS]

    def plan(self, recipient: Recipient) -> Plan:
        """What becomes of this recipient's message."""
        try:
            zones = self._zones(recipient)
            if not self._takes(recipient, ZoneInfo(zones.shown)):
                reason = f"The campaign's row filter takes rows of which {self._campaign.row_filter}."
                return FilteredOut(recipient=recipient, step=self._step, reason=reason)
            return self._message(recipient, zones)
        except _Failed as failed:
            return PlannedFailure(recipient=recipient, step=self._step, **failed.facts)  # type: ignore[arg-type]  # its fields

    def _message(self, recipient: Recipient, zones: RecipientZones) -> PlannedMessage:
        step, values = self._step, recipient.values
        address = self._address(step, values)
        not_after = self._not_after(values, zones.times)
        subject, body = self._rendered(step, values, zones.shown)
        dedupe, identity = self._sameness(values, address, zones.times, computed_id(subject, body))
        visit = visit_of(self._campaign.audience.source_id, values)
        opens_at, skip = self._opening(zones.window, not_after)
        return PlannedMessage(
            recipient=recipient,
            step=step,
            address=address,
            subject=subject,
            body=body,
            rendering_hash=rendering_hash(self._content.content_hash, step.channel, address, subject, body),
            time_zones=zones.window,
            not_after=not_after,
            about_at=not_after or self._about_at(values, visit, zones.times),
            opens_at=opens_at,
            visit=visit,
            dedupe_key=self._content.dedupe_key,
            dedupe=dedupe,
            identity=identity,
            skip=skip,
        )

    def _sameness(
        self, values: Mapping[str, str], address: str, zone: str, text: str
    ) -> tuple[tuple[str, ...], str]:
        """What makes it the same as another of its fire, and as one of any fire."""
        key, address = self._content.dedupe_key, self._step.channel.record.address.key(address)
        facts = DedupeFacts(
            values=self._key_values.of(values, address, zone),
            address=address,
            text=text,
            expires_field=self._campaign.expires_field,
            time_zone=zone,
            fire_day=None if self._content.text_fills_gaps else self._fire_day,
        )
        lasting = dedupe_parts(key, replace(facts, fire_day=None))
        identity = message_identity(self._content, self._step, self._place, lasting, self._times.of(facts))
        return dedupe_parts(key, facts), identity

    def _address(self, step: Step, values: Mapping[str, str]) -> str:
        text = values.get(step.address_field, "")
        if not text:
            raise _Failed(
                FailureStep.ADDRESS, step.address_field, "", "address missing",
                f"The field {step.address_field!r} is empty; there is nowhere to send to.",
            )  # fmt: skip
        region = self._content.field_regions.get(step.address_field, self._content.default_region)
        allows_possible = self._content.allows_possible_numbers
        try:
            return normalize(step.channel, text, region, allows_possible=allows_possible)
        except AddressInvalid as error:
            kind = f"{step.channel.record.address.name} not valid"
            raise _Failed(FailureStep.ADDRESS, step.address_field, text, kind, str(error)) from error

    def _zones(self, recipient: Recipient) -> RecipientZones:
        try:
            return zones_of(self._content, recipient, self._fire_day.year)
        except ZoneInvalid as invalid:
            raise _Failed(
                FailureStep.TIME_ZONE, invalid.field, invalid.text, "time zone not valid", str(invalid)
            ) from invalid

    def _takes(self, recipient: Recipient, zone: ZoneInfo) -> bool:
        row_filter, types = self._campaign.row_filter, self._content.field_types
        if row_filter is None:
            return True

        def asked(condition: RowCondition) -> tuple[str, FieldType]:
            return recipient.values.get(condition.name, ""), types.get(condition.name, FieldType.TEXT)

        try:
            return takes(row_filter, asked, self._fired_at, zone)
        except RowUnfit as unfit:
            kind = "not to be filtered"
            raise _Failed(FailureStep.FILTER, unfit.field, unfit.value, kind, str(unfit)) from unfit

    def _not_after(self, values: Mapping[str, str], time_zone: str) -> datetime | None:
        field = self._campaign.expires_field
        if field is None:
            return None
        text = values.get(field, "")
        try:
            return moment_of(text, time_zone)
        except (ValueError, OverflowError) as error:  # OverflowError: the last hours of the year 9999
            raise _Failed(
                FailureStep.EXPIRY, field, text, "expiry missing",
                f"The field {field!r} must say until when the message is of use, as a date or date-time.",
            ) from error  # fmt: skip

    def _about_at(self, values: Mapping[str, str], visit: Visit | None, zone: str) -> datetime | None:
        """The appointment's time, or else the one day or time the text names; None when it names several."""
        text = (visit.at if visit else None) or (
            values.get(self._named[0]) if len(self._named) == 1 else None
        )
        try:
            return moment_of(text or "", zone)
        except (ValueError, OverflowError):
            return None

    def _rendered(self, step: Step, values: Mapping[str, str], time_zone: str) -> tuple[str, str]:
        told = {name: values[name] for name in self._used if name in values}
        plain = render_values(told, self._content.field_types, time_zone)
        try:
            texts = (check_line(render(self._subject, plain), "subject"), render(self._body, plain))
            filtered = apply_filters(texts[1], self._campaign.filters)
        except FieldMissing as error:
            raise _Failed(
                FailureStep.RENDER, error.field, "", "field missing",
                f"The template needs the field {error.field!r}, which is empty in this row.",
            ) from error  # fmt: skip
        except RenderFailed as error:
            raise _Failed(FailureStep.RENDER, "template", "", "template failed", str(error)) from error
        _check_texts(step, texts[0], filtered)
        return texts[0], filtered

    def _opening(
        self, zones: tuple[str, ...], not_after: datetime | None
    ) -> tuple[datetime, SkipReason | None]:
        """When the message may go out, or the reason why it never may."""
        if not_after is not None and not_after <= self._now:
            return self._now, SkipReason.EXPIRED
        opens_at = window.next_open(self._campaign.window, zones, self._now)
        if opens_at is None or (not_after is not None and opens_at >= not_after):
            return self._now, SkipReason.WINDOW_CLOSED
        return opens_at, None


def too_large(plan: PlannedMessage) -> PlannedFailure:
    """In place of a message that the database does not take."""
    return PlannedFailure(
        recipient=plan.recipient,
        step=plan.step,
        failed_at=FailureStep.RENDER,
        field="body",
        value=f"{len(plan.body):,} characters",
        kind="text too long",
        reason="The message is too large to be stored. Shorten the template, or the row's values in it.",
    )


def _check_texts(step: Step, subject: str, body: str) -> None:
    """What no provider would take is this recipient's failure, seen in the preview and not at the call."""
    if not body.strip():
        raise _Failed(FailureStep.FILTER, "body", "", "text empty", "Nothing is left of the text.")
    record = step.channel.record
    one = record.noun[0].upper() + record.noun[1:]
    if record.lacks_subject(subject):
        raise _Failed(FailureStep.RENDER, "subject", "", "subject empty", f"{one} needs a subject.")
    if record.is_too_long(body):
        raise _Failed(
            FailureStep.RENDER, "body", f"{len(body):,} characters", "text too long",
            f"{one} holds {record.longest_text:,} characters at most.",
        )  # fmt: skip
