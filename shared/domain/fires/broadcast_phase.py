"""Where a broadcast stands, by its own state and that of its fire."""

from datetime import datetime
from enum import StrEnum

from shared.domain.campaigns.broadcast import Broadcast, BroadcastState
from shared.domain.fires.fire import Fire


class BroadcastPhase(StrEnum):
    """What a broadcast is at."""

    PLANNED = "planned"
    MAKING = "making"
    MADE = "made"  # its messages are built, or are being built; its time has not come
    FIRST_WAVE = "first_wave"
    WAITING = "waiting"  # for the second wave
    SECOND_WAVE = "second_wave"
    COLLECTING_STATUSES = "collecting_statuses"
    ENDED = "ended"
    CANCELED = "canceled"


def phase_of(broadcast: Broadcast, fire: Fire | None, now: datetime) -> BroadcastPhase:
    """The phase. `fire` is the broadcast's, once it has one."""
    if broadcast.state is BroadcastState.COLLECTING:
        return BroadcastPhase.COLLECTING_STATUSES
    if broadcast.state is not BroadcastState.MADE or fire is None:
        return BroadcastPhase(broadcast.state)
    if fire.is_closed:
        return BroadcastPhase.COLLECTING_STATUSES
    if fire.is_gathering or now < (fire.starts_at or fire.fired_at):
        return BroadcastPhase.MADE
    begins_at = second_wave_at(fire)
    if begins_at is None:
        return BroadcastPhase.FIRST_WAVE
    return BroadcastPhase.WAITING if now < begins_at else BroadcastPhase.SECOND_WAVE


def second_wave_at(fire: Fire) -> datetime | None:
    """When the second wave begins or began; None until the first is through, or when there is none."""
    planned = (step.starts_at for step in fire.steps[1:])
    return next(planned, None) or next((step.due_at for step in fire.later), None)
