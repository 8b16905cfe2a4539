"""Whether a sender's number is good is asked; without an answer the sender counts as broken."""

import asyncio
import json

import pytest

from shared.domain.messages.sending import Outcome
from shared.providers.twilio import codes
from tests.kit.providers.misbehaving_server import Behaviour, Request, raw_answer, reset, serve
from tests.providers.twilio.test_client import message, sender

REFUSED = raw_answer(400, '{"code": 21606, "message": "not yours"}')


def numbers(*owned: tuple[str, bool]) -> bytes:
    """The account's numbers, and whether each can text."""
    listed = [{"phone_number": number, "capabilities": {"sms": can_text}} for number, can_text in owned]
    return raw_answer(200, json.dumps({"incoming_phone_numbers": listed, "page_size": 20, "page": 0}))


def refusing(answer: bytes | None) -> Behaviour:
    """Refuses every message for its number's sake, and answers so when it is asked about the number."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        if request.head.startswith("POST "):
            writer.write(REFUSED)
        elif answer is None:
            await reset(writer, request)
        else:
            writer.write(answer)

    return behave


@pytest.mark.parametrize(
    ("answer", "outcome"),
    [
        (numbers(("+15005550006", True)), Outcome.REJECTED),  # it is good: the recipient cannot be reached
        (numbers(("+15005550006", False)), Outcome.SENDER_BROKEN),
        (numbers(("+15005550007", True)), Outcome.SENDER_BROKEN),
        (numbers(), Outcome.SENDER_BROKEN),
        (raw_answer(500, "{}"), Outcome.SENDER_BROKEN),
        (raw_answer(401, '{"code": 20003}'), Outcome.SENDER_BROKEN),
        (raw_answer(200, "no JSON"), Outcome.SENDER_BROKEN),
        (None, Outcome.SENDER_BROKEN),
    ],
    ids=["good", "no_texts", "another", "none", "500", "401", "nonsense", "reset"],
)
async def test_only_an_answer_that_says_so_makes_the_number_good(
    answer: bytes | None, outcome: Outcome
) -> None:
    async with serve(refusing(answer)) as seen:
        results = await sender(seen.url).send([message(1), message(2)])
    assert {result.outcome for result in results.values()} == {outcome}
    assert {result.code for result in results.values()} == {"21606"}


def test_waits_are_in_seconds() -> None:
    """Five minutes when the sender's queue is full, an hour when the day's number is used up."""
    full = codes.refusal(400, '{"code": 21611}', None)
    used_up = codes.refusal(429, '{"code": 63038}', None)
    assert (full.outcome, full.retry_after_seconds) == (Outcome.NOT_ACCEPTED, 300)
    assert (used_up.outcome, used_up.retry_after_seconds) == (Outcome.NOT_ACCEPTED, 3600)
