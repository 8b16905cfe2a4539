"""Amazon SNS: who may tell us anything, and what SES tells of mails."""

import json
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec import Struct, field

from infra.local.simulator.ses_life import new_certificate, notification
from shared.domain.errors import InvalidInput
from shared.domain.messages.sending import Lesson, ReceiptKind
from shared.domain.messages.webhook import WebhookRequest
from shared.providers.kit.signature import BadSignature
from shared.providers.ses import sns
from shared.providers.ses.credentials import SesCredentials
from shared.providers.ses.events import parse_events
from shared.providers.ses.provider import PROVIDER

NOW = datetime(2026, 11, 23, 17, tzinfo=UTC)
TOPIC = "arn:aws:sns:us-east-1:123456789012:mail"
PATH = "/SimpleNotificationService-0123456789abcdef0123456789abcdef.pem"
AMAZON = "https://email.{region}.amazonaws.com"
KEY = SesCredentials(access_key_id="A", secret_access_key="s", region="us-east-1", topic_arn=TOPIC)


class Topic(Struct):
    """A topic and the server that publishes its certificate."""

    address: str = ""
    certificate: str = ""
    signing_key: str = ""
    confirmed: list[str] = field(default_factory=list)

    def post(self, at: datetime = NOW, version: str = "2", **changes: str) -> bytes:
        """A notification, signed."""
        account = {"topic_arn": TOPIC, "certificate_path": PATH, "signing_key": self.signing_key}
        fields = {"Type": "Notification", "Message": "{}", **changes}
        return json.dumps(notification(account, self.address, at.timestamp(), version, **fields)).encode()


@pytest_asyncio.fixture
async def topic() -> AsyncIterator[Topic]:
    made = Topic()
    made.signing_key, made.certificate = new_certificate(NOW.timestamp())

    async def certificate(_: web.Request) -> web.Response:
        return web.Response(text=made.certificate)

    async def confirm(request: web.Request) -> web.Response:
        made.confirmed.append(request.query["Token"])
        return web.Response(text="ok")

    app = web.Application()
    app.add_routes([web.get(PATH, certificate), web.get("/", confirm)])
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    made.address = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield made
    await runner.cleanup()
    sns.forget_certificates()


async def taken(topic: Topic, body: bytes, at: datetime = NOW) -> None:
    """As a post is taken."""
    await sns.learn_certificate(body, topic.address, 5.0)
    sns.verify(body, KEY, at)


async def test_what_is_signed_by_the_topics_certificate_is_taken(topic: Topic) -> None:
    await taken(topic, topic.post(Message="what happened"))
    await taken(topic, topic.post(Message="with a subject", Subject="Amazon SES"))


async def test_both_versions_of_the_signature_are_taken_and_no_other(topic: Topic) -> None:
    await taken(topic, topic.post(version="1"))
    await taken(topic, topic.post(version="2"))
    for changes in ({"SignatureVersion": "1"}, {"SignatureVersion": "3"}, {"SignatureVersion": ""}):
        with pytest.raises(BadSignature):  # what was signed as version 2
            await taken(topic, json.dumps({**json.loads(topic.post()), **changes}).encode())


async def test_the_end_of_a_subscription_is_proved_and_says_nothing_of_mails(topic: Topic) -> None:
    body = topic.post(Type="UnsubscribeConfirmation", Token="t1", SubscribeURL=f"{topic.address}/")
    await taken(topic, body)
    await sns.confirm_subscription(body, topic.address, 5.0)
    headers = {"x-amz-sns-message-type": "UnsubscribeConfirmation"}
    request = WebhookRequest(
        url="https://r.example/messages/ses", headers=headers, body=body, query={}, received_at=NOW
    )
    assert PROVIDER.webhooks[0].read(request) == []
    assert topic.confirmed == []


async def test_what_was_changed_is_refused(topic: Topic) -> None:
    post = json.loads(topic.post(Message="what happened"))
    for name, value in (
        ("Message", "else"),
        ("MessageId", "else"),
        ("Signature", "AAAA"),
        ("Signature", "é"),
    ):
        with pytest.raises(BadSignature):
            await taken(topic, json.dumps({**post, name: value}).encode())


async def test_another_topic_and_another_time_are_refused(topic: Topic) -> None:
    for body in (topic.post(TopicArn=f"{TOPIC}2"), topic.post(NOW - timedelta(hours=27))):
        with pytest.raises(BadSignature):
            await taken(topic, body)
    with pytest.raises(BadSignature):
        await taken(topic, topic.post(NOW + timedelta(hours=1)))


async def test_the_certificate_is_amazons_and_has_not_ended(topic: Topic) -> None:
    with pytest.raises(BadSignature, match="ended"):
        await taken(topic, topic.post(NOW + timedelta(days=800)), NOW + timedelta(days=800))
    sns.forget_certificates()
    topic.signing_key, topic.certificate = new_certificate(NOW.timestamp(), name="sns.evil.example")
    with pytest.raises(BadSignature, match="another's"):
        await taken(topic, topic.post())


