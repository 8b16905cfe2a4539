"""When a read is tried again: what the client's own policy lists, and ABORTED."""

from google.api_core.exceptions import (
    Aborted,
    DeadlineExceeded,
    InternalServerError,
    ResourceExhausted,
    ServiceUnavailable,
)
from google.api_core.gapic_v1.method import DEFAULT
from google.api_core.retry import AsyncRetry, if_exception_type
from google.cloud.firestore import AsyncTransaction

# Without ABORTED a job of many reads starts all over at each, and may never come to its end.
READ_RETRY = AsyncRetry(
    predicate=if_exception_type(
        Aborted, DeadlineExceeded, InternalServerError, ResourceExhausted, ServiceUnavailable
    ),
    timeout=60.0,
)


def read_retry(transaction: AsyncTransaction | None) -> AsyncRetry | object:
    """The policy for a read. An aborted transaction must start anew: reading in it again cannot help."""
    return READ_RETRY if transaction is None else DEFAULT
