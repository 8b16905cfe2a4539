"""From a recipient to the message of one step; preview and queueing share it.

In order: row filter, address, expiry, rendering, filters, dedupe key, contact window.
"""

from collections.abc import Mapping, Sequence
from contextlib import suppress
from datetime import datetime
from functools import cached_property
from zoneinfo import ZoneInfo

from msgspec import Struct

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.dedupe import DedupeFacts, dedupe_parts
from shared.domain.campaigns.step import Step, steps_before
from shared.domain.channels.address_kinds import AddressInvalid
from shared.domain.channels.addresses import normalize
from shared.domain.contacts.preference_link import Links, link_fields
from shared.domain.files.appointments import USEFUL_UNTIL, Visit, visit_of
from shared.domain.files.judge_rows import RowUnfit, takes
from shared.domain.files.row_filter import RowCondition
from shared.domain.files.source import FieldType
from shared.domain.fires.identity import TimesOf, message_identity, step_place
from shared.domain.fires.inviting import Inviting
from shared.domain.fires.key_values import KeyValues
from shared.domain.fires.planned_before import PlannedBefore
from shared.domain.fires.planned_times import PlannedTimes
from shared.domain.fires.recipient import Recipient
from shared.domain.fires.recipient_zones import RecipientZones, Where, ZoneInvalid, where_of, zones_of
from shared.domain.fires.texts import NotPlanned, Renderer, Texts
from shared.domain.ids import computed_id
from shared.domain.local_time import moment_of
from shared.domain.messages.failure import FailureStep
from shared.domain.messages.invite import placeholder
from shared.domain.messages.message import rendering_hash
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace

_MOMENTS = (FieldType.DATE, FieldType.DATETIME)


class PlannedMessage(Struct, frozen=True, kw_only=True):
    """One recipient's message of one step, ready to be queued. `skip` says why it will not be sent.

    `opens_at` is when the contact window first allows it; `dedupe` are the parts of `dedupe_key`. `identity`
    is equal for messages of any fires that are the same (shared/domain/fires/identity.py). `visit` is the
    appointment it is about, if any. `about_at` is when that takes place, or the one day or time it names.
    `before` are the recipient's messages of earlier steps. `is_over_cap`: it is later as the person had too
    many. Where another step invites to it, it waits for who writes with its `reference`, and that
    `waits_until` then. `together` are the keys of other recipients whom it asks for as well, `asked_by` the
    `dedupe` of the message that asks for this one, `told_apart` as messages have it (asking_together.py).
    """

    recipient: Recipient
    step: Step
    address: str
    texts: Texts
    rendering_hash: str
    where: Where
    not_after: datetime | None
    opens_at: datetime
    dedupe_key: tuple[str, ...]
    dedupe: tuple[str, ...]
    identity: str
    about_at: datetime | None = None
    skip: SkipReason | None = None
    visit: Visit | None = None
    reference: str | None = None
    waits_until: datetime | None = None
    before: tuple[PlannedBefore, ...] = ()
    is_over_cap: bool = False
    together: tuple[str, ...] = ()
    asked_by: tuple[str, ...] = ()
    told_apart: str = ""

    @property
    def needs_conversation(self) -> bool:
        """Whether it may go out only while the person's conversation with the sender is open."""
        return self.step.channel.record.needs_conversation(is_kept=self.texts.content is not None)


class PlannedFailure(Struct, frozen=True, kw_only=True):
    """One recipient who could not become a message of one step, with what to mend."""

    recipient: Recipient
    step: Step
    failed_at: FailureStep
    field: str
    value: str
    kind: str
    reason: str


class FilteredOut(Struct, frozen=True, kw_only=True):
    """One recipient whom the campaign's row filter does not take: no message is planned, and none failed."""

    recipient: Recipient
    step: Step
    reason: str


Plan = PlannedMessage | PlannedFailure | FilteredOut


