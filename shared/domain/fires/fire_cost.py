"""What sending a fire used up: counted where it happens, kept by job, added up for the fire's report."""

from dataclasses import dataclass
from datetime import datetime
from enum import StrEnum


class Unit(StrEnum):
    """What is paid for. Reads and writes are documents, as Firestore bills them."""

    READS = "reads"
    WRITES = "writes"
    PUBLISHES = "publishes"
    INVOCATIONS = "invocations"
    PROVIDER_CALLS = "provider_calls"
    SMS_PARTS = "sms_parts"  # of texts the provider accepted
    EMAILS = "emails"  # that the provider accepted


@dataclass(frozen=True, kw_only=True, slots=True)
class FireCost:
    """What one attempt of one job used for one fire. `id` is the attempt's own, so attempts add up."""

    id: str
    fire_id: str
    job: str
    counted_at: datetime
    reads: int = 0
    writes: int = 0
    publishes: int = 0
    invocations: int = 0
    provider_calls: int = 0
    sms_parts: int = 0
    emails: int = 0
