"""When a request's record is ours, answered, or to be taken over."""

from datetime import UTC, datetime, timedelta

import pytest

from shared.domain.idempotency import (
    ATTEMPT,
    KEPT,
    AttemptUnderWay,
    IdempotencyRecord,
    KeyUsedForAnother,
    new_attempt,
    usable_record,
)
from shared.domain.record import replace

NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)
OURS = new_attempt("record", "hash", "our token", NOON)
THEIRS = replace(OURS, token="their token")


@pytest.mark.parametrize(
    ("found", "later", "usable"),
    [
        (None, timedelta(0), None),
        (OURS, timedelta(0), OURS),  # our own write, told to us as an error
        (replace(THEIRS, status=201), timedelta(0), replace(THEIRS, status=201)),
        (THEIRS, ATTEMPT, None),  # it died
        (replace(THEIRS, status=201), KEPT, None),
        (replace(THEIRS, request_hash="other"), KEPT, None),
    ],
)
def test_a_record_is_used_or_taken_over(
    found: IdempotencyRecord | None, later: timedelta, usable: IdempotencyRecord | None
) -> None:
    assert usable_record(found, OURS, NOON + later) == usable


@pytest.mark.parametrize(
    ("found", "later", "error"),
    [
        (THEIRS, ATTEMPT - timedelta(microseconds=1), AttemptUnderWay),
        (replace(THEIRS, request_hash="other"), ATTEMPT, KeyUsedForAnother),
        (replace(THEIRS, request_hash="other", status=201), timedelta(0), KeyUsedForAnother),
    ],
)
def test_a_record_of_another_is_refused(
    found: IdempotencyRecord, later: timedelta, error: type[Exception]
) -> None:
    with pytest.raises(error):
        usable_record(found, OURS, NOON + later)
