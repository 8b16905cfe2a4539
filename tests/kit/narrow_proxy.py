"""A proxy that refuses commits above a size, as gRPC and Firestore do, and knows the size of the others."""

from collections.abc import AsyncIterator, Callable
from typing import Any

import grpc
from google.cloud.firestore_v1.types import CommitRequest

from tests.faults.grpc_proxy import GrpcProxy


class NarrowProxy(GrpcProxy):
    """`most_bytes` is what a commit may have; `refuses` finds others that are too large.

    `commits` are the writes and bytes of each of the others, `refused` is how many were refused: answered
    with `code` and `text`.
    """

    def __init__(self) -> None:
        super().__init__()
        self.most_bytes = 10**9
        self.refuses: Callable[[bytes], bool] = lambda _: False
        self.code = grpc.StatusCode.RESOURCE_EXHAUSTED
        self.text = "gRPC message exceeds maximum size"
        self.commits: list[tuple[int, int]] = []
        self.refused = 0

    def service(self, handler_call_details: Any) -> Any:
        """Pass everything on, but for commits that are too large."""
        handler = super().service(handler_call_details)
        if not handler_call_details.method.endswith("/Commit"):
            return handler

        async def narrow(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
            request = await anext(requests)
            if len(request) > self.most_bytes or self.refuses(request):
                self.refused += 1
                await context.abort(self.code, f"{self.text} {self.most_bytes}: {len(request)}")
            self.commits.append((len(CommitRequest.deserialize(request).writes), len(request)))
            async for answer in handler.stream_stream(_one(request), context):
                yield answer

        return grpc.stream_stream_rpc_method_handler(narrow)


async def _one(request: bytes) -> AsyncIterator[bytes]:
    yield request
