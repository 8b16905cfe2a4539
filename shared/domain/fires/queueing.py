"""From planned messages to what is written: messages under computed ids, failures, batches with a start."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import datetime
from types import MappingProxyType
from typing import Any

from msgspec import Struct, field

from shared.domain.campaigns.content import CampaignContent
from shared.domain.companies.consent_rules import Narrowing
from shared.domain.contacts.opt_out import OptOut
from shared.domain.files.withdrawal import WithdrawnBy
from shared.domain.fires.deciding import DecidedMessage, KeyedMessage, decide, identities_of, keyed
from shared.domain.fires.earlier import EarlierMessage
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import FilteredOut, Plan, PlannedFailure, PlannedMessage, too_large
from shared.domain.fires.starts import Starts, start_of
from shared.domain.ids import computed_id
from shared.domain.messages.batch import Batch, batch_of
from shared.domain.messages.failure import SHOWN_LENGTH, Failure
from shared.domain.messages.invite import Invite
from shared.domain.messages.message import Message, MessageState
from shared.domain.messages.packing import packed
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.messages.text_claim import TextClaim
from shared.domain.record import replace
from shared.domain.senders.pacing import batch_size
from shared.domain.stored_size import COMMIT_BYTES, cut, stored_bytes

_ORDINARY_BYTES = COMMIT_BYTES // 100
_FRAME_BYTES = 10_000  # more than all of a message and its claim that is of no great length


class Writes(Struct, frozen=True, kw_only=True):
    """What is to be created. Queued messages go with their batch, and each with its claim, in one commit."""

    batches: tuple[Batch, ...] = ()
    messages: tuple[Message, ...] = ()
    failures: tuple[Failure, ...] = ()
    claims: Mapping[str, TextClaim]  # by message id
    invites: Mapping[str, Invite] = field(default_factory=dict)  # likewise

    def of_batch(self, batch: Batch) -> list[Message]:
        """The batch's messages."""
        return [message for message in self.messages if message.batch_id == batch.id]

    def without_batch(self) -> list[Message]:
        """Messages that will not be sent."""
        return [message for message in self.messages if message.batch_id is None]


class Arranged(Struct, frozen=True, kw_only=True):
    """The plans of one step for some recipients, with the ids they would take.

    `filtered` counts those that the campaign's row filter does not take: nothing is written of them. `unmet`
    are the recipients for whom the step is not, by what became of the steps before, with the reason.
    """

    company_id: str
    fire: Fire
    content: CampaignContent
    messages: tuple[KeyedMessage, ...]
    failures: tuple[tuple[str, PlannedFailure], ...]
    filtered: int = 0
    unmet: Mapping[str, SkipReason] = field(default_factory=dict)

    def message_ids(self) -> set[str]:
        """Every id a message could have: as a first of its kind, or as a duplicate."""
        return {item_id for one in self.messages for item_id in (one.key_id, one.own_id)}

    def failure_ids(self) -> set[str]:
        """The failures' ids."""
        return {item_id for item_id, _ in self.failures}

    def claim_ids(self) -> set[str]:
        """Ids of the texts' claims."""
        return {one.text_id for one in self.messages if one.text_id}

    def opt_out_ids(self) -> set[str]:
        """Ids that refusals of the messages' addresses would have."""
        return {item_id for one in self.messages for item_id in one.opt_out_ids}

    def identities(self) -> set[str]:
        """What other fires may have sent of it, before this one began."""
        return set() if self.fire.is_first else identities_of(self.messages)

    def only(self, messages: Iterable[Message]) -> "Arranged":
        """The same, but only for the recipients of these messages; failures are kept."""
        wanted = {message.recipient_key for message in messages}
        return replace(self, messages=tuple(one for one in self.messages if one.plan.recipient.key in wanted))

    def without(self, messages: Iterable[Message]) -> "Arranged":
        """The same, but these messages are failures: the database takes them in no commit."""
        refused = {message.recipient_key for message in messages}
        failed = [
            _arranged_failure(self.fire, too_large(one.plan))
            for one in self.messages
            if one.plan.recipient.key in refused
        ]
        kept = tuple(one for one in self.messages if one.plan.recipient.key not in refused)
        return replace(self, messages=kept, failures=(*self.failures, *failed))

    def missing(
        self,
        existing: Mapping[str, Message],
        claims: Mapping[str, TextClaim],
        failure_ids: Collection[str],
        opt_outs: Mapping[str, OptOut],
        earlier: Mapping[str, EarlierMessage],
        starts: Starts,
        *,
        is_canceled: bool,
        withdrawn: Mapping[str, WithdrawnBy] = MappingProxyType({}),
    ) -> Writes:
        """What is not stored yet. The same input gives the same ids, so writing twice writes once.

        `earlier` are the same messages of other fires, by identity.
        """
        owners = {key: key for key in existing} | {key: claim.message_id for key, claim in claims.items()}
        waiting = [one for one in self.messages if not _is_stored(one, existing)]
        known = (owners, opt_outs, earlier)
        decided = list(
            decide(waiting, *known, is_canceled=is_canceled, withdrawn=withdrawn, unmet=self.unmet)
        )
        made = [(one.keyed.plan, _message(self.fire, self.content, one, starts)) for one in decided]
        batches, messages = _batched(self.company_id, self.content, made, starts)
        return Writes(
            batches=tuple(batches),
            messages=tuple(messages),
            failures=tuple(
                _failure(self.fire, item_id, plan, starts)
                for item_id, plan in self.failures
                if item_id not in failure_ids
            ),
            claims={
                one.id: TextClaim(id=one.keyed.text_id, message_id=one.id)
                for one in decided
                if one.skip is None and one.keyed.text_id
            },
            invites={one.id: one.invite for one in decided if one.invite is not None},
        )


