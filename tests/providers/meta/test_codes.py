"""Which of Meta's answers prove that nothing left, and what each means."""

import json
from typing import Any

import pytest

from shared.domain.messages.sending import Lesson, Outcome
from shared.providers.meta import codes


def refused(
    status: int, code: int, subcode: int = 0, headers: dict[str, str] | None = None, **more: Any
) -> Any:
    error = {"message": "(#x) told", "type": "OAuthException", "code": code, **more}
    if subcode:
        error["error_subcode"] = subcode
    return codes.refusal(status, json.dumps({"error": error}), headers or {})


@pytest.mark.parametrize(
    ("status", "code", "subcode", "outcome"),
    [
        (400, 10, 2018278, Outcome.REJECTED),  # outside of the 24 hours
        (400, 10, 2534022, Outcome.REJECTED),
        (400, 551, 1545041, Outcome.REJECTED),
        (400, 100, 2018001, Outcome.REJECTED),
        (400, 100, 0, Outcome.REJECTED),
        (400, 12345, 0, Outcome.REJECTED),  # unheard of, yet a refusal in Meta's own form
        (400, 190, 463, Outcome.SENDER_BROKEN),
        (403, 10, 0, Outcome.SENDER_BROKEN),
        (400, 10, 1893063, Outcome.SENDER_BROKEN),
        (400, 368, 0, Outcome.SENDER_BROKEN),
        (400, 4, 0, Outcome.NOT_ACCEPTED),
        (400, 613, 0, Outcome.NOT_ACCEPTED),
        (403, 80006, 0, Outcome.NOT_ACCEPTED),
        (400, 1, 1357046, Outcome.UNKNOWN),  # by Meta's own page all of it may have been sent
        (400, 2, 0, Outcome.UNKNOWN),
        (400, 1200, 0, Outcome.UNKNOWN),
        (500, 10, 2018278, Outcome.UNKNOWN),
        (503, 613, 0, Outcome.UNKNOWN),
    ],
)
def test_a_code_decides_what_is_proved(status: int, code: int, subcode: int, outcome: Outcome) -> None:
    assert refused(status, code, subcode).outcome is outcome


def test_what_is_only_passing_and_not_listed_proves_nothing() -> None:
    assert refused(400, 99999, is_transient=True).outcome is Outcome.UNKNOWN
    assert refused(400, 613, is_transient=True).outcome is Outcome.NOT_ACCEPTED


@pytest.mark.parametrize(
    ("status", "text", "outcome"),
    [
        (401, "", Outcome.SENDER_BROKEN),
        (429, "<html>", Outcome.NOT_ACCEPTED),
        (408, "", Outcome.UNKNOWN),
        (302, "", Outcome.UNKNOWN),
        (502, '{"error": "no object"}', Outcome.UNKNOWN),
        (404, "[]", Outcome.REJECTED),
    ],
)
def test_an_answer_without_a_code_is_judged_by_its_status(status: int, text: str, outcome: Outcome) -> None:
    assert codes.refusal(status, text, {}).outcome is outcome


def test_only_what_was_not_accepted_says_when_to_try_again() -> None:
    usage = {"1234": [{"type": "messenger", "call_count": 100, "estimated_time_to_regain_access": 7}]}
    told = {"X-Business-Use-Case-Usage": json.dumps(usage)}
    assert refused(400, 80006, headers=told).retry_after_seconds == 420
    assert refused(400, 80006, headers={"Retry-After": "5"}).retry_after_seconds == 5
    assert refused(400, 613).retry_after_seconds == codes.RATE_WAIT_SECONDS
    assert refused(400, 613, headers={"X-Business-Use-Case-Usage": "[]"}).retry_after_seconds == 60
    assert refused(400, 100, headers=told).retry_after_seconds is None


def test_a_refusal_teaches_of_the_person_and_names_the_code() -> None:
    assert refused(400, 100, 2018001).lesson is Lesson.GONE
    assert refused(400, 551, 1545041).lesson is Lesson.MAYBE_GONE
    outside = refused(400, 10, 2018278)
    assert (outside.lesson, outside.code) == (None, "10/2018278")
    assert "24 hours" in str(outside.reason)
