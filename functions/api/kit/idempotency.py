"""A POST with an Idempotency-Key is done once; asked again within a day, it gets the same answer.

Only answers that report something done (2xx) are kept. A request that was refused did nothing, so the
same key may be sent again once the cause is mended. An attempt that died is taken over when its time is
over; things it creates have ids computed from the key, so the second attempt writes the same ones.
"""

import hashlib
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta

from starlette.requests import Request
from starlette.responses import Response

from functions.api.kit.authentication import Caller
from functions.api.kit.problems import Refusal, invalid
from shared.domain.errors import Problem
from shared.domain.idempotency import IdempotencyRecord
from shared.domain.ids import computed_id, random_id
from shared.firestore.kit.transactions import Transaction, transact

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
KEPT = timedelta(hours=24)
ATTEMPT = timedelta(seconds=120)  # no request lasts longer: twice the function's time-out
RETRY_SECONDS = 2
LONGEST_KEY = 255
LARGEST_ANSWER = 500_000  # bytes: the record is one document


def key_of(request: Request) -> str | None:
    """The request's key, or None. Raises Refusal when it is unusable."""
    values = request.headers.getlist(HEADER)
    if not values:
        return None
    if len(values) > 1 or not 1 <= len(values[0]) <= LONGEST_KEY or not values[0].isprintable():
        reason = f"must be one text of 1 to {LONGEST_KEY} printable characters, such as a UUID"
        raise invalid(Problem(field=HEADER, reason=reason))
    return values[0]


def request_hash(request: Request, content: bytes) -> str:
    """What tells two requests apart. `content` is the body, or its digest."""
    parts = (request.method.encode(), request.url.path.encode(), request.url.query.encode(), content)
    digest = hashlib.sha256()
    for part in parts:
        digest.update(b"%d:" % len(part) + part)
    return digest.hexdigest()


def new_id(request: Request) -> str:
    """The id of what a POST creates: random, or the same for every attempt under one key."""
    found: str | None = getattr(request.state, "new_id", None)
    return found or random_id()


async def once(
    request: Request,
    caller: Caller,
    route_name: str,
    digest: str,
    work: Callable[[Request], Awaitable[Response]],
) -> Response:
    """Do `work`, or answer as it was answered. Raises Refusal: 409 while another attempt is at it."""
    key = key_of(request)
    if key is None:
        return await work(request)
    record_id = computed_id(caller.company_id, "idempotency", route_name, key)
    record = await _claim(caller, record_id, digest)
    if record.status is not None:
        return _replay(record)
    request.state.new_id = computed_id(record_id, record.expires_at.isoformat())
    try:
        response = await work(request)
    except BaseException:
        await _give_back(caller, record)
        raise
    if 200 <= response.status_code < 300:
        await _keep(request, caller, record, response)
    else:
        await _give_back(caller, record)
    return response


async def _claim(caller: Caller, record_id: str, digest: str) -> IdempotencyRecord:
    """Our new record, or the one that holds the answer."""
    store, now = caller.runtime.stores.idempotency, caller.runtime.now()
    expires_at = (now + KEPT).replace(microsecond=0)
    ours = IdempotencyRecord(
        id=record_id, request_hash=digest, token=random_id(), until=now + ATTEMPT, expires_at=expires_at
    )
    if await store.add(caller.company_id, record_id, ours):
        return ours
    # Reading before the transaction keeps many equal requests at once from contending for it.
    found = _usable(await store.find(caller.company_id, record_id), ours, now)
    if found is not None:
        return found

    async def take_over(transaction: Transaction) -> IdempotencyRecord:
        current = await store.find(caller.company_id, record_id, transaction)
        usable = _usable(current, ours, now)
        if usable is not None:
            return usable
        is_live = current is not None and now < current.expires_at
        taken = replace(ours, expires_at=current.expires_at) if current is not None and is_live else ours
        store.put(transaction, caller.company_id, record_id, taken)
        return taken

    return await transact(caller.runtime.stores.db, take_over)


def _usable(
    found: IdempotencyRecord | None, ours: IdempotencyRecord, now: datetime
) -> IdempotencyRecord | None:
    """The record when it is ours or answered, None when it may be taken over. Raises Refusal."""
    if found is None or now >= found.expires_at:
        return None
    if found.token == ours.token:
        return found
    if found.request_hash != ours.request_hash:
        raise invalid(
            Problem(field=HEADER, reason="was used for another request; use a new key for this one")
        )
    if found.status is not None:
        return found
    if now >= found.until:
        return None
    raise Refusal(
        status=409,
        kind="in-progress",
        title="The same request is being done",
        detail="A request with this Idempotency-Key has not ended yet. Send it again to get its answer.",
        headers={"Retry-After": str(RETRY_SECONDS)},
    )


async def _keep(request: Request, caller: Caller, record: IdempotencyRecord, response: Response) -> None:
    """Store the answer. `request.state.kept_body` takes its place where it holds a secret shown once."""
    body = bytes(getattr(request.state, "kept_body", None) or response.body)
    if len(body) > LARGEST_ANSWER:
        raise ValueError(f"an answer of {len(body)} bytes cannot be kept")
    kept = replace(record, status=response.status_code, body=body, location=response.headers.get("location"))

    async def keep(transaction: Transaction) -> None:
        store = caller.runtime.stores.idempotency
        current = await store.find(caller.company_id, record.id, transaction)
        if current is not None and current.token == record.token:
            store.put(transaction, caller.company_id, record.id, kept)

    await transact(caller.runtime.stores.db, keep)


async def _give_back(caller: Caller, record: IdempotencyRecord) -> None:
    """Forget an attempt that did nothing."""

    async def forget(transaction: Transaction) -> None:
        store = caller.runtime.stores.idempotency
        current = await store.find(caller.company_id, record.id, transaction)
        if current is not None and current.token == record.token:
            transaction.delete(store.ref(caller.company_id, record.id))

    await transact(caller.runtime.stores.db, forget)


def _replay(record: IdempotencyRecord) -> Response:
    headers = {REPLAYED: "true"}
    if record.location is not None:
        headers["Location"] = record.location
    return Response(record.body, record.status or 200, headers, media_type="application/json")
