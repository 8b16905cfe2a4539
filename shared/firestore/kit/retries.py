"""What the database's errors mean: when a read is tried again, and when a write may have been applied."""

import asyncio
import random

from google.api_core.exceptions import (
    Aborted,
    Cancelled,
    DeadlineExceeded,
    InternalServerError,
    InvalidArgument,
    ResourceExhausted,
    ServiceUnavailable,
    Unknown,
)
from google.api_core.gapic_v1.method import DEFAULT
from google.api_core.retry import AsyncRetry, if_exception_type
from google.cloud.firestore import AsyncTransaction

from shared.firestore.kit.too_large import is_too_large

# After these a commit may or may not have been applied. A commit that the client itself repeated can
# answer InvalidArgument ("no longer valid") after it succeeded.
UNSURE = (Cancelled, DeadlineExceeded, InternalServerError, InvalidArgument, ServiceUnavailable, Unknown)

# Without ABORTED a job of many reads starts all over at each, and may never come to its end.
READ_RETRY = AsyncRetry(
    predicate=if_exception_type(
        Aborted, DeadlineExceeded, InternalServerError, ResourceExhausted, ServiceUnavailable
    ),
    timeout=60.0,
)


def _may_pass(error: Exception) -> bool:
    return isinstance(error, ResourceExhausted | ServiceUnavailable) and not is_too_large(error)


# As the client's own policy for commits, which repeats also what is too large, for a minute.
COMMIT_RETRY = AsyncRetry(predicate=_may_pass, initial=0.1, maximum=60.0, multiplier=1.3, timeout=60.0)


async def back_off(attempt: int, first_seconds: float) -> None:
    """Wait before the next of several attempts, counted from 0: up to `first_seconds`, then twice as long."""
    await asyncio.sleep(random.uniform(0.5, 1.0) * first_seconds * 2**attempt)  # noqa: S311 - jitter


def read_retry(transaction: AsyncTransaction | None) -> AsyncRetry | object:
    """The policy for a read. An aborted transaction must start anew: reading in it again cannot help."""
    return READ_RETRY if transaction is None else DEFAULT