def arrange(
    company_id: str, fire: Fire, content: CampaignContent, plans: Iterable[Plan], narrowing: Narrowing
) -> Arranged:
    """Give each plan its ids. `narrowing` says what may have been refused beside channels."""
    is_chosen = (fire.send_again or content.campaign.send_again).chooser()
    messages: list[KeyedMessage] = []
    failures: list[tuple[str, PlannedFailure]] = []
    filtered = 0
    for plan in plans:
        if isinstance(plan, FilteredOut):
            filtered += 1
        elif isinstance(plan, PlannedMessage):
            messages.append(
                keyed(fire.id, plan, sends_again=is_chosen(plan.recipient.key), narrowing=narrowing)
            )
        else:
            failures.append(_arranged_failure(fire, plan))
    return Arranged(
        company_id=company_id,
        fire=fire,
        content=content,
        messages=tuple(messages),
        failures=tuple(failures),
        filtered=filtered,
    )


def _arranged_failure(fire: Fire, plan: PlannedFailure) -> tuple[str, PlannedFailure]:
    return computed_id(fire.id, plan.step.id, "failure", plan.recipient.key), plan


def _is_stored(one: KeyedMessage, existing: Mapping[str, Message]) -> bool:
    """Whether this recipient has the message already, as the first of its key or as a duplicate."""
    if one.own_id in existing:
        return True
    first = existing.get(one.key_id)
    return first is not None and first.recipient_key == one.plan.recipient.key


def _message(fire: Fire, content: CampaignContent, decided: DecidedMessage, starts: Starts) -> Message:
    plan = decided.keyed.plan
    return Message(
        id=decided.id,
        fire_id=fire.id,
        campaign_id=fire.campaign_id,
        step_id=plan.step.id,
        recipient_key=plan.recipient.key,
        chunk_id=starts.chunk_id,
        row_number=plan.recipient.row_number,
        file_id=plan.recipient.file_id,
        contact_id=plan.recipient.contact_id,
        sender_id=plan.step.sender_id,
        channel=plan.step.channel,
        created_at=starts.now,
        state=MessageState.SKIPPED if decided.skip else MessageState.QUEUED,
        reason=decided.skip,
        duplicate_of=decided.duplicate_of,
        withdrawn_by=decided.withdrawn_by,
        sends_again=decided.keyed.sends_again,
        earlier=decided.keyed.earlier,
        asked_with=None if decided.skip else decided.keyed.asked_with,
        told_apart=plan.told_apart,
        explanation=decided.words(content.company_time_zone),
        **(
            planned_fields(plan) | ({} if decided.is_asked else {"identity": ""})
        ),  # only what is asked is found again
    )


