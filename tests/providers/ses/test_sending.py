"""Amazon SES: what is sent and what answers mean, by our simulator and by moto, which is not ours."""

import asyncio
import json
from collections.abc import AsyncIterator, Iterator
from pathlib import Path

import boto3
import pytest
import pytest_asyncio
from moto.server import ThreadedMotoServer

from infra.local.simulator.app import running_simulator
from infra.local.simulator.client import SimulatorClient, simulator_client
from infra.local.simulator.faults import Delays
from infra.local.simulator.outcomes import Answer
from shared.domain.channels.channel import Channel
from shared.domain.messages.sending import Attachment, Outcome, OutgoingMessage
from shared.domain.record import replace
from shared.domain.senders.sender import Provider, Sender
from shared.providers.kit import http
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.ses import signing
from shared.providers.ses.account import GET_IDENTITY, SesAccount
from shared.providers.ses.client import SesSender, request_of
from shared.providers.ses.codes import BY_ERROR, result
from shared.providers.ses.credentials import SesCredentials

DESK = "desk@acme-clinics.com"
MAIL = OutgoingMessage(
    message_id="m1",
    from_address=DESK,
    from_name="Acme Clinics",
    to_address="ana@example-clinic.com",
    subject="Your visit",
    body="See you, José.",
    html="<p>See you, José.</p>",
    reply_to="front@acme-clinics.com",
    headers={"List-Unsubscribe": "<https://r.example/u>"},
    attachments=(Attachment("map.pdf", "application/pdf", b"map"),),
)


def sender(**changes: object) -> Sender:
    facts = Sender(
        id="mails", channel=Channel("email"), provider=Provider("ses"), address=DESK, rate_per_second=10.0
    )
    return replace(facts, **changes)  # type: ignore[arg-type]  # its fields


@pytest.fixture(scope="module")
def moto() -> Iterator[str]:
    """A stand-in of Amazon's that others wrote."""
    server = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest_asyncio.fixture
async def simulator(tmp_path: Path) -> AsyncIterator[SimulatorClient]:
    delays = Delays(receipt=0.01, slow=0.2, timeout=3)
    async with (
        running_simulator(tmp_path / "simulator.sqlite", delays=delays) as address,
        simulator_client(address) as client,
    ):
        yield client


def key(**changes: str) -> SesCredentials:
    facts = {"access_key_id": "AKIAEXAMPLE000000000", "secret_access_key": "secret", "region": "us-east-1"}
    topic = "arn:aws:sns:us-east-1:123456789012:mail"
    return SesCredentials(**{**facts, "topic_arn": topic, **changes})


async def test_moto_takes_the_mail_and_its_id_is_kept(moto: str) -> None:
    own = {"aws_access_key_id": "AKIAEXAMPLE000000000", "aws_secret_access_key": "secret"}
    client = boto3.client("sesv2", endpoint_url=moto, region_name="us-east-1", **own)
    client.create_email_identity(EmailIdentity=DESK)
    found = await SesSender(key(), moto, 5.0).send([MAIL, replace(MAIL, message_id="m2")])
    assert {one.outcome for one in found.values()} == {Outcome.ACCEPTED}
    assert len({one.provider_id for one in found.values()}) == 2
    with_moto = await http.call("GET", f"{moto}/moto-api/data.json", timeout_seconds=5)
    assert str(found["m1"].provider_id) in with_moto.text


async def test_moto_knows_an_identity_as_it_is_asked_for(moto: str) -> None:
    own = {"aws_access_key_id": "AKIAEXAMPLE000000000", "aws_secret_access_key": "secret"}
    client = boto3.client("sesv2", endpoint_url=moto, region_name="us-east-1", **own)
    client.create_email_identity(EmailIdentity="known.example")
    for identity, status in (("known.example", 200), ("none.example", 404)):
        answer = await signing.get(moto, GET_IDENTITY + identity, key(), 5.0)
        assert answer.status == status
        assert ("VerifiedForSendingStatus" in answer.text) is (status == 200)


