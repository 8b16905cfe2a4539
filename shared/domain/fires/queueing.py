"""From planned rows to what is written: messages under computed ids, failures, and batches with a start."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime, timedelta

from shared.domain.campaigns.content import CampaignContent
from shared.domain.channels.channel import Channel
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import PlannedFailure, PlannedMessage
from shared.domain.ids import computed_id
from shared.domain.messages.batch import Batch, batch_of
from shared.domain.messages.failure import Failure
from shared.domain.messages.message import Message, MessageState, SkipReason
from shared.domain.senders.pacing import batch_size, chunk_offset_seconds
from shared.domain.senders.sender import Sender

Refused = set[tuple[Channel, str]]


@dataclass(frozen=True, kw_only=True, slots=True)
class Starts:
    """When things may start. `reserved` is the fire's place on each sender's timeline.

    Batches that start before `dispatch_until` are announced at once; a tick takes the later ones.
    """

    now: datetime
    reserved: Mapping[str, datetime]
    rows_before: int
    chunk_number: int
    dispatch_until: datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class TextClaim:
    """That a fire has this very text for this address: the last wall against sending it twice.

    It holds whatever the dedupe key says; the id is that of fire, step, address and text.
    """

    id: str
    message_id: str


@dataclass(frozen=True, kw_only=True, slots=True)
class Writes:
    """What is to be created. Queued messages go with their batch, and each with its claim, in one commit."""

    batches: tuple[Batch, ...] = ()
    messages: tuple[Message, ...] = ()
    failures: tuple[Failure, ...] = ()
    claims: Mapping[str, TextClaim]  # by message id

    def of_batch(self, batch: Batch) -> list[Message]:
        """The batch's messages."""
        return [message for message in self.messages if message.batch_id == batch.id]

    def without_batch(self) -> list[Message]:
        """Messages that will not be sent."""
        return [message for message in self.messages if message.batch_id is None]


