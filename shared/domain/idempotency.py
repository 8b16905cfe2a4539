"""What was answered to a request with an idempotency key, to be answered again."""

from datetime import datetime, timedelta

from msgspec import Struct

KEPT = timedelta(hours=24)
ATTEMPT = timedelta(seconds=120)  # no request lasts longer: twice the function's time-out


class KeyUsedForAnother(Exception):
    """The idempotency key belongs to a request that differs from this one."""


class AttemptUnderWay(Exception):
    """Another attempt at the same request has not ended yet."""


class IdempotencyRecord(Struct, frozen=True, kw_only=True):
    """The first answer to a key. `status` is None while it is being made, under `token` until `until`."""

    id: str
    request_hash: str
    token: str
    until: datetime
    expires_at: datetime
    status: int | None = None
    body: bytes = b""
    location: str | None = None


def new_attempt(record_id: str, request_hash: str, token: str, now: datetime) -> IdempotencyRecord:
    """An attempt that begins now."""
    return IdempotencyRecord(
        id=record_id,
        request_hash=request_hash,
        token=token,
        until=now + ATTEMPT,
        expires_at=(now + KEPT).replace(microsecond=0),
    )


def usable_record(
    found: IdempotencyRecord | None, ours: IdempotencyRecord, now: datetime
) -> IdempotencyRecord | None:
    """What was found when it is ours or answered, None when we may take it over.

    Raises KeyUsedForAnother, AttemptUnderWay.
    """
    if found is None or now >= found.expires_at:
        return None
    if found.token == ours.token:
        return found
    if found.request_hash != ours.request_hash:
        raise KeyUsedForAnother
    if found.status is not None:
        return found
    if now >= found.until:
        return None
    raise AttemptUnderWay
