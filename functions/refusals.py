"""What an error of a use case or view is to who asked: one answer, for programs and for people."""

from google.api_core.exceptions import (
    Aborted,
    DeadlineExceeded,
    ResourceExhausted,
    RetryError,
    ServiceUnavailable,
)

from functions.problems import Refusal, invalid
from shared.domain.errors import Conflict, InvalidInput, NotFound, RollcallError, Unavailable

RETRY_SECONDS = 5

# The store is out of reach or busy; nothing was done that asking again would do twice.
BUSY = (Aborted, DeadlineExceeded, ResourceExhausted, RetryError, ServiceUnavailable, Unavailable)


def refusal_of(error: Exception) -> Refusal | None:
    """What an error is to the caller; None for one that is no answer but our own fault."""
    match error:
        case Refusal():
            return error
        case NotFound():
            return _refusal(404, "not-found", "There is no such thing", str(error))
        case Conflict():
            return _refusal(409, "conflict", "This does not fit its state", str(error))
        case InvalidInput():
            return invalid(*error.problems)
        case RollcallError():  # such as a file that is no table, or a text that is no template
            return _refusal(422, "invalid-input", "The input is wrong", str(error))
    if isinstance(error, BUSY):
        return Refusal(
            status=503,
            kind="busy",
            title="Rollcall is busy",
            detail="This could not be done at the moment. Send the request again.",
            headers={"Retry-After": str(RETRY_SECONDS)},
        )
    return None


def _refusal(status: int, kind: str, title: str, detail: str) -> Refusal:
    return Refusal(status=status, kind=kind, title=title, detail=detail)