async def test_moto_refuses_a_sender_that_is_not_verified(moto: str) -> None:
    wrong = replace(MAIL, from_address="nobody@else.example")
    [answer] = (await SesSender(key(), moto, 5.0).send([wrong])).values()
    assert answer.outcome is Outcome.SENDER_BROKEN
    with pytest.raises(ProviderUnavailable):  # it does not serve GetAccount: nothing is proved
        await SesAccount(key(), moto, 5.0).problem(sender())


async def test_the_simulator_gets_all_parts_and_keeps_the_id(simulator: SimulatorClient) -> None:
    account = SesCredentials(**await simulator.add_ses_account(identities=[DESK]))
    [answer] = (await SesSender(account, simulator.address, 5.0).send([MAIL])).values()
    [seen] = await simulator.messages()
    assert (answer.outcome, answer.provider_id) == (Outcome.ACCEPTED, seen["provider_id"])
    assert (seen["subject"], seen["body"], seen["html"]) == (MAIL.subject, MAIL.body, MAIL.html)
    assert (seen["sender"], seen["handset"], seen["reply_to"]) == (DESK, MAIL.to_address, MAIL.reply_to)
    assert seen["headers"] == MAIL.headers
    assert seen["attachments"] == [{"filename": "map.pdf", "type": "application/pdf", "size": 3}]


async def test_the_simulator_checks_what_amazons_own_client_signs(simulator: SimulatorClient) -> None:
    fields = await simulator.add_ses_account(identities=[DESK])
    own = {
        "aws_access_key_id": fields["access_key_id"],
        "aws_secret_access_key": fields["secret_access_key"],
    }
    client = boto3.client("sesv2", endpoint_url=simulator.address, region_name=fields["region"], **own)
    found = await asyncio.to_thread(client.get_email_identity, EmailIdentity=DESK)
    assert found["VerifiedForSendingStatus"]


@pytest.mark.parametrize(
    ("fault", "outcome", "gone_out"),
    [
        (Answer.THROTTLED, Outcome.NOT_ACCEPTED, 0),
        (Answer.ERROR, Outcome.UNKNOWN, 0),
        (Answer.ERROR_ACCEPTED, Outcome.UNKNOWN, 1),
        (Answer.RESET_ACCEPTED, Outcome.UNKNOWN, 1),
        (Answer.HALF_ACCEPTED, Outcome.UNKNOWN, 1),
        (Answer.TIMEOUT_ACCEPTED, Outcome.UNKNOWN, 1),
    ],
)
async def test_what_goes_wrong_on_the_way_is_told_apart_and_never_tried_again(
    simulator: SimulatorClient, fault: Answer, outcome: Outcome, gone_out: int
) -> None:
    account = SesCredentials(**await simulator.add_ses_account(identities=[DESK]))
    await simulator.ask_fault("ses", fault, count=1)  # a second request would be taken
    [answer] = (await SesSender(account, simulator.address, 1.0).send([MAIL])).values()
    assert answer.outcome is outcome
    assert len(await simulator.messages()) == gone_out


@pytest.mark.parametrize("address", ["http://127.0.0.1:9", "http://[", "http://{x}", "nothing"])
async def test_where_nothing_can_have_left_it_is_not_accepted(address: str) -> None:
    [answer] = (await SesSender(key(), address, 1.0).send([MAIL])).values()
    assert answer.outcome is Outcome.NOT_ACCEPTED


@pytest.mark.parametrize("name", sorted(BY_ERROR))
def test_every_error_has_its_meaning(name: str) -> None:
    answer = http.Answer(
        status=400, headers={"x-amzn-ErrorType": f"{name}:http://x"}, text='{"message": "No."}'
    )
    found = result(answer, DESK)
    assert (found.outcome, found.code) == (BY_ERROR[name].outcome, name)
    assert found.reason is not None
    assert found.reason.endswith("Amazon says: No.")


