"""The official Twilio client, unchanged, against the simulator."""

import asyncio
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path
from urllib.parse import parse_qsl

import aiohttp
import pytest
import pytest_asyncio
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from infra.local.simulator.app import running_simulator
from infra.local.simulator.client import SimulatorClient, TwilioAccount, simulator_client
from infra.local.simulator.faults import Delays
from infra.local.simulator.outcomes import Answer
from tests.kit.clock import Clock
from tests.kit.stack.webhook_receiver import Received, Receiver

OURS = "+14155559000"
PERSON = "+14155551234"

# The official client (9.13) uses what aiohttp (3.14) will remove in its next major version.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]


@pytest_asyncio.fixture
async def account(simulator: SimulatorClient, receiver: Receiver) -> TwilioAccount:
    account = await simulator.add_account()
    await simulator.add_number(account, OURS, webhook_url=f"{receiver.address}/incoming")
    return account


@pytest_asyncio.fixture
async def twilio(simulator: SimulatorClient, account: TwilioAccount) -> AsyncIterator[Client]:
    async with AsyncTwilioHttpClient() as http:
        yield client_of(simulator.address, account.sid, account.token, http)


def client_of(address: str, sid: str, token: str, http: AsyncTwilioHttpClient) -> Client:
    client = Client(sid, token, http_client=http)
    client.api.base_url = address
    return client


def fields(received: Received) -> dict[str, str]:
    return dict(parse_qsl(received.body, keep_blank_values=True))


def statuses(received: list[Received]) -> list[str]:
    return [fields(one)["MessageStatus"] for one in received]


async def test_a_text_is_created_fetched_and_delivered_with_signed_receipts(
    twilio: Client, receiver: Receiver, account: TwilioAccount
) -> None:
    callback = f"{receiver.address}/status?message=m-1&x=a%20b"
    created = await twilio.messages.create_async(
        to=PERSON, from_=OURS, body="Hello Ann", status_callback=callback, validity_period=600
    )
    assert created.sid is not None
    assert created.status == "queued"
    assert created.direction == "outbound-api"
    received = await receiver.wait_for(lambda all_: len(all_) == 3)
    assert statuses(received) == ["queued", "sent", "delivered"]
    validator = RequestValidator(account.token)
    for one in received:
        assert one.url == callback
        assert fields(one)["MessageSid"] == created.sid
        assert validator.validate(callback, fields(one), one.headers["X-Twilio-Signature"])
        assert not validator.validate(f"{callback}1", fields(one), one.headers["X-Twilio-Signature"])
    fetched = await twilio.messages(created.sid).fetch_async()
    assert (fetched.status, fetched.to, fetched.from_, fetched.body) == (
        "delivered",
        PERSON,
        OURS,
        "Hello Ann",
    )


async def test_a_receipt_the_application_refuses_comes_again(twilio: Client, receiver: Receiver) -> None:
    receiver.refusals = 2
    await twilio.messages.create_async(
        to=PERSON, from_=OURS, body="Hi", status_callback=f"{receiver.address}/status"
    )
    assert statuses(await receiver.wait_for(lambda all_: len(all_) == 3)) == ["queued", "sent", "delivered"]


@pytest.mark.parametrize(
    ("digits", "expected", "code"),
    [
        ("0002", ["queued", "sent", "undelivered"], "30003"),
        ("0009", ["queued", "queued", "sent", "sent", "delivered", "delivered"], None),
        ("0010", ["delivered", "sent", "queued"], None),
        ("0012", ["queued", "sent", "undelivered"], "30005"),
    ],
)
async def test_receipts_follow_the_table(
    twilio: Client, receiver: Receiver, digits: str, expected: list[str], code: str | None
) -> None:
    await twilio.messages.create_async(
        to=f"+1415555{digits}", from_=OURS, body="Hi", status_callback=f"{receiver.address}/status"
    )
    received = await receiver.wait_for(lambda all_: len(all_) == len(expected))
    assert statuses(received) == expected
    last = max((fields(one) for one in received), key=lambda form: "deliver" in form["MessageStatus"])
    assert last.get("ErrorCode") == code


