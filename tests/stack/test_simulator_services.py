"""Messaging services and short codes: the official Twilio client, unchanged, against the simulator."""

from collections.abc import AsyncIterator

import pytest
import pytest_asyncio
from twilio.base.exceptions import TwilioRestException
from twilio.http.async_http_client import AsyncTwilioHttpClient
from twilio.request_validator import RequestValidator
from twilio.rest import Client

from infra.local.simulator.client import SimulatorClient, TwilioAccount
from tests.kit.stack.webhook_receiver import Receiver
from tests.stack.test_simulator_twilio import PERSON, client_of, fields, statuses

ONE, TWO, CODE = "+14155559001", "+14155559002", "12345"
OTHER_PERSON = "+14155551235"

# The official client (9.13) uses what aiohttp (3.14) will remove in its next major version.
pytestmark = [
    pytest.mark.filterwarnings("ignore:BasicAuth is deprecated:DeprecationWarning"),
    pytest.mark.filterwarnings("ignore:The 'auth' parameter is deprecated:DeprecationWarning"),
]


@pytest_asyncio.fixture
async def account(simulator: SimulatorClient) -> TwilioAccount:
    account = await simulator.add_account()
    for number in (ONE, TWO, CODE):
        await simulator.add_number(account, number)
    return account


@pytest_asyncio.fixture
async def service(simulator: SimulatorClient, account: TwilioAccount, receiver: Receiver) -> str:
    return await simulator.add_service(account, ONE, TWO, inbound_url=f"{receiver.address}/incoming")


@pytest_asyncio.fixture
async def twilio(simulator: SimulatorClient, account: TwilioAccount) -> AsyncIterator[Client]:
    async with AsyncTwilioHttpClient() as http:
        client = client_of(simulator.address, account.sid, account.token, http)
        client.messaging.base_url = simulator.address
        yield client


async def test_a_service_accepts_first_and_chooses_a_number_of_its_pool_then(
    twilio: Client, receiver: Receiver, service: str
) -> None:
    callback = f"{receiver.address}/status"
    created = await twilio.messages.create_async(
        to=PERSON, messaging_service_sid=service, body="Hi", status_callback=callback
    )
    assert (created.status, created.from_, created.messaging_service_sid) == ("accepted", None, service)
    received = await receiver.wait_for(lambda all_: len(all_) == 4)
    assert statuses(received) == ["accepted", "queued", "sent", "delivered"]
    assert {fields(one)["MessagingServiceSid"] for one in received} == {service}
    assert [fields(one).get("From") for one in received] == [None, ONE, ONE, ONE]
    shown = await twilio.messages(str(created.sid)).fetch_async()
    assert (shown.status, shown.from_, shown.messaging_service_sid) == ("delivered", ONE, service)
    assert [one.sid for one in await twilio.messages.list_async(to=PERSON, from_=ONE)] == [created.sid]
    assert await twilio.messages.list_async(from_=TWO) == []


async def test_a_person_hears_from_the_same_number_and_others_from_another(
    simulator: SimulatorClient, twilio: Client, service: str
) -> None:
    for person in (PERSON, OTHER_PERSON, PERSON, OTHER_PERSON, OTHER_PERSON):
        await twilio.messages.create_async(to=person, messaging_service_sid=service, body="Hi")
    senders = {
        person: {one["sender"] for one in await simulator.messages(handset=person)}
        for person in (PERSON, OTHER_PERSON)
    }
    assert senders == {PERSON: {ONE}, OTHER_PERSON: {TWO}}


async def test_unless_it_is_not_sticky(
    simulator: SimulatorClient, twilio: Client, account: TwilioAccount
) -> None:
    service = await simulator.add_service(account, ONE, TWO, sticky=False)
    for _ in range(3):
        await twilio.messages.create_async(to=PERSON, messaging_service_sid=service, body="Hi")
    assert [one["sender"] for one in await simulator.messages(handset=PERSON)] == [ONE, TWO, ONE]


