"""The official Twilio client, unchanged, makes calls through the simulator."""

from collections.abc import AsyncIterator, Mapping
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest
import pytest_asyncio
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client
from twilio.rest.api.v2010.account.call import CallInstance
from twilio.twiml.voice_response import VoiceResponse

from infra.local.simulator.client import SimulatorClient, TwilioAccount
from infra.local.simulator.outcomes import Answer
from infra.local.waiting import wait_while_moving
from tests.kit.stack.webhook_receiver import Received, Receiver

OURS = "+14155559000"
PERSON = "+14155551234"
EVENTS = ["initiated", "ringing", "answered", "completed"]

# The official client (9.13) uses what aiohttp (3.14) will remove in its next major version.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]


@pytest_asyncio.fixture
async def account(simulator: SimulatorClient) -> TwilioAccount:
    account = await simulator.add_account()
    await simulator.add_number(account, OURS)
    return account


@pytest_asyncio.fixture
async def twilio(simulator: SimulatorClient, account: TwilioAccount) -> AsyncIterator[Client]:
    async with AsyncTwilioHttpClient() as http:
        client = Client(account.sid, account.token, http_client=http)
        client.api.base_url = simulator.address
        yield client


def asking(receiver: Receiver, *says: str) -> str:
    """TwiML that says this, waits for a key and then says goodbye."""
    response = VoiceResponse()
    gather = response.gather(num_digits=1, action=f"{receiver.address}/keys?round=1#rc=5", timeout=5)
    for text in says:
        gather.say(text, language="es-US")
    response.say("Adiós")
    return str(response)


def saying(text: str) -> str:
    response = VoiceResponse()
    response.say(text)
    response.hangup()
    return str(response)


async def call(twilio: Client, receiver: Receiver, to: str, **more: object) -> CallInstance:
    facts: dict[str, object] = {
        "url": f"{receiver.address}/answered#rc=5",
        "status_callback": f"{receiver.address}/status",
        "status_callback_event": EVENTS,
        "machine_detection": "DetectMessageEnd",
        "timeout": 30,
    }
    return await twilio.calls.create_async(to=to, from_=OURS, **(facts | more))


def fields(received: Received) -> dict[str, str]:
    return dict(parse_qsl(received.body, keep_blank_values=True))


def posted_to(received: list[Received], path: str) -> list[Mapping[str, str]]:
    return [fields(one) for one in received if urlsplit(one.url).path == path]


async def ringing(simulator: SimulatorClient) -> list[dict[str, Any]]:
    return await wait_while_moving("a phone to ring", simulator.calls, lambda found: bool(found), pause=0.01)


async def told_to_the_end(receiver: Receiver, status: str = "completed") -> list[Received]:
    return await receiver.wait_for(
        lambda all_: any(one["CallStatus"] == status for one in posted_to(all_, "/status"))
    )


async def test_a_call_rings_speaks_takes_a_key_and_tells_all_of_it_signed(
    twilio: Client, account: TwilioAccount, receiver: Receiver, simulator: SimulatorClient
) -> None:
    receiver.answers = {"/answered": [asking(receiver, "Hola", "Pulse 1")], "/keys": [saying("Gracias")]}
    created = await call(twilio, receiver, "+14155550035")
    assert (created.status, created.direction, created.to) == ("queued", "outbound-api", "+14155550035")
    received = await told_to_the_end(receiver)
    assert [one["CallStatus"] for one in posted_to(received, "/status")] == [
        "initiated",
        "ringing",
        "in-progress",
        "completed",
    ]
    [answered] = posted_to(received, "/answered")
    assert (answered["AnsweredBy"], answered["CallStatus"]) == ("human", "in-progress")
    [keys] = posted_to(received, "/keys")
    assert (keys["Digits"], keys["CallSid"], keys["To"]) == ("1", created.sid, "+14155550035")
    last = posted_to(received, "/status")[-1]
    assert (last["SipResponseCode"], last["AnsweredBy"], last["SequenceNumber"]) == ("200", "human", "3")
    validator = RequestValidator(account.token)
    for one in received:
        assert "#" not in one.url
        assert validator.validate(one.url, fields(one), one.headers["X-Twilio-Signature"])
    [shown] = await simulator.messages(handset="+14155550035")
    assert (shown["channel"], shown["body"], shown["status"]) == ("voice", "Hola", "completed")
    fetched = await twilio.calls(created.sid).fetch_async()
    assert (fetched.status, fetched.answered_by, int(fetched.duration) > 0) == ("completed", "human", True)