async def test_a_silent_recipient_gets_the_text_and_no_receipt_but_history_shows_it(
    twilio: Client, receiver: Receiver
) -> None:
    callback = f"{receiver.address}/status"
    silent = await twilio.messages.create_async(
        to="+14155550011", from_=OURS, body="1", status_callback=callback
    )
    assert silent.sid is not None
    await twilio.messages.create_async(to=PERSON, from_=OURS, body="2", status_callback=callback)
    received = await receiver.wait_for(lambda all_: len(all_) == 3)
    assert silent.sid not in [fields(one)["MessageSid"] for one in received]
    assert (await twilio.messages(silent.sid).fetch_async()).status == "delivered"


@pytest.mark.parametrize(
    ("order", "status", "code"),
    [
        ({"to": "+14155550003"}, 400, 21610),
        ({"to": "+14155550015"}, 400, 21659),
        ({"to": "12"}, 400, 21211),
        ({"from_": "+14155559999"}, 400, 21606),
        ({"body": ""}, 400, 21602),
        ({"body": "x" * 1601}, 400, 21617),
    ],
)
async def test_refusals_carry_twilios_codes(
    simulator: SimulatorClient, twilio: Client, order: dict[str, str], status: int, code: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await twilio.messages.create_async(**{"to": PERSON, "from_": OURS, "body": "Hi", **order})
    assert (refused.value.status, refused.value.code) == (status, code)
    assert await simulator.messages() == []


async def test_wrong_credentials_are_refused_with_20003(
    simulator: SimulatorClient, account: TwilioAccount
) -> None:
    async with AsyncTwilioHttpClient() as http:
        stranger = client_of(simulator.address, account.sid, "wrong", http)
        with pytest.raises(TwilioRestException) as refused:
            await stranger.api.accounts(account.sid).fetch_async()
    assert (refused.value.status, refused.value.code) == (401, 20003)


async def test_account_and_numbers_can_be_looked_up(twilio: Client, account: TwilioAccount) -> None:
    assert (await twilio.api.accounts(account.sid).fetch_async()).status == "active"
    found = await twilio.incoming_phone_numbers.list_async(phone_number=OURS)
    assert [number.phone_number for number in found] == [OURS]
    assert await twilio.incoming_phone_numbers.list_async(phone_number="+14155559999") == []


async def test_429_first_then_accepted(simulator: SimulatorClient, twilio: Client) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await twilio.messages.create_async(to="+14155550004", from_=OURS, body="Hi")
    assert (refused.value.status, refused.value.code) == (429, 20429)
    assert await simulator.messages() == []
    await twilio.messages.create_async(to="+14155550004", from_=OURS, body="Hi")
    assert len(await simulator.messages()) == 1


@pytest.mark.parametrize(("digits", "accepted"), [("0005", 0), ("0006", 1)])
async def test_500_with_and_without_acceptance(
    simulator: SimulatorClient, twilio: Client, digits: str, accepted: int
) -> None:
    with pytest.raises(TwilioRestException) as refused:
        await twilio.messages.create_async(to=f"+1415555{digits}", from_=OURS, body="Hi")
    assert refused.value.status == 500
    assert len(await simulator.messages()) == accepted


@pytest.mark.parametrize("digits", ["0007", "0013"])
async def test_a_text_is_accepted_although_no_answer_comes(
    simulator: SimulatorClient, twilio: Client, digits: str
) -> None:
    to = f"+1415555{digits}"
    call = asyncio.ensure_future(twilio.messages.create_async(to=to, from_=OURS, body="Hi"))
    while not (accepted := await simulator.messages(handset=to)):
        await asyncio.sleep(0)
    call.cancel()  # who waits no longer, or gets no answer, knows nothing
    with pytest.raises((asyncio.CancelledError, aiohttp.ClientError)):
        await call
    assert len(accepted) == 1


async def test_a_slow_answer_is_late_and_right(twilio: Client) -> None:
    started = asyncio.get_running_loop().time()
    created = await twilio.messages.create_async(to="+14155550008", from_=OURS, body="Hi")
    assert created.sid is not None
    assert asyncio.get_running_loop().time() - started >= 0.2


async def test_half_an_answer_says_nothing_though_the_text_was_accepted(
    simulator: SimulatorClient, twilio: Client
) -> None:
    await simulator.ask_fault("twilio", Answer.HALF_ACCEPTED, count=1)
    with pytest.raises(aiohttp.ClientPayloadError):
        await twilio.messages.create_async(to=PERSON, from_=OURS, body="Hi")
    [accepted] = await simulator.messages(handset=PERSON)
    assert accepted["body"] == "Hi"


async def test_a_fault_on_demand_ends_by_count(simulator: SimulatorClient, twilio: Client) -> None:
    await simulator.ask_fault("twilio", Answer.THROTTLED, count=1)
    with pytest.raises(TwilioRestException):
        await twilio.messages.create_async(to=PERSON, from_=OURS, body="Hi")
    assert (await twilio.messages.create_async(to=PERSON, from_=OURS, body="Hi")).sid


async def test_the_same_text_twice_is_two_texts(simulator: SimulatorClient, twilio: Client) -> None:
    for _ in range(2):
        await twilio.messages.create_async(to=PERSON, from_=OURS, body="Hi")
    assert [message["body"] for message in await simulator.messages(handset=PERSON)] == ["Hi", "Hi"]


async def test_history_is_paged_newest_first_and_filtered(twilio: Client, clock: Clock) -> None:
    for number in range(7):
        await twilio.messages.create_async(to=PERSON, from_=OURS, body=f"text {number}")
    await twilio.messages.create_async(to="+14155555678", from_=OURS, body="another")
    pages = await twilio.messages.page_async(to=PERSON, page_size=3)
    bodies = [[message.body for message in pages]]
    while (following := await pages.next_page_async()) is not None:
        pages = following
        bodies.append([message.body for message in pages])
    assert bodies == [["text 6", "text 5", "text 4"], ["text 3", "text 2", "text 1"], ["text 0"]]
    now = clock()
    hour = timedelta(hours=1)
    assert len(await twilio.messages.list_async(from_=OURS)) == 8
    assert len(await twilio.messages.list_async(date_sent_after=now - hour, date_sent_before=now + hour)) == 8
    assert await twilio.messages.list_async(date_sent_after=now + hour) == []
    assert await twilio.messages.list_async(date_sent_before=now - hour) == []
    assert len(await twilio.messages.list_async(date_sent=now.strftime("%Y-%m-%d"))) == 8


async def test_new_texts_do_not_move_the_pages(twilio: Client) -> None:
    for number in range(4):
        await twilio.messages.create_async(to=PERSON, from_=OURS, body=f"text {number}")
    first = await twilio.messages.page_async(to=PERSON, page_size=2)
    await twilio.messages.create_async(to=PERSON, from_=OURS, body="late")
    second = await first.next_page_async()
    assert second is not None
    assert [message.body for message in second] == ["text 1", "text 0"]


async def test_a_reply_arrives_signed_and_stop_blocks_until_start(
    simulator: SimulatorClient, twilio: Client, receiver: Receiver, account: TwilioAccount
) -> None:
    await twilio.messages.create_async(to=PERSON, from_=OURS, body="Coming?")
    await simulator.reply(PERSON, "Sí, claro 👍")
    await simulator.reply(PERSON, " Stop ")
    received = await receiver.wait_for(lambda all_: len(all_) == 2)
    replies = sorted((fields(one) for one in received), key=lambda reply: "OptOutType" in reply)
    assert [reply["Body"] for reply in replies] == ["Sí, claro 👍", " Stop "]
    assert (replies[0]["From"], replies[0]["To"]) == (PERSON, OURS)
    assert replies[1]["OptOutType"] == "STOP"
    validator = RequestValidator(account.token)
    assert all(
        validator.validate(one.url, fields(one), one.headers["X-Twilio-Signature"]) for one in received
    )
    with pytest.raises(TwilioRestException) as refused:
        await twilio.messages.create_async(to=PERSON, from_=OURS, body="Still there?")
    assert refused.value.code == 21610
    await simulator.reply(PERSON, "START")
    assert (await twilio.messages.create_async(to=PERSON, from_=OURS, body="Welcome back")).sid


async def test_accepted_texts_and_receipts_survive_a_restart(tmp_path: Path, receiver: Receiver) -> None:
    state = tmp_path / "state.sqlite"
    async with (
        running_simulator(state, delays=Delays(receipt=60)) as address,
        simulator_client(address) as simulator,
        AsyncTwilioHttpClient() as http,
    ):
        account = await simulator.add_account()
        await simulator.add_number(account, OURS)
        client = client_of(address, account.sid, account.token, http)
        await client.messages.create_async(
            to=PERSON, from_=OURS, body="Hi", status_callback=f"{receiver.address}/status"
        )
    async with (
        running_simulator(state, delays=Delays(receipt=0)) as address,
        simulator_client(address) as client_,
    ):
        assert [message["handset"] for message in await client_.messages()] == [PERSON]
        assert statuses(await receiver.wait_for(lambda all_: len(all_) == 3))[-1] == "delivered"
