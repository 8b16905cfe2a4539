"""What wakes somebody up: alerts by name, each with a metric and a policy in infra/monitoring."""

from enum import StrEnum


class Alert(StrEnum):
    """Each is logged as `alert` with its name as `metric`, a `value`, and facts."""

    STUCK_WORK = "stuck_work"
    UNKNOWN_GROWING = "unknown_growing"
    DEAD_LETTERS = "dead_letters"
    SWEEP_SILENT = "sweep_silent"
    SENDER_PAUSED = "sender_paused"
    FIRE_EMPTY = "fire_empty"
    CREDENTIALS_ENDING = "credentials_ending"
    DATABASE_RESTORED = "database_restored"