class Planner:
    """Plans one step of one frozen content, for one moment. The same recipient gives the same plan.

    `fired_at` (`now` when None) decides the day of the fire, which a dedupe key may hold: one planned
    after midnight, or queued again the day after, is still a duplicate of one planned before. `began_at` is
    when the step's part of the fire began, if not then: its delays count from there. `links` makes what
    `{{ unsubscribe_url }}` and `{{ preferences_url }}` stand for.
    """

    def __init__(
        self,
        content: CampaignContent,
        step: Step,
        now: datetime,
        fired_at: datetime | None = None,
        began_at: datetime | None = None,
        links: Links | None = None,
    ) -> None:
        self._content = content
        self._campaign = content.campaign
        self._step = step
        self._now = now
        self._fired_at = fired_at or now
        self._fire_day = self._fired_at.astimezone(ZoneInfo(content.company_time_zone)).date()
        self._renderer = Renderer(content, step)
        self._links = links
        self._times = TimesOf(content, *self._renderer.parts())
        self._key_values = KeyValues(content, step)
        self._place = step_place(content.campaign, step)
        self._inviting = Inviting(content, step, self._fired_at, links)
        self._planned = PlannedTimes(content, step, now, began_at or self._fired_at)
        used = sorted(self._renderer.fields)
        self._named = [name for name in used if content.field_types.get(name) in _MOMENTS]

    def plan(self, recipient: Recipient) -> Plan:
        """What becomes of this recipient's message."""
        try:
            zones = self._zones(recipient)
            if not self._takes(recipient, ZoneInfo(zones.shown)):
                reason = f"The campaign's row filter takes rows of which {self._campaign.row_filter}."
                return FilteredOut(recipient=recipient, step=self._step, reason=reason)
            return self._message(recipient, zones)
        except NotPlanned as failed:
            return PlannedFailure(recipient=recipient, step=self._step, **failed.facts)  # type: ignore[arg-type]  # its fields

    def _message(self, recipient: Recipient, zones: RecipientZones) -> PlannedMessage:
        step, values = self._step, recipient.values
        address = self._address(recipient)
        where = self._where(recipient, zones, address)
        times = self._planned.of(values, zones, where)
        visit = visit_of(self._campaign.audience.source_id, values)
        about_at = times.not_after or self._about_at(values, visit, zones.times)
        waits_until = self._inviting.waits_until(times, about_at)
        texts = self._renderer.render({**values, **self._linked(recipient, address)}, zones.shown)
        dedupe, identity = self._sameness(values, address, zones.times, computed_id(*texts.said))
        return PlannedMessage(
            recipient=recipient,
            step=step,
            address=address,
            texts=texts,
            rendering_hash=self.sealed(address, texts),
            where=where,
            not_after=times.not_after,
            about_at=about_at,
            opens_at=self._inviting.opens_at(times, waits_until, address),
            visit=visit,
            reference=self._inviting.reference_of(recipient, waits_until),
            waits_until=waits_until,
            dedupe_key=self._content.dedupe_key,
            dedupe=dedupe,
            identity=identity,
            skip=times.skip,
            before=tuple(one.told_before(recipient) for one in self._before),
        )

    @cached_property
    def _before(self) -> "tuple[Planner, ...]":
        """Of the earlier steps; made when it is asked for, as theirs is not."""
        before = steps_before(self._campaign.steps, self._step.id)
        return tuple(
            Planner(self._content, one, self._now, self._fired_at, links=self._links) for one in before
        )

    def told_together(self, recipients: Sequence[Recipient]) -> Texts:
        """What one message says that asks for all of them, in this order. Raises NotPlanned."""
        rows = [(one.values, self._zones(one).shown) for one in recipients]
        linked = self._linked(recipients[0], self._address(recipients[0]))
        return self._renderer.render({**rows[0][0], **linked}, rows[0][1], rows)

    def sealed(self, address: str, texts: Texts) -> str:
        """The seal of these texts to the address."""
        return rendering_hash(self._content.content_hash, self._step.channel, address, *texts.said)

    def told_before(self, recipient: Recipient) -> PlannedBefore:
        """By what a later step finds this one's message again."""
        dedupe = None
        with suppress(NotPlanned):
            zones, values = self._zones(recipient), recipient.values
            address = self._address(recipient)
            texts = self._renderer.render({**values, **self._linked(recipient, address)}, zones.shown)
            dedupe, _ = self._sameness(values, address, zones.times, computed_id(*texts.said))
        return PlannedBefore(step_id=self._step.id, dedupe=dedupe)

    def _where(self, recipient: Recipient, zones: RecipientZones, address: str) -> Where:
        kind = self._step.channel.record.address
        return where_of(self._content, recipient, zones, kind, address, self._fire_day.year)

    def _linked(self, recipient: Recipient, address: str) -> Mapping[str, str]:
        """The links that the texts name, made for this address."""
        if self._links is None:
            return {}
        names, channel = self._renderer.fields, self._step.channel
        linked = link_fields(self._links, names, channel, address, self._campaign.topic)
        return linked | self._inviting.linked(names, recipient)

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

    def _address(self, recipient: Recipient) -> str:
        step, text = self._step, recipient.values.get(self._step.address_field, "")
        if not text and self._inviting.is_invited_to:
            return placeholder(self._inviting.reference(recipient))
        if not text:
            raise NotPlanned(
                FailureStep.ADDRESS, step.address_field, "", "address missing",
                f"The field {step.address_field!r} is empty; there is nowhere to send to.",
            )  # fmt: skip
        region = self._content.field_regions.get(step.address_field, self._content.default_region)
        allows_possible = self._content.allows_possible_numbers
        try:
            return normalize(step.channel, text, region, allows_possible=allows_possible)
        except AddressInvalid as error:
            kind = f"{step.channel.record.address.name} not valid"
            raise NotPlanned(FailureStep.ADDRESS, step.address_field, text, kind, str(error)) from error

    def _zones(self, recipient: Recipient) -> RecipientZones:
        try:
            return zones_of(self._content, recipient, self._fire_day.year)
        except ZoneInvalid as invalid:
            raise NotPlanned(
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
            raise NotPlanned(FailureStep.FILTER, unfit.field, unfit.value, kind, str(unfit)) from unfit

    def _about_at(self, values: Mapping[str, str], visit: Visit | None, zone: str) -> datetime | None:
        """The appointment's time, or else the one day or time the text names; None when it names several."""
        text = (values.get(USEFUL_UNTIL) if visit else None) or (
            values.get(self._named[0]) if len(self._named) == 1 else None
        )
        try:
            return moment_of(text or "", zone)
        except (ValueError, OverflowError):
            return None


def too_large(plan: PlannedMessage) -> PlannedFailure:
    """In place of a message that the database does not take."""
    return PlannedFailure(
        recipient=plan.recipient,
        step=plan.step,
        failed_at=FailureStep.RENDER,
        field="body",
        value=f"{len(plan.texts.body):,} characters",
        kind="text too long",
        reason="The message is too large to be stored. Shorten the template, or the row's values in it.",
    )
