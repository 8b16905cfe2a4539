"""What sending a fire used up: counted where it happens, kept by job, added up for the fire's report."""

from datetime import datetime
from enum import StrEnum

from msgspec import Struct, field

from shared.domain.channels.channel import all_channels


class Unit(StrEnum):
    """What running costs, whatever is sent. Reads and writes are documents, as Firestore bills them."""

    READS = "reads"
    WRITES = "writes"
    PUBLISHES = "publishes"
    INVOCATIONS = "invocations"
    PROVIDER_CALLS = "provider_calls"


class FireCost(Struct, frozen=True, kw_only=True):
    """What one attempt of one job used for one fire. `id` is the attempt's own, so attempts add up.

    `amounts` are by unit: those of `Unit`, and what the channels' providers bill of what they accepted.
    """

    id: str
    fire_id: str
    job: str
    counted_at: datetime
    amounts: dict[str, int] = field(default_factory=dict)


def all_units() -> tuple[str, ...]:
    """Every unit: what running costs, then what the channels' providers bill."""
    return (*map(str, Unit), *(channel.record.unit for channel in all_channels()))
