"""How long a key is kept and an attempt may last, as the documentation says it."""

from datetime import UTC, datetime, timedelta

from shared.domain.idempotency import new_attempt

NOON = datetime(2026, 11, 23, 12, 0, 0, 999_999, tzinfo=UTC)


def test_a_key_is_kept_for_a_day_and_an_attempt_for_two_minutes() -> None:
    attempt = new_attempt("record", "hash", "token", NOON)
    assert attempt.expires_at == datetime(2026, 11, 24, 12, tzinfo=UTC)
    assert attempt.until == NOON + timedelta(seconds=120)
    assert (attempt.status, attempt.body, attempt.location) == (None, b"", None)
