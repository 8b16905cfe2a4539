"""The answers a message offers, and what each means."""

from dataclasses import dataclass
from enum import StrEnum


class Disposition(StrEnum):
    """What an answer means for the appointment."""

    CONFIRMED = "confirmed"
    CANCELED = "canceled"
    RESCHEDULE_ASKED = "reschedule_asked"


@dataclass(frozen=True, kw_only=True, slots=True)
class ReplyOption:
    """An answer a message offers: any of `words` (case and punctuation ignored) means `disposition`."""

    words: tuple[str, ...]
    disposition: Disposition
