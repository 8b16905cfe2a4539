"""A proxy that counts what Firestore and Pub/Sub do, by their own answers: what would be billed."""

from collections import Counter
from collections.abc import AsyncIterator
from typing import Any

import grpc
from google.cloud.firestore_v1.types import (
    BatchGetDocumentsResponse,
    BatchWriteResponse,
    CommitResponse,
    RunQueryResponse,
)
from google.pubsub_v1.types import PublishResponse

from tests.faults.grpc_proxy import GrpcProxy


class CountingProxy(GrpcProxy):
    """`counts` are reads, writes and publishes so far."""

    def __init__(self) -> None:
        super().__init__()
        self.counts: Counter[str] = Counter()

    def service(self, handler_call_details: Any) -> Any:
        """Pass everything on, and look at what comes back."""
        forward = super().service(handler_call_details).stream_stream
        method = handler_call_details.method.rpartition("/")[2]

        async def counted(requests: AsyncIterator[bytes], context: Any) -> AsyncIterator[bytes]:
            documents = 0
            async for answer in forward(requests, context):
                documents += self._count(method, answer)
                yield answer
            if method == "RunQuery":
                self.counts["reads"] += max(1, documents)

        return grpc.stream_stream_rpc_method_handler(counted)

    def _count(self, method: str, answer: bytes) -> int:
        """Count one answer; of a query's, whether it holds a document."""
        match method:
            case "BatchGetDocuments":
                read = BatchGetDocumentsResponse.deserialize(answer)
                self.counts["reads"] += bool(read.missing) or "found" in read
            case "RunQuery":
                return int("document" in RunQueryResponse.deserialize(answer))
            case "RunAggregationQuery":  # of fewer than a thousand
                self.counts["reads"] += 1
            case "Commit":
                self.counts["writes"] += len(CommitResponse.deserialize(answer).write_results)
            case "BatchWrite":
                statuses = BatchWriteResponse.deserialize(answer).status
                self.counts["writes"] += sum(status.code == 0 for status in statuses)
            case "Publish":
                self.counts["publishes"] += len(PublishResponse.deserialize(answer).message_ids)
        return 0