@pytest.mark.parametrize(
    "url",
    [
        "https://sns.us-east-1.amazonaws.com.evil.example" + PATH,
        "http://sns.us-east-1.amazonaws.com" + PATH,
        "https://sns.us-east-1.amazonaws.com:8443" + PATH,
        "https://user@evil.example" + PATH,
        "https://s3.us-east-1.amazonaws.com" + PATH,
        "https://sns.us-east-1.amazonaws.com/other.pem",
        "https://sns.us-east-1.amazonaws.com:99999" + PATH,
        "https://user@sns.us-east-1.amazonaws.com" + PATH,
        "https://sns.us-east-1.amazonaws.com" + PATH + "?n=1",
        "https://evil.example\\@sns.us-east-1.amazonaws.com" + PATH,
        "https://[",
        "",
    ],
)
async def test_no_certificate_comes_from_another_place(topic: Topic, url: str) -> None:
    post = {**json.loads(topic.post()), "SigningCertURL": url}
    with pytest.raises(BadSignature):
        await sns.learn_certificate(json.dumps(post).encode(), AMAZON, 5.0)


async def test_a_certificate_that_cannot_be_fetched_now_is_asked_for_later(topic: Topic) -> None:
    topic.certificate = "no certificate"
    with pytest.raises(ConnectionError):
        await taken(topic, topic.post())


async def test_a_subscription_is_confirmed_at_amazon_alone(topic: Topic) -> None:
    where = f"{topic.address}/?Action=ConfirmSubscription&Token=t1"
    body = topic.post(Type="SubscriptionConfirmation", Token="t1", SubscribeURL=where)
    await taken(topic, body)
    await sns.confirm_subscription(body, topic.address, 5.0)
    assert topic.confirmed == ["t1"]
    with pytest.raises(BadSignature):  # it is no host of Amazon's
        await sns.confirm_subscription(body, AMAZON, 5.0)
    other = topic.post(
        Type="SubscriptionConfirmation", Token="t2", SubscribeURL=f"{topic.address}/?Action=Else"
    )
    with pytest.raises(BadSignature):
        await sns.confirm_subscription(other, topic.address, 5.0)
    assert topic.confirmed == ["t1"]


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b'{"Type": "Else"}', b"\xff"])
def test_what_is_no_notification_is_refused(body: bytes) -> None:
    with pytest.raises(BadSignature):
        sns.read_notification(body)


def event(kind: str, **details: Any) -> str:
    mail = {
        "messageId": "ses-1",
        "timestamp": "2026-11-23T17:00:00Z",
        "destination": ["ana@example.com"],
        "tags": {"rollcall_message_id": ["m1"]},
    }
    return json.dumps({"eventType": kind, "mail": mail, **details})


@pytest.mark.parametrize(
    ("text", "kind", "lesson"),
    [
        (event("Send"), ReceiptKind.SENDING, None),
        (event("Delivery", delivery={}), ReceiptKind.DELIVERED, None),
        (event("DeliveryDelay", deliveryDelay={"delayedRecipients": [{}]}), ReceiptKind.SENDING, None),
        (event("Reject", reject={"reason": "Bad content"}), ReceiptKind.FAILED, None),
        (
            event("Bounce", bounce={"bounceType": "Permanent", "bouncedRecipients": [{"emailAddress": "a"}]}),
            ReceiptKind.UNDELIVERED,
            Lesson.GONE,
        ),
        (
            event("Bounce", bounce={"bounceType": "Transient", "bouncedRecipients": [{}]}),
            ReceiptKind.UNDELIVERED,
            None,
        ),
        (
            event("Complaint", complaint={"complainedRecipients": [{"emailAddress": "a"}]}),
            ReceiptKind.COMPLAINED,
            Lesson.COMPLAINED,
        ),
        (event("Bounce", bounce={"bounceType": "Permanent"}), ReceiptKind.UNDELIVERED, Lesson.GONE),
    ],
)
def test_each_event_says_what_became_of_the_mail(text: str, kind: ReceiptKind, lesson: Lesson | None) -> None:
    [receipt] = parse_events(text)
    assert (receipt.kind, receipt.lesson) == (kind, lesson)
    assert (receipt.message_id, receipt.provider_id) == ("m1", "ses-1")
    assert parse_events(text)[0].event_id == receipt.event_id


def test_a_notification_without_our_id_is_found_by_amazons() -> None:
    text = json.dumps({"notificationType": "Delivery", "mail": {"messageId": "ses-1"}, "delivery": {}})
    [receipt] = parse_events(text)
    assert (receipt.message_id, receipt.provider_id) == ("", "ses-1")


def test_what_is_not_about_a_mail_says_nothing_and_what_is_no_object_is_refused() -> None:
    assert parse_events(event("Open")) == parse_events(event("Subscription")) == []
    assert parse_events('{"eventType": "Bounce"}') == []
    assert parse_events("Successfully validated SNS topic for Amazon SES event publishing.") == []
    with pytest.raises(InvalidInput):
        parse_events("[]")
