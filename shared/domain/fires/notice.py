"""Something a company must know and do something about: told once."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct

from shared.domain.campaigns.audience import left_out_words
from shared.domain.campaigns.broadcast import Broadcast
from shared.domain.campaigns.campaign import Campaign
from shared.domain.events.webhook_endpoint import WebhookEndpoint
from shared.domain.files.file import File, hold_refusal
from shared.domain.fires.fire import EmptyBecause, Fire
from shared.domain.ids import computed_id
from shared.domain.senders.sender import Sender


class NoticeKind(StrEnum):
    """What happened."""

    SENDER_PAUSED = "sender_paused"  # its provider says that it, or its account, is broken
    FIRE_REFUSED = "fire_refused"  # a campaign's time came, and it could not start
    FILE_HELD = "file_held"  # a file waits for somebody's word
    FIRE_EMPTY = "fire_empty"  # it started, and there was nobody to send to
    FILES_LEFT_OUT = "files_left_out"  # it started without files that somebody may expect in it
    FIRE_PAUSED = "fire_paused"  # too many of its messages came to nothing
    HANDED_OVER = "handed_over"  # an automation leaves a contact to a person
    AUTOMATION_CIRCLES = "automation_circles"  # a contact comes into an automation again and again
    ENDPOINT_DISABLED = "endpoint_disabled"  # webhooks do not get through to it


class Notice(Struct, frozen=True, kw_only=True):
    """One notice. `id` is computed from its cause, so that a cause is told once, whoever meets it."""

    id: str
    kind: NoticeKind
    text: str
    created_at: datetime
    sender_id: str | None = None
    campaign_id: str | None = None
    file_id: str | None = None
    fire_id: str | None = None
    endpoint_id: str | None = None
    automation_id: str | None = None
    contact_id: str | None = None
    read_at: datetime | None = None


def sender_notice(sender: Sender, now: datetime) -> Notice:
    """The notice for a sender that was just paused: one for each pause."""
    return Notice(
        id=computed_id("sender paused", sender.id, sender.pause_count),
        kind=NoticeKind.SENDER_PAUSED,
        text=f"The sender {sender.address} is paused: {sender.paused_reason} Its messages wait, none is "
        "lost. Mend it at the provider, then resume the sender.",
        created_at=now,
        sender_id=sender.id,
    )


def fire_notice(campaign: Campaign, reason: str, now: datetime) -> Notice:
    """The notice for a campaign whose time came and that could not start: one a time and reason."""
    due = f"{campaign.next_fire_at:%Y-%m-%d %H:%M} UTC" if campaign.next_fire_at else "now"
    return Notice(
        id=computed_id("fire refused", campaign.id, due, reason),
        kind=NoticeKind.FIRE_REFUSED,
        text=f"The campaign {campaign.name}, due at {due}, has not started: {reason} It is tried again "
        "every few minutes.",
        created_at=now,
        campaign_id=campaign.id,
    )


def broadcast_notice(broadcast: Broadcast, reason: str, now: datetime) -> Notice:
    """The notice for a broadcast whose time came and that could not be made: one a reason."""
    return Notice(
        id=computed_id("broadcast refused", broadcast.id, reason),
        kind=NoticeKind.FIRE_REFUSED,
        text=f"The broadcast {broadcast.name}, due at {broadcast.run_at:%Y-%m-%d %H:%M} UTC, was not made: "
        f"{reason} It is tried again every few minutes.",
        created_at=now,
    )


def file_notice(file: File, now: datetime) -> Notice:
    """The notice for a file that is held: one each time it is loaded."""
    return Notice(
        id=computed_id("file held", file.id, file.reload_count),
        kind=NoticeKind.FILE_HELD,
        text=f"{hold_refusal(file)} Until then nothing is sent for it; campaigns that are due for it wait.",
        created_at=now,
        file_id=file.id,
    )


def empty_notice(campaign: Campaign, fire: Fire, since_fire_id: str | None) -> Notice:
    """The notice for a fire that had nobody to send to.

    One a fire; but a recurring campaign to which no new file comes is told of once, until there is one:
    `since_fire_id` is its last fire that had a file.
    """
    is_quiet = fire.empty_because is EmptyBecause.NO_NEW_FILE
    cause = ("quiet since", since_fire_id or "") if is_quiet else ("fire", fire.id)
    mend = (
        "It is told once, until a file comes." if is_quiet else "Upload a file, then fire the campaign again."
    )
    return Notice(
        id=computed_id("fire empty", campaign.id, *cause),
        kind=NoticeKind.FIRE_EMPTY,
        text=f"The campaign {campaign.name} fired and nobody got anything: {fire.note} {mend}",
        created_at=fire.fired_at,
        campaign_id=campaign.id,
        fire_id=fire.id,
    )


def paused_notice(campaign_name: str, fire: Fire, now: datetime) -> Notice:
    """The notice for a fire that paused by itself, whose note says why: one a fire."""
    return Notice(
        id=computed_id("fire paused", fire.id),
        kind=NoticeKind.FIRE_PAUSED,
        text=f"The campaign {campaign_name} is paused. {fire.note}",
        created_at=now,
        campaign_id=fire.campaign_id,
        fire_id=fire.id,
    )


def left_out_notice(campaign: Campaign, fire: Fire) -> Notice:
    """The notice for files that a fire left out: one for the same files and reasons."""
    facts = [text for one in fire.left_out for text in (one.file_id, one.reason)]
    return Notice(
        id=computed_id("left out", campaign.id, *facts),
        kind=NoticeKind.FILES_LEFT_OUT,
        text=f"The campaign {campaign.name} fired. {left_out_words(fire.left_out)}",
        created_at=fire.fired_at,
        campaign_id=campaign.id,
        fire_id=fire.id,
    )


def endpoint_notice(endpoint: WebhookEndpoint, now: datetime) -> Notice:
    """The notice for a webhook endpoint that was just disabled: one each time it is."""
    return Notice(
        id=computed_id("endpoint disabled", endpoint.id, endpoint.updated_at.isoformat()),
        kind=NoticeKind.ENDPOINT_DISABLED,
        text=f"The webhook endpoint {endpoint.name or endpoint.id} gets nothing any more. {endpoint.note} "
        "Mend it, then resume it: what waited is sent then, and what failed can be sent again.",
        created_at=now,
        endpoint_id=endpoint.id,
    )
