"""What was answered to a POST with an Idempotency-Key, to be answered again."""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, kw_only=True, slots=True)
class IdempotencyRecord:
    """The first answer to a key. `status` is None while it is being made, under `token` until `until`."""

    id: str
    request_hash: str
    token: str
    until: datetime
    expires_at: datetime
    status: int | None = None
    body: bytes = b""
    location: str | None = None
