"""The real official client against a server that misbehaves on purpose."""

import asyncio
import json
from pathlib import Path
from urllib.parse import parse_qsl

import pytest

from shared.domain.messages.sending import Outcome, OutgoingMessage
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.sender import TwilioSender
from tests.kit.providers import faults, misbehaving_server
from tests.kit.providers.misbehaving_server import TIMEOUT_SECONDS, Request, answer, serve

CREDENTIALS = TwilioCredentials(account_sid="AC" + "0" * 32, auth_token="secret")
SERVICE = "MG" + "0a" * 16
CREATED = (Path(__file__).parent / "payloads" / "created.json").read_text()
CONNECTION_SECONDS = 0.6  # for who gets none: however slow we are, nothing left


def message(number: int = 1, **changes: object) -> OutgoingMessage:
    fields: dict[str, object] = {
        "message_id": f"m{number}",
        "from_address": "+15005550006",
        "to_address": f"+1415555{number:04}",
        "body": "Grüße & 1+1=2\n✓",
        "status_url": "https://rollcall.example/messages/status/c1/m1",
    }
    return OutgoingMessage(**(fields | changes))  # type: ignore[arg-type]


def sender(url: str, timeout_seconds: float = TIMEOUT_SECONDS) -> TwilioSender:
    return TwilioSender(CREDENTIALS, url, timeout_seconds)


async def test_an_accepted_message_has_the_providers_id_and_the_request_says_all() -> None:
    async with serve(answer(201, CREATED)) as seen:
        results = await sender(seen.url).send([message()])
    assert results["m1"].outcome is Outcome.ACCEPTED
    assert results["m1"].provider_id == json.loads(CREATED)["sid"]
    [request] = seen.requests
    assert request.head.startswith(f"POST /2010-04-01/Accounts/{CREDENTIALS.account_sid}/Messages.json ")
    assert "Authorization: Basic QUMw" in request.head
    assert dict(parse_qsl(request.body.decode())) == {
        "To": "+14155550001",
        "From": "+15005550006",
        "Body": "Grüße & 1+1=2\n✓",
        "StatusCallback": "https://rollcall.example/messages/status/c1/m1#rc=5&rp=all",
        "ValidityPeriod": "36000",
        "SmartEncoded": "false",
    }


async def test_pictures_are_named_one_by_one() -> None:
    urls = ("https://pictures.example.com/a.png?x=1&y=2", "https://pictures.example.com/b.png")
    async with serve(answer(201, CREATED)) as seen:
        await sender(seen.url).send([message(media_urls=urls)])
    form = parse_qsl(seen.requests[0].body.decode())
    assert [value for name, value in form if name == "MediaUrl"] == list(urls)


@pytest.mark.parametrize(
    ("address", "named"),
    [
        (SERVICE, {"MessagingServiceSid": SERVICE}),
        ("12345", {"From": "12345"}),
        ("+15005550006", {"From": "+15005550006"}),
    ],
    ids=["service", "short code", "number"],
)
async def test_a_service_is_named_as_one_and_chooses_the_number(address: str, named: dict[str, str]) -> None:
    async with serve(answer(201, CREATED)) as seen:
        await sender(seen.url).send([message(from_address=address)])
    form = dict(parse_qsl(seen.requests[0].body.decode()))
    assert {name: value for name, value in form.items() if name in ("From", "MessagingServiceSid")} == named


@pytest.mark.parametrize(
    ("asked", "sent"), [(-5, "1"), (0, "1"), (60, "60"), (36_000, "36000"), (99_999, "36000")]
)
async def test_validity_stays_in_what_twilio_takes(asked: int, sent: str) -> None:
    async with serve(answer(201, CREATED)) as seen:
        await sender(seen.url).send([message(validity_seconds=asked, status_url="")])
    form = dict(parse_qsl(seen.requests[0].body.decode()))
    assert form["ValidityPeriod"] == sent
    assert "StatusCallback" not in form


@pytest.mark.parametrize("fault", faults.AFTER_REQUEST)
async def test_what_goes_wrong_after_the_request_is_sent_once_and_classed(fault: str) -> None:
    behaviour, outcome = faults.AFTER_REQUEST[fault]
    async with serve(behaviour) as seen:
        results = await sender(seen.url).send([message()])
        assert results["m1"].outcome is outcome
        assert results["m1"].reason
        assert len(seen.requests) == 1