async def test_a_number_that_left_the_pool_sends_no_more(
    simulator: SimulatorClient, twilio: Client, account: TwilioAccount, service: str
) -> None:
    await twilio.messages.create_async(to=PERSON, messaging_service_sid=service, body="Hi")
    await simulator.add_service(account, TWO, sid=service)
    await twilio.messages.create_async(to=PERSON, messaging_service_sid=service, body="Hi")
    assert [one["sender"] for one in await simulator.messages(handset=PERSON)] == [ONE, TWO]


async def test_a_reply_goes_to_the_services_webhook_and_stop_ends_all_its_numbers(
    simulator: SimulatorClient, twilio: Client, receiver: Receiver, account: TwilioAccount, service: str
) -> None:
    await twilio.messages.create_async(to=PERSON, messaging_service_sid=service, body="Coming?")
    await simulator.reply(PERSON, "STOP")
    [received] = await receiver.wait_for(lambda all_: len(all_) == 1)
    told = fields(received)
    assert (told["To"], told["MessagingServiceSid"], told["OptOutType"]) == (ONE, service, "STOP")
    signature = received.headers["X-Twilio-Signature"]
    assert RequestValidator(account.token).validate(received.url, told, signature)
    for sender in ({"messaging_service_sid": service}, {"from_": ONE}, {"from_": TWO}):
        with pytest.raises(TwilioRestException) as refused:
            await twilio.messages.create_async(to=PERSON, body="Still there?", **sender)
        assert refused.value.code == 21610
    assert (await twilio.messages.create_async(to=PERSON, from_=CODE, body="Another sender")).sid
    await simulator.reply(PERSON, "START", sender=TWO)
    assert (await twilio.messages.create_async(to=PERSON, messaging_service_sid=service, body="Hi")).sid


async def test_a_short_code_sends_and_is_listed_apart(twilio: Client) -> None:
    created = await twilio.messages.create_async(to=PERSON, from_=CODE, body="Hi")
    assert (created.from_, created.messaging_service_sid) == (CODE, None)
    assert [code.short_code for code in await twilio.short_codes.list_async(short_code=CODE)] == [CODE]
    assert await twilio.short_codes.list_async(short_code="999") == []
    assert [one.phone_number for one in await twilio.incoming_phone_numbers.list_async()] == [ONE, TWO]


async def test_a_service_is_shown_with_its_pool_and_its_campaign(
    simulator: SimulatorClient, twilio: Client, account: TwilioAccount
) -> None:
    sid = await simulator.add_service(account, ONE, CODE, smart_encoding=True, campaign="IN_PROGRESS")
    service = twilio.messaging.v1.services(sid)
    shown = await service.fetch_async()
    assert (shown.smart_encoding, shown.sticky_sender, shown.inbound_request_url) == (True, True, None)
    assert [one.phone_number for one in await service.phone_numbers.list_async()] == [ONE]
    assert [one.short_code for one in await service.short_codes.list_async()] == [CODE]
    assert await service.alpha_senders.list_async() == []
    assert [one.campaign_status for one in await service.us_app_to_person.list_async()] == ["IN_PROGRESS"]


async def test_the_verification_of_a_toll_free_number_is_shown(
    simulator: SimulatorClient, twilio: Client
) -> None:
    [number, _] = await twilio.incoming_phone_numbers.list_async()
    verifications = twilio.messaging.v1.tollfree_verifications
    assert await verifications.list_async(tollfree_phone_number_sid=number.sid) == []
    await simulator.set_toll_free(ONE, "IN_REVIEW")
    shown = await verifications.list_async(tollfree_phone_number_sid=number.sid)
    assert [one.status for one in shown] == ["IN_REVIEW"]


async def test_what_is_no_service_and_what_has_no_numbers_is_refused(
    simulator: SimulatorClient, twilio: Client, account: TwilioAccount
) -> None:
    empty, foreign = (
        await simulator.add_service(account),
        await simulator.add_service(await simulator.add_account()),
    )
    for sid, code in ((empty, 21704), (foreign, 21705), ("MG" + "0" * 32, 21705)):
        with pytest.raises(TwilioRestException) as refused:
            await twilio.messages.create_async(to=PERSON, messaging_service_sid=sid, body="Hi")
        assert refused.value.code == code
    with pytest.raises(TwilioRestException) as unknown:
        await twilio.messaging.v1.services(foreign).fetch_async()
    assert (unknown.value.status, unknown.value.code) == (404, 20404)
