"""What waits for an appointment that a later file moved or changed, planned anew by the row as it is now."""

from collections import defaultdict
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta

from msgspec import Struct

from shared.domain.campaigns.content import CampaignContent
from shared.domain.campaigns.step import AtField, chain_of, is_invited_to
from shared.domain.contacts.preference_link import Links
from shared.domain.files.file import Row
from shared.domain.fires.deciding import KeyedMessage, keyed
from shared.domain.fires.fire import Fire
from shared.domain.fires.planning import Plan, PlannedMessage, Planner
from shared.domain.fires.recipient import Recipient
from shared.domain.messages.invite import is_placeholder
from shared.domain.messages.message import Message
from shared.domain.messages.skipping import SKIP_WORDS
from shared.domain.senders.pacing import batch_size

# One whose time hardly moved keeps its place on the sender's timeline.
NEAR = timedelta(minutes=10)


class Follower(Struct, frozen=True, kw_only=True):
    """A message that waits, as it is planned by what holds now; None where it cannot be."""

    message: Message
    keyed: KeyedMessage | None
    words: str | None = None

    @property
    def stays(self) -> bool:
        """Whether it says the same at about the same time."""
        plan, at = self.keyed.plan if self.keyed else None, self.message.planned_for
        if plan is None or at is None or plan.rendering_hash != self.message.rendering_hash:
            return False
        return plan.not_after == self.message.not_after and plan.opens_at <= at < plan.opens_at + NEAR


def plan_followers(
    content: CampaignContent,
    fire: Fire,
    messages: Sequence[Message],
    rows: Mapping[str, Sequence[Row]],
    links: Links,
    now: datetime,
) -> list[Follower]:
    """The fire's messages, planned by the `rows` of their appointments (by appointment key)."""
    steps = content.campaign.steps
    planners: dict[str, Planner] = {}
    for step_id in {message.step_id for message in messages}:
        # A time that follows from a field is late by the clock of now, not by that of the fire.
        is_own = isinstance(chain_of(steps, step_id)[0].when, AtField)
        began_at = now if is_own else fire.began_at(step_id)
        planners[step_id] = Planner(content, content.step(step_id), now, fire.fired_at, began_at, links)
    return [
        follower_of(fire.id, message, _plan(content, planners[message.step_id], message, rows))
        for message in messages
    ]


def _plan(
    content: CampaignContent, planner: Planner, message: Message, rows: Mapping[str, Sequence[Row]]
) -> PlannedMessage | None:
    """By the row of the same person, where an appointment is with several."""
    theirs = [
        planner.plan(
            Recipient(
                key=message.recipient_key,
                values=_with_address(content, message, row.values),
                row_number=message.row_number,
                file_id=message.file_id,
                contact_id=message.contact_id,
                time_zone=row.time_zone,
            )
        )
        for row in rows.get(message.appointment_key or "", ())
    ]
    plans = [plan for plan in theirs if isinstance(plan, PlannedMessage)]
    same = next((plan for plan in plans if plan.address == message.address), None)
    return same or (plans[0] if len(theirs) == len(plans) == 1 else None)


def _with_address(content: CampaignContent, message: Message, values: Mapping[str, str]) -> Mapping[str, str]:
    """The values; where the row has no address, with that from which the person came by an invitation."""
    name = content.step(message.step_id).address_field
    has_come = is_invited_to(content.campaign.steps, message.step_id) and not is_placeholder(message.address)
    return {**values, name: message.address} if has_come and not values.get(name) else values


def follower_of(fire_id: str, message: Message, plan: Plan | None) -> Follower:
    """The message with its plan, if that is one by which it can go out."""
    if not isinstance(plan, PlannedMessage):
        words = plan.reason if plan is not None else None
        return Follower(message=message, keyed=None, words=words)
    if plan.skip is not None:
        words = f"A later file of the source changed the appointment. {SKIP_WORDS[plan.skip]}"
        return Follower(message=message, keyed=None, words=words)
    return Follower(message=message, keyed=keyed(fire_id, plan))


def together(
    content: CampaignContent, followers: Sequence[Follower]
) -> dict[tuple[str, datetime | None, int], list[Follower]]:
    """Those that go into one batch: of one sender, one opening, one part. What stays has no opening."""
    groups: dict[tuple[str, datetime | None, int], list[Follower]] = defaultdict(list)
    counts: dict[tuple[str, datetime | None], int] = defaultdict(int)
    for one in followers:
        opens_at = one.keyed.plan.opens_at if one.keyed and not one.stays else None
        place = (one.message.sender_id, opens_at)
        size = batch_size(content.senders[one.message.sender_id].rate_per_second)
        groups[*place, counts[place] // size].append(one)
        counts[place] += 1
    return groups