@pytest.mark.parametrize(
    ("digits", "status", "sip"),
    [("0031", "busy", "486"), ("0032", "no-answer", "487"), ("0012", "failed", "404")],
)
async def test_a_call_that_nobody_takes(
    twilio: Client, receiver: Receiver, digits: str, status: str, sip: str
) -> None:
    created = await call(twilio, receiver, f"+1415555{digits}")
    received = await told_to_the_end(receiver, status)
    last = posted_to(received, "/status")[-1]
    assert (last["CallStatus"], last["SipResponseCode"], last["CallDuration"]) == (status, sip, "0")
    assert posted_to(received, "/answered") == []
    assert (await twilio.calls(created.sid).fetch_async()).status == status


@pytest.mark.parametrize(
    ("digits", "detection", "answered_by"),
    [
        ("0033", "DetectMessageEnd", "machine_end_beep"),
        ("0033", "Enable", "machine_start"),
        ("0034", "Enable", "fax"),
        ("0001", "Enable", "human"),
    ],
)
async def test_who_took_the_call_is_told_before_it_speaks(
    twilio: Client, receiver: Receiver, digits: str, detection: str, answered_by: str
) -> None:
    receiver.answers = {"/answered": [saying("Hello")]}
    await call(twilio, receiver, f"+1415555{digits}", machine_detection=detection)
    received = await told_to_the_end(receiver)
    assert [one["AnsweredBy"] for one in posted_to(received, "/answered")] == [answered_by]


async def test_without_detection_nobody_is_told_apart_and_without_events_the_end_is_told(
    twilio: Client, receiver: Receiver, simulator: SimulatorClient
) -> None:
    facts = {"to": "+14155550033", "from_": OURS, "twiml": saying("Hello & bye")}
    await twilio.calls.create_async(status_callback=f"{receiver.address}/status", **facts)
    [only] = await told_to_the_end(receiver)
    assert "AnsweredBy" not in fields(only)
    [shown] = await simulator.messages()
    assert shown["body"] == "Hello & bye"


async def test_without_a_key_the_call_goes_on_behind_the_question(
    twilio: Client, receiver: Receiver, simulator: SimulatorClient
) -> None:
    receiver.answers = {"/answered": [asking(receiver, "Hola")]}
    await call(twilio, receiver, "+14155550001")
    assert posted_to(await told_to_the_end(receiver), "/keys") == []


async def test_an_application_that_does_not_answer_is_asked_at_its_other_address(
    twilio: Client, receiver: Receiver
) -> None:
    receiver.answers = {"/fallback": [saying("Hello")]}
    await call(twilio, receiver, "+14155550001", fallback_url=f"{receiver.address}/fallback")
    received = await told_to_the_end(receiver)
    assert len(posted_to(received, "/fallback")) == 1


async def test_a_call_without_words_says_sorry(
    twilio: Client, receiver: Receiver, simulator: SimulatorClient
) -> None:
    await call(twilio, receiver, "+14155550001")
    await told_to_the_end(receiver)
    [shown] = await simulator.messages()
    assert "application error" in shown["body"]
    assert shown["error_code"] == 11200


async def test_somebody_takes_a_ringing_phone_presses_and_hangs_up(
    twilio: Client, receiver: Receiver, simulator: SimulatorClient
) -> None:
    receiver.answers = {
        "/answered": [asking(receiver, "Hola")],
        "/keys": [asking(receiver, "Otra vez"), asking(receiver, "Otra vez")],
    }
    created = await call(twilio, receiver, PERSON)
    [line] = await ringing(simulator)
    assert (line["handset"], line["is_talking"]) == (PERSON, False)
    await simulator.act_on_call(created.sid, "take")
    await wait_while_moving(
        "a key to be asked for", simulator.calls, lambda found: bool(found and found[0]["asks"]), pause=0.01
    )
    await simulator.act_on_call(created.sid, "press", "*")
    await receiver.wait_for(lambda all_: len(posted_to(all_, "/keys")) == 1)
    await simulator.act_on_call(created.sid, "hang_up")
    received = await told_to_the_end(receiver)
    assert [one["Digits"] for one in posted_to(received, "/keys")] == ["*"]
    with pytest.raises(ValueError, match="over"):
        await simulator.act_on_call(created.sid, "press", "1")