@dataclass(frozen=True, kw_only=True, slots=True)
class Arranged:
    """A chunk's outcomes with the ids they would take."""

    company_id: str
    fire: Fire
    content: CampaignContent
    starts: Starts
    messages: tuple[tuple[str, PlannedMessage], ...]
    failures: tuple[tuple[str, PlannedFailure], ...]

    def message_ids(self) -> set[str]:
        """Every id a message of this chunk could have: as a first of its kind, or as a duplicate."""
        return {key for key, _ in self.messages} | {_row_id(self.fire, plan) for _, plan in self.messages}

    def failure_ids(self) -> set[str]:
        """The failures' ids."""
        return {key for key, _ in self.failures}

    def claim_ids(self) -> set[str]:
        """Ids of the texts' claims."""
        return {_claim_id(self.fire, plan) for _, plan in self.messages}

    def addresses(self) -> set[tuple[Channel, str]]:
        """Every address a message would go to."""
        return {(plan.step.channel, plan.address) for _, plan in self.messages}

    def missing(
        self,
        existing: Mapping[str, Message],
        claims: Mapping[str, TextClaim],
        failure_ids: set[str],
        refused: Refused,
        *,
        is_canceled: bool,
    ) -> Writes:
        """What is not stored yet. The same input gives the same ids, so writing twice writes once."""
        owners = {key: key for key in existing} | {key: claim.message_id for key, claim in claims.items()}
        created: list[tuple[PlannedMessage, Message]] = []
        claimed: dict[str, TextClaim] = {}
        for key, plan in self.messages:
            row_id, claim_id = _row_id(self.fire, plan), _claim_id(self.fire, plan)
            if row_id in existing or (key in existing and existing[key].row_number == plan.row_number):
                continue  # this row is stored
            first = owners.get(key) or owners.get(claim_id)
            if first is not None:
                duplicate = self._message(row_id, plan, SkipReason.DUPLICATE, first)
                created.append((plan, duplicate))
                continue
            owners[key] = owners[claim_id] = key
            skip = _skip(plan, refused, is_canceled=is_canceled)
            created.append((plan, self._message(key, plan, skip, None)))
            claimed[key] = TextClaim(id=claim_id, message_id=key)
        batches, messages = self._batched(created)
        failures = [self._failure(key, plan) for key, plan in self.failures if key not in failure_ids]
        return Writes(
            batches=tuple(batches), messages=tuple(messages), failures=tuple(failures), claims=claimed
        )

    def _message(
        self, item_id: str, plan: PlannedMessage, skip: SkipReason | None, duplicate_of: str | None
    ) -> Message:
        return Message(
            id=item_id,
            fire_id=self.fire.id,
            campaign_id=self.fire.campaign_id,
            step_id=plan.step.id,
            row_number=plan.row_number,
            chunk_number=self.starts.chunk_number,
            sender_id=plan.step.sender_id,
            channel=plan.step.channel,
            address=plan.address,
            body=plan.body,
            subject=plan.subject,
            rendering_hash=plan.rendering_hash,
            time_zones=plan.time_zones,
            created_at=self.starts.now,
            state=MessageState.SKIPPED if skip else MessageState.QUEUED,
            not_after=plan.not_after,
            reason=skip,
            duplicate_of=duplicate_of,
        )

    def _failure(self, item_id: str, plan: PlannedFailure) -> Failure:
        return Failure(
            id=item_id,
            step=plan.failed_at,
            field=plan.field,
            value=plan.value,
            kind=plan.kind,
            reason=plan.reason,
            row_number=plan.row_number,
            created_at=self.starts.now,
            file_id=self.fire.file_id,
            fire_id=self.fire.id,
            campaign_id=self.fire.campaign_id,
            step_id=plan.step.id,
            values=plan.values,
        )

    def _batched(
        self, created: Sequence[tuple[PlannedMessage, Message]]
    ) -> tuple[list[Batch], list[Message]]:
        """Cut the queued messages into batches of one sender and one opening time."""
        groups: dict[tuple[str, datetime], list[Message]] = {}
        batches: list[Batch] = []
        messages = [message for _, message in created if message.state is not MessageState.QUEUED]
        for plan, message in created:
            if message.state is MessageState.QUEUED:
                groups.setdefault((message.sender_id, plan.opens_at), []).append(message)
        for (sender_id, opens_at), group in groups.items():
            sender = self.content.senders[sender_id]
            size = batch_size(sender.rate_per_second)
            for first in range(0, len(group), size):
                batch, members = self._batch(sender, opens_at, first, group[first : first + size])
                batches.append(batch)
                messages += members
        return batches, messages

    def _batch(
        self, sender: Sender, opens_at: datetime, first: int, members: list[Message]
    ) -> tuple[Batch, list[Message]]:
        start = max(opens_at, self.starts.reserved.get(sender.id, opens_at))
        steps = sum(step.sender_id == sender.id for step in self.content.campaign.steps)
        before = self.starts.rows_before * steps + first
        planned_start = start + timedelta(seconds=chunk_offset_seconds(before, sender.rate_per_second))
        batch = batch_of(
            self.company_id,
            self.fire.id,
            sender.id,
            members,
            planned_start,
            self.starts.now,
            self.starts.dispatch_until,
        )
        return batch, [replace(message, batch_id=batch.id, planned_for=planned_start) for message in members]


def arrange(
    company_id: str,
    fire: Fire,
    content: CampaignContent,
    outcomes: Iterable[PlannedMessage | PlannedFailure],
    starts: Starts,
) -> Arranged:
    """Give each outcome its id: a message's from its dedupe key, so that duplicates collide on it."""
    messages: list[tuple[str, PlannedMessage]] = []
    failures: list[tuple[str, PlannedFailure]] = []
    for outcome in outcomes:
        if isinstance(outcome, PlannedMessage):
            messages.append((computed_id(fire.id, outcome.step.id, "key", *outcome.dedupe), outcome))
        else:
            failures.append((computed_id(fire.id, outcome.step.id, "failure", outcome.row_number), outcome))
    return Arranged(
        company_id=company_id,
        fire=fire,
        content=content,
        starts=starts,
        messages=tuple(messages),
        failures=tuple(failures),
    )


def _row_id(fire: Fire, plan: PlannedMessage) -> str:
    return computed_id(fire.id, plan.step.id, "row", plan.row_number)


def _claim_id(fire: Fire, plan: PlannedMessage) -> str:
    return computed_id(fire.id, plan.step.id, "text", plan.address.casefold(), plan.subject, plan.body)


def _skip(plan: PlannedMessage, refused: Refused, *, is_canceled: bool) -> SkipReason | None:
    if is_canceled:
        return SkipReason.CANCELED
    if plan.skip is not None:
        return plan.skip
    is_refused = (plan.step.channel, plan.address.casefold()) in refused
    return SkipReason.OPTED_OUT if is_refused else None
