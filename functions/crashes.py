"""Outermost of an application: what nobody expected is logged, and answered without a word of its inside."""

import logging
import traceback
from collections.abc import Callable, Sequence

from starlette.responses import Response
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from shared import log

Headers = Sequence[tuple[bytes, bytes]]


class Crashes:
    """Answers for an application that raises, and gives every answer the headers that all have.

    Starlette's own handler raises the error again after answering, and the functions framework would
    answer a second time.
    """

    def __init__(self, app: ASGIApp, *, answer: Callable[[str], Response], headers: Headers) -> None:
        """`answer` makes the answer to a request for a path that failed."""
        self._app, self._answer, self._headers = app, answer, headers

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Have the request answered, whatever happens."""
        started = False

        async def sending(message: Message) -> None:
            nonlocal started
            if message["type"] == "http.response.start":
                started = True
                known = {name.lower() for name, _ in message["headers"]}
                added = [(name, value) for name, value in self._headers if name not in known]
                message["headers"] = [*message["headers"], *added]
            await send(message)

        try:
            await self._app(scope, receive, sending)
        except Exception as error:  # noqa: BLE001  # the last line: a caller must get an answer
            # Without the error's text, which may hold what the caller sent.
            frames = traceback.extract_tb(error.__traceback__)[-8:]
            with log.context(**scope.get("state", {}).get("logged", {})):
                log.event(
                    "request failed",
                    level=logging.ERROR,
                    route=_route(scope),
                    error_type=type(error).__name__,
                    frames=[f"{frame.filename}:{frame.lineno} {frame.name}" for frame in frames],
                )
            if not started:
                await self._answer(scope.get("path", ""))(scope, receive, sending)


def _route(scope: Scope) -> str:
    """The route's pattern: the path itself may hold what must not be logged."""
    return str(getattr(scope.get("route"), "path", ""))