def planned_fields(plan: PlannedMessage) -> dict[str, Any]:
    """What of a message follows from its plan alone."""
    return {
        "address": plan.address,
        "body": plan.texts.body,
        "subject": plan.texts.subject,
        "packed_html": packed(plan.texts.html),
        "media_urls": plan.texts.media_urls,
        "content": plan.texts.content,
        "rendering_hash": plan.rendering_hash,
        "time_zones": plan.where.zones,
        "places": plan.where.places,
        "told_in": plan.where.told_in,
        "not_after": plan.not_after,
        "about_at": plan.about_at,
        "identity": plan.identity,
        "is_over_cap": plan.is_over_cap,
        "waits_until": plan.waits_until,
        "appointment_key": plan.visit and plan.visit.key,
        "series_key": plan.visit and plan.visit.series_key,
        "appointment_at": plan.visit and plan.visit.at,
    }


def _failure(fire: Fire, item_id: str, plan: PlannedFailure, starts: Starts) -> Failure:
    recipient = plan.recipient
    return Failure(
        id=item_id,
        step=plan.failed_at,
        field=plan.field,
        value=plan.value[:SHOWN_LENGTH],
        kind=plan.kind,
        reason=plan.reason,
        created_at=starts.now,
        row_number=recipient.row_number,
        contact_id=recipient.contact_id,
        recipient_key=recipient.key,
        chunk_id=starts.chunk_id,
        file_id=recipient.file_id,
        fire_id=fire.id,
        campaign_id=fire.campaign_id,
        step_id=plan.step.id,
        values=dict(recipient.values),
    )


def _batched(
    company_id: str,
    content: CampaignContent,
    made: Sequence[tuple[PlannedMessage, Message]],
    starts: Starts,
) -> tuple[list[Batch], list[Message]]:
    """Cut the queued messages into batches of one sender and one opening time, each of one commit."""
    groups: dict[tuple[str, datetime], list[Message]] = {}
    batches: list[Batch] = []
    messages = [message for _, message in made if message.state is not MessageState.QUEUED]
    for plan, message in made:
        if message.state is MessageState.QUEUED:
            groups.setdefault((message.sender_id, plan.opens_at), []).append(message)
    for (sender_id, opens_at), group in groups.items():
        sender = content.senders[sender_id]
        size, first = batch_size(sender.rate_per_second, content.campaign.runs), 0
        for members in cut(group, _bytes_of, most=size, most_bytes=starts.batch_bytes):
            start = start_of(sender, opens_at, first, starts)
            first += len(members)
            batch = batch_of(
                company_id, members[0].fire_id, sender_id, members, start, starts.now, starts.dispatch_until
            )
            batches.append(batch)
            messages += [replace(message, batch_id=batch.id, planned_for=start) for message in members]
    return batches, messages


def _bytes_of(message: Message) -> int:
    """Of a message and its claim; an ordinary one is not measured to the byte: any hundred fit one commit."""
    texts = (message.body, message.subject, message.explanation, message.address, message.recipient_key)
    keys = (message.appointment_key, message.series_key, message.appointment_at, *message.time_zones)
    keys += message.media_urls
    lengths = sum(len(text) for text in (*texts, *keys) if text)
    if (at_most := _FRAME_BYTES + 4 * lengths + len(message.packed_html)) <= _ORDINARY_BYTES:
        return at_most
    return stored_bytes(message) + stored_bytes(TextClaim(id=message.id, message_id=message.id))
