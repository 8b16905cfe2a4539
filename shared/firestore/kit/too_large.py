"""What Firestore answers when a document or a commit is too large for it; asking again cannot help."""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from google.api_core.exceptions import GoogleAPIError, InvalidArgument, ResourceExhausted, RetryError

from shared.domain.errors import RollcallError

# The service says "exceeds the maximum allowed size", "Transaction too big", "Request payload size exceeds
# the limit"; the emulator "is longer than 1048487 bytes", "maximum entity size is 1048576 bytes", of a value
# within a list or map "contains an invalid nested entity", and "gRPC message exceeds maximum size"; gRPC
# itself "Received message larger than max". Only their texts tell them from other errors.
_TOO_LARGE = re.compile(
    r"too (big|large|long)\b|(larger|longer) than|exceeds (the )?(maximum|limit)|maximum entity size"
    "|invalid nested entity",
    re.IGNORECASE,
)


class TooLarge(RollcallError):
    """What was to be stored is larger than the database takes."""

    def __init__(self, said: str) -> None:
        super().__init__(
            f"This is too large to be stored: make it shorter, or part it. The database says: {said}"
        )


def is_too_large(error: BaseException | None) -> bool:
    """Whether the error says that a document or commit is too large."""
    if isinstance(error, RetryError):  # the client repeats RESOURCE_EXHAUSTED for a minute, whatever it says
        return is_too_large(error.cause)
    if not isinstance(error, InvalidArgument | ResourceExhausted):
        return False
    return _TOO_LARGE.search(error.message or "") is not None


@contextmanager
def too_large_said() -> Iterator[None]:
    """Raises TooLarge in place of Firestore's own errors that say so."""
    try:
        yield
    except GoogleAPIError as error:
        if not is_too_large(error):
            raise
        said = error.cause if isinstance(error, RetryError) else error
        raise TooLarge(getattr(said, "message", str(said))[:200]) from error