@pytest.mark.parametrize("fault", faults.BEFORE_REQUEST)
async def test_what_goes_wrong_before_the_request_proves_that_nothing_left(fault: str) -> None:
    async with faults.BEFORE_REQUEST[fault]() as seen:
        results = await sender(seen.url, CONNECTION_SECONDS).send([message()])
        assert results["m1"].outcome is Outcome.NOT_ACCEPTED
        assert seen.requests == []


async def test_an_untrusted_certificate_proves_that_nothing_left(tmp_path: Path) -> None:
    async with serve(answer(201, CREATED), tls=faults.self_signed(tmp_path)) as seen:
        results = await sender(seen.url).send([message()])
    assert results["m1"].outcome is Outcome.NOT_ACCEPTED
    assert seen.requests == []


@pytest.mark.parametrize("body", ["", "{}", "[]", "null", '{"sid": null}', '{"sid": "SM1", "date_sent": 7}'])
async def test_a_success_that_names_no_message_is_unknown(body: str) -> None:
    async with serve(answer(201, body)) as seen:
        results = await sender(seen.url).send([message()])
    assert results["m1"].outcome is Outcome.UNKNOWN
    assert len(seen.requests) == 1


async def test_429_says_when_to_try_again() -> None:
    busy = answer(429, '{"code": 20429, "message": "Too Many Requests"}', {"Retry-After": "7"})
    async with serve(busy) as seen:
        results = await sender(seen.url).send([message()])
    assert results["m1"].outcome is Outcome.NOT_ACCEPTED
    assert results["m1"].retry_after_seconds == 7
    assert len(seen.requests) == 1


async def test_each_message_gets_its_own_result() -> None:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        to = dict(parse_qsl(request.body.decode()))["To"]
        if to.endswith("2"):
            writer.write(misbehaving_server.raw_answer(400, '{"code": 21610, "message": "unsubscribed"}'))
        elif to.endswith("3"):
            await misbehaving_server.reset(writer, request)
        else:
            writer.write(misbehaving_server.raw_answer(201, CREATED))

    async with serve(behave) as seen:
        results = await sender(seen.url).send([message(number) for number in (1, 2, 3)])
    assert {key: result.outcome for key, result in results.items()} == {
        "m1": Outcome.ACCEPTED,
        "m2": Outcome.OPTED_OUT,
        "m3": Outcome.UNKNOWN,
    }
    assert len(seen.requests) == 3


async def test_hundreds_are_in_flight_at_once() -> None:
    arrived, all_in = 0, asyncio.Event()

    async def behave(writer: asyncio.StreamWriter, _: Request) -> None:
        nonlocal arrived
        arrived += 1
        if arrived == 300:
            all_in.set()
        await all_in.wait()  # no one is answered before all have asked
        writer.write(misbehaving_server.raw_answer(201, CREATED))

    async with serve(behave) as seen:
        results = await sender(seen.url).send([message(number) for number in range(300)])
    assert {result.outcome for result in results.values()} == {Outcome.ACCEPTED}
    assert len(seen.requests) == 300


async def test_senders_share_connections_but_no_cookies_and_no_credentials() -> None:
    async with serve(answer(201, CREATED, {"Set-Cookie": "session=1; Path=/"})) as seen:
        await sender(seen.url).send([message()])
        other = TwilioCredentials(account_sid="AC" + "1" * 32, auth_token="other")
        await TwilioSender(other, seen.url, TIMEOUT_SECONDS).send([message()])
    assert seen.connections == 1
    first, second = (request.head for request in seen.requests)
    assert "Cookie" not in second
    assert first.split("Authorization")[1] != second.split("Authorization")[1]


async def test_a_kept_connection_that_was_closed_does_not_lead_to_a_second_request() -> None:
    async def behave(writer: asyncio.StreamWriter, request: Request) -> None:
        if len(seen.requests) == 1:
            writer.write(misbehaving_server.raw_answer(201, CREATED))
        else:
            await misbehaving_server.close(writer, request)

    async with serve(behave) as seen:
        twilio = sender(seen.url)
        assert (await twilio.send([message(1)]))["m1"].outcome is Outcome.ACCEPTED
        assert (await twilio.send([message(2)]))["m2"].outcome is Outcome.UNKNOWN
        assert seen.connections == 1
    assert len(seen.requests) == 2


async def test_the_environment_does_not_move_the_host(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TWILIO_REGION", "au1")
    monkeypatch.setenv("TWILIO_EDGE", "sydney")
    async with serve(answer(201, CREATED)) as seen:
        results = await sender(seen.url).send([message()])
    assert results["m1"].outcome is Outcome.ACCEPTED


async def test_no_messages_need_no_request() -> None:
    assert await sender("http://127.0.0.1:1").send([]) == {}