@pytest.mark.parametrize(("do", "status"), [("decline", "busy"), ("voicemail", "completed")])
async def test_somebody_does_not_take_a_ringing_phone(
    twilio: Client, receiver: Receiver, simulator: SimulatorClient, do: str, status: str
) -> None:
    created = await call(twilio, receiver, PERSON)
    await ringing(simulator)
    await simulator.act_on_call(created.sid, do)
    await told_to_the_end(receiver, status)


async def test_a_call_that_is_not_taken_can_be_canceled(
    twilio: Client, receiver: Receiver, simulator: SimulatorClient
) -> None:
    created = await call(twilio, receiver, PERSON)
    changed = await twilio.calls(created.sid).update_async(status="canceled")
    assert changed.status == "canceled"
    received = await told_to_the_end(receiver, "canceled")
    assert posted_to(received, "/answered") == []
    with pytest.raises(TwilioRestException) as refused:
        await twilio.calls(created.sid).update_async(status="canceled")
    assert refused.value.code == 21220


async def test_calls_are_listed_newest_first_in_pages_and_texts_apart(
    twilio: Client, receiver: Receiver, simulator: SimulatorClient
) -> None:
    for number in range(5):
        await call(twilio, receiver, f"+1415555{number:02}31")
    await twilio.messages.create_async(to="+14155550031", from_=OURS, body="Hello")
    listed = [one.to async for one in await twilio.calls.stream_async(page_size=2)]
    assert listed == [f"+1415555{number:02}31" for number in (4, 3, 2, 1, 0)]
    found = await twilio.calls.list_async(to="+14155550231", from_=OURS)
    assert len(found) == 1
    day = found[0].date_created.date()  # the client would make a date a second: it is asked for as text
    assert len(await twilio.calls.list_async(start_time=day.isoformat())) == 5
    before = day.replace(year=day.year - 1).isoformat()
    assert await twilio.calls.list_async(start_time_before=before) == []
    assert [one.sid[:2] for one in await twilio.messages.list_async()] == ["SM"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"to": "12"}, 21211),
        ({"to": "+14155550003"}, 21215),
        ({"from_": "+14155550009"}, 21210),
        ({"url": "ftp://x"}, 21205),
        ({"timeout": 601}, 20001),
        ({"machine_detection": "Maybe"}, 20001),
    ],
)
async def test_what_twilio_refuses(
    twilio: Client, receiver: Receiver, changes: dict[str, object], code: int
) -> None:
    facts = {"to": PERSON, "from_": OURS, "url": f"{receiver.address}/answered"} | changes
    with pytest.raises(TwilioRestException) as refused:
        await twilio.calls.create_async(**facts)
    assert refused.value.code == code


async def test_a_document_in_the_request_has_4000_characters_at_most(twilio: Client) -> None:
    for length in (4_000, 4_001):
        frame = saying("")
        document = saying("x" * (length - len(frame) - len("<Say></Say>") + len("<Say />")))
        assert len(document) == length
        created = twilio.calls.create_async(to="+14155550031", from_=OURS, twiml=document)
        if length == 4_000:
            assert (await created).sid
            continue
        with pytest.raises(TwilioRestException) as refused:
            await created
        assert refused.value.code == 32018


async def test_faults_are_those_of_texts(
    twilio: Client, receiver: Receiver, simulator: SimulatorClient
) -> None:
    await simulator.ask_fault("twilio", Answer.ERROR, count=1)
    with pytest.raises(TwilioRestException) as error:
        await call(twilio, receiver, "+14155550031")
    assert error.value.status == 500
    assert await simulator.messages() == []
    await simulator.ask_fault("twilio", Answer.ERROR_ACCEPTED, count=1)
    with pytest.raises(TwilioRestException):
        await call(twilio, receiver, "+14155550031")
    assert len(await simulator.messages()) == 1


@pytest.mark.parametrize(
    ("digits", "told"),
    [
        ("0009", ["initiated"] * 2 + ["ringing"] * 2 + ["in-progress"] * 2 + ["completed"] * 2),
        ("0010", ["completed", "in-progress", "ringing", "initiated"]),
    ],
)
async def test_receipts_come_as_the_number_says(
    twilio: Client, receiver: Receiver, simulator: SimulatorClient, digits: str, told: list[str]
) -> None:
    receiver.answers = {"/answered": [saying("Hello"), saying("Hello")]}
    await simulator.plan_calls(f"+1415555{digits}")
    await call(twilio, receiver, f"+1415555{digits}")
    received = await receiver.wait_for(lambda all_: len(posted_to(all_, "/status")) == len(told))
    assert [one["CallStatus"] for one in posted_to(received, "/status")] == told
