"""A POST with an Idempotency-Key is done once; asked again within a day, it gets the same answer.

Only answers that report something done (2xx) are kept. A request that was refused did nothing, so the
same key may be sent again once the cause is mended. Things a POST creates have ids computed from the key, so
an attempt that takes over from one that died writes the same ones.
"""

import hashlib
from collections.abc import Awaitable, Callable

from starlette.requests import Request
from starlette.responses import Response

from functions.api.kit.authentication import Caller
from functions.problems import Refusal, invalid
from shared.domain.errors import Problem
from shared.domain.idempotency import AttemptUnderWay, IdempotencyRecord, KeyUsedForAnother
from shared.domain.ids import computed_id, random_id
from shared.domain.record import replace
from shared.usecases.requests.claim_request import claim_request, give_back_request, keep_answer

HEADER = "Idempotency-Key"
REPLAYED = "Idempotent-Replayed"
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
        await give_back_request(caller.runtime, caller.company_id, record)
        raise
    if 200 <= response.status_code < 300:
        await _keep(request, caller, record, response)
    else:
        await give_back_request(caller.runtime, caller.company_id, record)
    return response


async def _claim(caller: Caller, record_id: str, digest: str) -> IdempotencyRecord:
    """Our new record, or the one that holds the answer."""
    try:
        return await claim_request(caller.runtime, caller.company_id, record_id, digest)
    except KeyUsedForAnother:
        reason = "was used for another request; use a new key for this one"
        raise invalid(Problem(field=HEADER, reason=reason)) from None
    except AttemptUnderWay:
        raise Refusal(
            status=409,
            kind="in-progress",
            title="The same request is being done",
            detail="A request with this Idempotency-Key has not ended yet. Send it again to get its answer.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        ) from None


async def _keep(request: Request, caller: Caller, record: IdempotencyRecord, response: Response) -> None:
    """Store the answer. `request.state.kept_body` takes its place where it holds a secret shown once."""
    body = bytes(getattr(request.state, "kept_body", None) or response.body)
    if len(body) > LARGEST_ANSWER:
        raise ValueError(f"an answer of {len(body)} bytes cannot be kept")
    location = response.headers.get("location")
    answered = replace(record, status=response.status_code, body=body, location=location)
    await keep_answer(caller.runtime, caller.company_id, answered)


def _replay(record: IdempotencyRecord) -> Response:
    headers = {REPLAYED: "true"}
    if record.location is not None:
        headers["Location"] = record.location
    return Response(record.body, record.status or 200, headers, media_type="application/json")