def test_an_error_that_is_not_listed_is_unknown() -> None:
    for status, text in (
        (400, '{"__type": "com.amazon#New"}'),
        (503, "busy"),
        (503, '{"__type": "ThrottlingException"}'),  # a server in trouble proves nothing
        (200, "{}"),
        (200, '{"MessageId": "'),
    ):
        assert result(http.Answer(status=status, headers={}, text=text), DESK).outcome is Outcome.UNKNOWN


@pytest.mark.parametrize(
    ("named", "outcome"),
    [(f"Acme <{DESK}>", Outcome.SENDER_BROKEN), ("ana@example-clinic.com", Outcome.REJECTED)],
)
def test_in_the_sandbox_a_recipient_who_is_not_verified_breaks_no_sender(
    named: str, outcome: Outcome
) -> None:
    said = f"Email address is not verified. The following identities failed the check: {named}"
    text = json.dumps({"message": said})
    answer = http.Answer(status=400, headers={"x-amzn-ErrorType": "MessageRejected"}, text=text)
    assert result(answer, DESK).outcome is outcome


def test_without_html_and_names_the_request_has_neither() -> None:
    plain = OutgoingMessage(
        message_id="m", from_address=DESK, to_address="a@b.example", subject="S", body="B"
    )
    body = request_of(plain, "")
    assert "Html" not in str(body)
    assert body["FromEmailAddress"] == DESK
    assert "ConfigurationSetName" not in body
    assert request_of(plain, "events")["ConfigurationSetName"] == "events"


async def test_the_preflight_asks_in_order(simulator: SimulatorClient) -> None:
    async def problem(**facts: object) -> str | None:
        made = SesCredentials(**await simulator.add_ses_account(**facts))
        return await SesAccount(made, simulator.address, 5.0).problem(sender())

    with pytest.raises(SenderRefused, match="access key"):
        await SesAccount(key(), simulator.address, 5.0).problem(sender())
    all_wrong = {"identities": ["other.example"], "sending_enabled": False, "quota": 0.0}
    assert "not verified" in str(await problem(**all_wrong))
    all_wrong["identities"] = ["acme-clinics.com"]  # by its domain
    assert "not enabled" in str(await problem(**all_wrong))
    assert "not enabled" in str(await problem(**{**all_wrong, "is_shut_down": True, "sending_enabled": True}))
    assert "quota" in str(await problem(**{**all_wrong, "sending_enabled": True}))
    assert "lower it" in str(await problem(identities=[DESK], rate=1.0))
    assert await problem(identities=[DESK]) is None


async def test_a_subdomain_is_ready_with_its_domain(simulator: SimulatorClient) -> None:
    made = SesCredentials(**await simulator.add_ses_account(identities=["acme-clinics.com"]))
    account = SesAccount(made, simulator.address, 5.0)
    assert await account.problem(sender(address="desk+a@north.acme-clinics.com")) is None
    assert "not verified" in str(await account.problem(sender(address="desk@other-clinics.com")))


async def test_sandbox_quota_and_rate_are_told(simulator: SimulatorClient) -> None:
    facts = {"identities": [DESK], "in_sandbox": True, "quota": 200.0, "rate": 1.0}
    made = SesCredentials(**await simulator.add_ses_account(**facts))
    quota, sandbox = await SesAccount(made, simulator.address, 5.0).remarks(sender())
    assert quota == "Amazon SES takes 200 mails in 24 hours, 0 are used, 1 a second."
    assert "sandbox" in sandbox


async def test_a_signature_that_does_not_fit_is_refused(simulator: SimulatorClient) -> None:
    made = SesCredentials(**await simulator.add_ses_account(identities=[DESK]))
    wrong = replace(made, secret_access_key="another")
    with pytest.raises(SenderRefused, match="signature"):
        await SesAccount(wrong, simulator.address, 5.0).problem(sender())
    [answer] = (await SesSender(wrong, simulator.address, 5.0).send([MAIL])).values()
    assert answer.outcome is Outcome.SENDER_BROKEN
