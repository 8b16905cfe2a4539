"""Every row of Twilio's error table, and what no row lists."""

import json

import pytest

from shared.domain.messages.sending import Lesson, Outcome, SendResult
from shared.providers.twilio import codes

SENDER_BROKEN_CODES = {
    20003, 20005, 20006, 20008, 20404, 21212, 21603, 21606, 21607, 21609, 21659, 21660,
    21701, 21702, 21703, 21704, 21705, 30002, 63007,
}  # fmt: skip
NOT_ACCEPTED_CODES = {14107, 20429, 21611, 63038}
REJECTED_CODES = {
    21211, 21214, 21217, 21265, 21408, 21602, 21604, 21605, 21608, 21612, 21614, 21617, 21619, 21620, 21623,
    21635, 21655, 21656, 21910,
}  # fmt: skip
EXPECTED = {
    21610: Outcome.OPTED_OUT,
    **dict.fromkeys(SENDER_BROKEN_CODES, Outcome.SENDER_BROKEN),
    **dict.fromkeys(NOT_ACCEPTED_CODES, Outcome.NOT_ACCEPTED),
    **dict.fromkeys(REJECTED_CODES, Outcome.REJECTED),
}


def refusal(status: int, code: object = None, retry_after: float | None = None) -> SendResult:
    return codes.refusal(status, json.dumps({"code": code, "message": "Twilio's own words"}), retry_after)


def test_the_table_and_this_test_list_the_same_codes() -> None:
    assert set(codes.REFUSALS) == set(EXPECTED)


@pytest.mark.parametrize("code", EXPECTED)
def test_each_code_has_its_class_and_a_reason_with_its_page(code: int) -> None:
    result = refusal(400, code)
    assert result.outcome is EXPECTED[code]
    assert result.code == str(code)
    assert result.reason
    assert f"https://www.twilio.com/docs/api/errors/{code}" in result.reason
    assert "Twilio's own words" not in result.reason


@pytest.mark.parametrize(("status", "code", "expected"), [
    (400, 21606, True), (400, 21659, True), (500, 21606, False), (408, 21659, False), (400, 20005, False),
])  # fmt: skip
def test_only_a_proof_that_blames_the_number_is_asked_about(status: int, code: int, expected: bool) -> None:
    assert codes.is_about_number(refusal(status, code)) is expected


@pytest.mark.parametrize("status", [500, 502, 503, 504, 408, 300, 307, 100, 600])
@pytest.mark.parametrize("code", [None, 20429, 21211, 21610, 20500])
def test_no_code_makes_a_proof_of_a_status_that_proves_nothing(status: int, code: int | None) -> None:
    result = refusal(status, code)
    assert result.outcome is Outcome.UNKNOWN
    assert result.retry_after_seconds is None


@pytest.mark.parametrize(
    ("status", "outcome"),
    [
        (400, Outcome.REJECTED),
        (401, Outcome.SENDER_BROKEN),
        (403, Outcome.SENDER_BROKEN),
        (404, Outcome.SENDER_BROKEN),
        (422, Outcome.REJECTED),
        (429, Outcome.NOT_ACCEPTED),
    ],
)
@pytest.mark.parametrize("text", ["", "<html>", "[]", "null", '{"code": "x"}', '{"code": 99999}'])
def test_an_unlisted_code_goes_by_its_status(status: int, outcome: Outcome, text: str) -> None:
    assert codes.refusal(status, text, None).outcome is outcome


def test_an_unlisted_refusal_shows_twilios_own_words() -> None:
    reason = refusal(400, 21999).reason
    assert reason == "Twilio's own words (https://www.twilio.com/docs/api/errors/21999)"


def test_problem_details_are_read_too() -> None:
    body = {"type": "t", "title": "Unsubscribed", "status": 400, "code": 21610, "detail": "d"}
    assert codes.refusal(400, json.dumps(body), None).outcome is Outcome.OPTED_OUT
    assert codes.refusal(400, json.dumps(body | {"code": 1}), None).reason == (
        "d (https://www.twilio.com/docs/api/errors/1)"
    )


def test_the_wait_is_what_twilio_asks_for_or_the_tables() -> None:
    assert refusal(429, 20429, 3.0).retry_after_seconds == 3.0
    assert refusal(429, 20429).retry_after_seconds is None
    assert refusal(400, 21611).retry_after_seconds == codes.QUEUE_FULL_WAIT_SECONDS
    assert refusal(429, 63038).retry_after_seconds == codes.DAILY_CAP_WAIT_SECONDS
    assert refusal(400, 21211, 3.0).retry_after_seconds is None


@pytest.mark.parametrize("code", codes.DELIVERY_FAILURES)
def test_each_delivery_error_has_a_sentence_and_its_page(code: int) -> None:
    reason = codes.delivery_reason(str(code))
    assert reason.startswith(codes.DELIVERY_FAILURES[code])
    assert reason.endswith(f"(https://www.twilio.com/docs/api/errors/{code})")


@pytest.mark.parametrize("code", ["30999", "x", "²", ""])
def test_an_unlisted_delivery_error_is_named(code: str) -> None:
    assert codes.delivery_reason(code).startswith(f"Twilio reports delivery error {code}.")


@pytest.mark.parametrize("status", [400, 401, 404, 429, 500])
def test_without_a_code_the_status_is_kept(status: int) -> None:
    assert codes.refusal(status, "<html>", None).code == str(status)


def test_a_refusal_without_any_words_has_ours() -> None:
    assert codes.refusal(400, "", None).reason == "Twilio refused the message."
    assert codes.refusal(400, json.dumps({"title": "t"}), None).reason == "t"


@pytest.mark.parametrize(
    ("code", "lesson"),
    [
        (21614, Lesson.GONE),
        (21635, Lesson.GONE),
        (21211, None),
        (21610, None),  # the outcome says it: opted out
        (21606, None),
    ],
)
def test_what_a_refusal_teaches_of_the_number(code: int, lesson: Lesson | None) -> None:
    assert refusal(400, code).lesson is lesson


def test_a_sender_that_is_good_and_cannot_text_this_recipient() -> None:
    result = codes.no_route(refusal(400, 21606))
    assert result == SendResult(
        outcome=Outcome.REJECTED,
        code="21606",
        reason="The sender's number is good, but cannot text this recipient, who may be in another country. "
        "(https://www.twilio.com/docs/api/errors/21606)",
    )
