"""How requests to send are answered: the recipient's fixed outcome, or a fault that was asked for."""

import asyncio
import time
from collections.abc import Awaitable, Callable, Mapping

from aiohttp import web
from msgspec import Struct

from infra.local.simulator.outcomes import Answer


class Delays(Struct, frozen=True, kw_only=True):
    """In seconds: between two receipts, of a slow answer, of one that comes too late, and of ringing.

    `speech` is how long a second of speech takes for who takes a call at the phone page.
    """

    receipt: float = 0.1
    slow: float = 3
    timeout: float = 60
    ring: float = 25
    speech: float = 1


class Fault(Struct, kw_only=True):
    """An answer all requests get, until a time (of time.monotonic) and at most `left` times."""

    answer: Answer
    ends_at: float
    left: int


class Faults:
    """The faults asked for, by provider, and which recipients were throttled before."""

    def __init__(self) -> None:
        self._faults: dict[str, Fault] = {}
        self._throttled: set[str] = set()

    def ask(self, provider: str, answer: Answer, *, seconds: float, count: int) -> None:
        """Answer the next `count` requests within `seconds` that way."""
        self._faults[provider] = Fault(answer=answer, ends_at=time.monotonic() + seconds, left=count)

    def clear(self) -> None:
        """Forget all faults, and who was throttled."""
        self._faults.clear()
        self._throttled.clear()

    def answer(self, provider: str, recipients: Mapping[str, Answer]) -> Answer:
        """How to answer a request to these recipients: the first outcome that is out of the ordinary."""
        fault = self._faults.get(provider)
        if fault is not None and fault.left > 0 and time.monotonic() < fault.ends_at:
            fault.left -= 1
            return fault.answer
        for recipient, answer in recipients.items():
            if answer is Answer.THROTTLED and recipient in self._throttled:
                continue
            if answer is Answer.THROTTLED:
                self._throttled.add(recipient)
            if answer is not Answer.ACCEPTED:
                return answer
        return Answer.ACCEPTED


class Refusals(Struct, frozen=True, kw_only=True):
    """What one provider says when it does not accept."""

    throttled: Callable[[], web.Response]
    error: Callable[[], web.Response]


async def give_answer(
    request: web.Request,
    answer: Answer,
    accept: Callable[[], Awaitable[web.Response]],
    *,
    refusals: Refusals,
    delays: Delays,
) -> web.Response:
    """Accept or not, and answer, as `answer` says. Accepting stores the messages before it returns."""
    if answer is Answer.THROTTLED:
        return refusals.throttled()
    if answer is Answer.ERROR:
        return refusals.error()
    accepted = await accept()
    if answer is Answer.ERROR_ACCEPTED:
        return refusals.error()
    if answer is Answer.RESET_ACCEPTED and request.transport is not None:
        request.transport.abort()
    if answer is Answer.HALF_ACCEPTED:
        await _write_half(request)
    if answer is Answer.SLOW:
        await asyncio.sleep(delays.slow)
    if answer is Answer.TIMEOUT_ACCEPTED:
        await asyncio.sleep(delays.timeout)
    return accepted


async def _write_half(request: web.Request) -> None:
    """Begin an answer of a hundred bytes, and break the connection in its midst."""
    answer = web.StreamResponse(status=201, headers={"Content-Type": "application/json"})
    answer.content_length = 100
    await answer.prepare(request)
    await answer.write(b'{"sid": "SM')
    if request.transport is not None:
        request.transport.abort()
