"""A gRPC proxy before an emulator that fails calls of choice, before or after the emulator did them."""

from collections.abc import AsyncIterator, Sequence
from functools import partial
from typing import Any

import grpc
from msgspec import Struct

from infra.local.ports import HOST
from tests.faults.late_commits import LateCommits
from tests.faults.orders import Moment

LARGEST_MESSAGE = 64 * 1024 * 1024
OPTIONS = [("grpc.max_receive_message_length", LARGEST_MESSAGE), ("grpc.max_send_message_length", -1)]


class Failing(Struct, frozen=True, kw_only=True):
    """Every `every`th call of one of `methods` (all when empty) answers `code`.

    With `late_seconds` a commit that failed before it was done is done all the same, so much later: as when
    the caller's patience ends before the server's work does. A rollback then comes too late.
    """

    code: grpc.StatusCode
    moment: Moment
    methods: Sequence[str] = ()
    every: int = 1
    late_seconds: float = 0


class GrpcProxy(grpc.GenericRpcHandler):  # type: ignore[misc]  # grpc has no types
    """`async with GrpcProxy() as proxy`, then set `target`; `failing` is what goes wrong for now."""

    target: str
    port: int

    def __init__(self) -> None:
        self.failing: Failing | None = None
        self.failed = 0
        self._matched = 0
        self.late = LateCommits()
        self._channel: grpc.aio.Channel | None = None
        self._server = grpc.aio.server(options=OPTIONS)

    @property
    def address(self) -> str:
        """Where the proxy takes calls."""
        return f"{HOST}:{self.port}"

    async def __aenter__(self) -> "GrpcProxy":
        self._server.add_generic_rpc_handlers((self,))
        self.port = self._server.add_insecure_port(f"{HOST}:0")
        await self._server.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.late.all_done()
        await self._server.stop(0)
        if self._channel is not None:
            await self._channel.close()

    def service(self, handler_call_details: Any) -> Any:
        """Take every method; any kind of call is a stream of messages either way."""
        method = handler_call_details.method

        async def forward(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
            failing = self._failing_now(method)
            if method.endswith("/Rollback"):
                request = await anext(requests)
                if self.late.outrun(request):
                    yield b""
                    return
                requests = _one(request)
            if failing is not None and failing.moment == "before":
                if failing.late_seconds:
                    send = partial(self._send, method, _passed_on(context))
                    self.late.take(await anext(requests), send, failing.late_seconds)
                await context.abort(failing.code, "asked for by the test")
            call = self._target().stream_stream(method)(
                requests, metadata=_passed_on(context), timeout=context.time_remaining()
            )
            try:
                async for answer in call:
                    if failing is None:
                        yield answer
            except grpc.aio.AioRpcError as error:
                await context.abort(error.code(), error.details() or "", error.trailing_metadata() or ())
            if failing is not None:
                await context.abort(failing.code, "asked for by the test")

        return grpc.stream_stream_rpc_method_handler(forward)

    async def _send(self, method: str, metadata: list[tuple[str, Any]], request: bytes) -> None:
        async for _ in self._target().stream_stream(method)(_one(request), metadata=metadata):
            pass

    def _target(self) -> "grpc.aio.Channel":
        if self._channel is None:
            self._channel = grpc.aio.insecure_channel(self.target, options=OPTIONS)
        return self._channel

    def _failing_now(self, method: str) -> Failing | None:
        failing = self.failing
        if failing is None or (failing.methods and method.rpartition("/")[2] not in failing.methods):
            return None
        self._matched += 1
        if self._matched % failing.every:
            return None
        self.failed += 1
        return failing


def _passed_on(context: Any) -> list[tuple[str, Any]]:
    ours = ("user-agent", "te", "content-type")
    return [
        (key, value)
        for key, value in context.invocation_metadata() or ()
        if key not in ours and not key.startswith((":", "grpc-"))
    ]


async def _one(request: bytes) -> AsyncIterator[bytes]:
    yield request
