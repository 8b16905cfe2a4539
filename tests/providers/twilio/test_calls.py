"""Calls by the real official client, against a server that misbehaves on purpose."""

import asyncio
import json
from pathlib import Path
from urllib.parse import parse_qs

import pytest

from shared.domain.channels.channel import Channel
from shared.domain.messages.sending import Outcome, OutgoingMessage
from shared.providers.twilio.call_codes import CALL_REFUSALS
from shared.providers.twilio.calls import RING_SECONDS, TwilioCaller
from shared.providers.twilio.credentials import TwilioCredentials
from tests.kit.providers import faults, misbehaving_server
from tests.kit.providers.misbehaving_server import TIMEOUT_SECONDS, Request, answer, serve

CREDENTIALS = TwilioCredentials(account_sid="AC" + "0" * 32, auth_token="secret")
CREATED = (Path(__file__).parent / "payloads" / "call_created.json").read_text()
CALL = json.loads(CREATED)
CONNECTION_SECONDS = 0.6  # for who gets none: however slow we are, nothing left
TWILIO_BUFFER_SECONDS = 5  # that Twilio may add to ringing


def message(number: int = 1, **changes: object) -> OutgoingMessage:
    fields: dict[str, object] = {
        "message_id": f"m{number}",
        "from_address": "+15005550006",
        "to_address": f"+1415555{number:04}",
        "body": "You see Dr Vega on Monday.",
        "validity_seconds": 600,
        "status_url": "https://rollcall.example/messages/status?company=c1&sender=s1&message=m1",
    }
    return OutgoingMessage(**(fields | changes))  # type: ignore[arg-type]


def caller(url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> TwilioCaller:
    return TwilioCaller(CREDENTIALS, url, timeout_seconds)


async def test_an_accepted_call_has_the_providers_id_and_the_request_says_all() -> None:
    async with serve(answer(201, CREATED)) as seen:
        results = await caller(seen.url).send([message()])
    assert (results["m1"].outcome, results["m1"].provider_id) == (Outcome.ACCEPTED, CALL["sid"])
    [request] = seen.requests
    assert request.head.startswith(f"POST /2010-04-01/Accounts/{CREDENTIALS.account_sid}/Calls.json ")
    query = "?company=c1&sender=s1&message=m1#rc=5&rp=all"
    answered = [f"https://rollcall.example/messages/voice/answered{query}"]
    assert parse_qs(request.body.decode()) == {
        "To": ["+14155550001"],
        "From": ["+15005550006"],
        "Url": answered,
        "Method": ["POST"],
        "FallbackUrl": answered,
        "FallbackMethod": ["POST"],
        "StatusCallback": [f"https://rollcall.example/messages/voice/status{query}"],
        "StatusCallbackEvent": ["initiated", "ringing", "answered", "completed"],
        "StatusCallbackMethod": ["POST"],
        "Timeout": ["30"],
        "MachineDetection": ["DetectMessageEnd"],
    }


async def test_who_leaves_no_message_hangs_up_as_soon_as_a_machine_is_known() -> None:
    async with serve(answer(201, CREATED)) as seen:
        await caller(seen.url).send([message(leaves_voicemail=False)])
    assert parse_qs(seen.requests[0].body.decode())["MachineDetection"] == ["Enable"]


def test_a_phone_has_stopped_ringing_when_its_window_closes() -> None:
    assert Channel("voice").record.closing_seconds > RING_SECONDS + TWILIO_BUFFER_SECONDS


@pytest.mark.parametrize("fault", faults.AFTER_REQUEST)
async def test_what_goes_wrong_after_the_request_is_sent_once_and_classed(fault: str) -> None:
    behaviour, outcome = faults.AFTER_REQUEST[fault]
    async with serve(behaviour) as seen:
        results = await caller(seen.url).send([message()])
        assert results["m1"].outcome is outcome
        assert results["m1"].reason
        assert len(seen.requests) == 1


@pytest.mark.parametrize("fault", faults.BEFORE_REQUEST)
async def test_what_goes_wrong_before_the_request_proves_that_nothing_left(fault: str) -> None:
    async with faults.BEFORE_REQUEST[fault]() as seen:
        results = await caller(seen.url, CONNECTION_SECONDS).send([message()])
        assert results["m1"].outcome is Outcome.NOT_ACCEPTED
        assert seen.requests == []


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", '{"sid": null}'])
async def test_a_success_that_names_no_call_is_unknown(body: str) -> None:
    async with serve(answer(201, body)) as seen:
        results = await caller(seen.url).send([message()])
    assert results["m1"].outcome is Outcome.UNKNOWN
    assert len(seen.requests) == 1


@pytest.mark.parametrize("code", sorted(CALL_REFUSALS))
async def test_every_refusal_proves_that_nobody_was_called(code: int) -> None:
    status = 429 if code == 20429 else 400
    async with serve(answer(status, json.dumps({"code": code, "message": "no", "status": status}))) as seen:
        result = (await caller(seen.url).send([message()]))["m1"]
    assert result.outcome is CALL_REFUSALS[code].outcome
    assert result.outcome not in (Outcome.ACCEPTED, Outcome.UNKNOWN)
    assert result.code == str(code)


async def test_an_unlisted_refusal_is_this_calls_alone() -> None:
    async with serve(answer(400, '{"code": 99999, "message": "Something new"}')) as seen:
        result = (await caller(seen.url).send([message()]))["m1"]
    assert (result.outcome, result.code) == (Outcome.REJECTED, "99999")
    assert result.reason is not None
    assert result.reason.startswith("Something new")


def queue(queue_time: object, then: misbehaving_server.Behaviour) -> misbehaving_server.Behaviour:
    """Take the call, which then waits so many milliseconds; what comes next is another's doing."""

    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        if "/Calls.json " in request.head:
            writer.write(misbehaving_server.raw_answer(201, json.dumps(CALL | {"queue_time": queue_time})))
        else:
            await then(writer, request)

    return behave


CANCELED = answer(200, json.dumps(CALL | {"status": "canceled"}))
RINGING = answer(200, json.dumps(CALL | {"status": "ringing"}))


async def test_what_would_ring_after_its_window_is_taken_back_and_never_rings() -> None:
    async with serve(queue("600001", CANCELED)) as seen:
        result = (await caller(seen.url).send([message()]))["m1"]
    assert (result.outcome, result.provider_id) == (Outcome.REJECTED, CALL["sid"])
    [_, cancel] = seen.requests
    assert f"/Calls/{CALL['sid']}.json " in cancel.head
    assert parse_qs(cancel.body.decode()) == {"Status": ["canceled"]}


@pytest.mark.parametrize(
    ("queue_time", "then", "requests"),
    [
        ("600000", CANCELED, 1),
        (None, CANCELED, 1),
        ("soon", CANCELED, 1),
        ("600001", RINGING, 2),
        ("600001", answer(400, '{"code": 21220}'), 2),
        ("600001", misbehaving_server.reset, 2),
    ],
)
async def test_a_call_that_may_ring_was_accepted(
    queue_time: object, then: misbehaving_server.Behaviour, requests: int
) -> None:
    async with serve(queue(queue_time, then)) as seen:
        result = (await caller(seen.url).send([message()]))["m1"]
    assert (result.outcome, result.provider_id) == (Outcome.ACCEPTED, CALL["sid"])
    assert len(seen.requests) == requests
