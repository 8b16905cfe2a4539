"""Twilio's list of messages: what it is asked, and what its answer says."""

from collections.abc import AsyncIterator
from datetime import UTC, date, datetime
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web
from msgspec import Struct, field

from shared.domain.evidence.reconciling import ProviderMessage, ReceivedMessage
from shared.domain.messages.sending import IncomingMessage, Lesson, Media, ReceiptKind
from shared.providers.kit import http
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.twilio.credentials import TwilioCredentials
from shared.providers.twilio.history import TwilioHistory

LIST = "/2010-04-01/Accounts/AC1/Messages.json"
OURS, ANA = "+12125550100", "+12125550187"
SERVICE = "MG" + "0a" * 16
SENT = {
    "sid": "SM1",
    "from": OURS,
    "to": ANA,
    "body": "Hello Ana",
    "direction": "outbound-api",
    "status": "undelivered",
    "error_code": 30006,
    "date_created": "Mon, 23 Nov 2026 17:00:01 +0000",
    "date_sent": "Mon, 23 Nov 2026 17:00:03 +0000",
    "num_media": "0",
}
RECEIVED = SENT | {
    "sid": "SM2",
    "from": ANA,
    "to": OURS,
    "body": "Yes",
    "direction": "inbound",
    "error_code": None,
}


class Twilio(Struct):
    """What stands at an address in Twilio's place: its answers by path, and what it was asked."""

    url: str = ""
    answers: dict[str, tuple[int, Any]] = field(default_factory=dict)
    asked: list[tuple[str, dict[str, str]]] = field(default_factory=list)

    def lists(self, *messages: dict[str, Any], following: str | None = None) -> None:
        self.answers[LIST] = (200, {"messages": list(messages), "next_page_uri": following})

    @property
    def history(self) -> TwilioHistory:
        # An address with a slash at its end is as good as one without.
        return TwilioHistory(TwilioCredentials(account_sid="AC1", auth_token="token"), f"{self.url}/", 5.0)


@pytest_asyncio.fixture
async def twilio() -> AsyncIterator[Twilio]:
    seen = Twilio()

    async def answer(request: web.Request) -> web.Response:
        seen.asked.append((request.path.replace("//", "/"), dict(request.query)))
        status, content = seen.answers[request.path.replace("//", "/")]
        return web.json_response(content, status=status)

    app = web.Application()
    app.router.add_get("/{path:.*}", answer)
    runner = web.AppRunner(app, access_log=None)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    seen.url = f"http://127.0.0.1:{runner.addresses[0][1]}"
    yield seen
    await http.aclose()
    await runner.cleanup()


async def test_a_days_messages_to_an_address_are_asked_for(twilio: Twilio) -> None:
    twilio.lists()
    await twilio.history.page(OURS, to_address=ANA, on=date(2026, 11, 23))
    assert twilio.asked == [
        (LIST, {"From": OURS, "To": ANA, "DateSent": "2026-11-23", "PageSize": "100"}),
    ]


async def test_or_all_since_a_day(twilio: Twilio) -> None:
    twilio.lists()
    await twilio.history.page(OURS, since=date(2026, 11, 23))
    assert twilio.asked == [(LIST, {"From": OURS, "DateSent>": "2026-11-23", "PageSize": "100"})]


async def test_what_a_message_of_the_list_says(twilio: Twilio) -> None:
    twilio.lists(SENT)
    page = await twilio.history.page(OURS)
    (found,) = page.messages
    assert found == ProviderMessage(
        provider_id="SM1",
        to_address=ANA,
        body="Hello Ana",
        created_at=datetime(2026, 11, 23, 17, 0, 1, tzinfo=UTC),
        sent_at=datetime(2026, 11, 23, 17, 0, 3, tzinfo=UTC),
        kind=ReceiptKind.UNDELIVERED,
        code="30006",
        reason="The number is a landline, or its carrier cannot be reached. "
        "(https://www.twilio.com/docs/api/errors/30006)",
        lesson=Lesson.MAYBE_GONE,
    )
    assert page.next_cursor is None


async def test_one_that_waits_at_the_provider_was_created_and_is_not_sent(twilio: Twilio) -> None:
    twilio.lists(SENT | {"status": "queued", "date_sent": None, "error_code": None})
    (found,) = (await twilio.history.page(OURS)).messages
    assert (found.kind, found.sent_at) == (ReceiptKind.SENDING, None)
    assert found.created_at == datetime(2026, 11, 23, 17, 0, 1, tzinfo=UTC)
    assert (found.code, found.reason, found.lesson) == (None, None, None)


async def test_without_the_time_of_creation_that_of_sending_stands_for_it(twilio: Twilio) -> None:
    twilio.lists(SENT | {"date_created": None})
    (found,) = (await twilio.history.page(OURS)).messages
    assert found.created_at == datetime(2026, 11, 23, 17, 0, 3, tzinfo=UTC)


async def test_a_status_that_nobody_knows_proves_no_delivery(twilio: Twilio) -> None:
    twilio.lists(SENT | {"status": "dreaming", "body": None, "to": None})
    (found,) = (await twilio.history.page(OURS)).messages
    assert (found.kind, found.body, found.to_address) == (ReceiptKind.UNKNOWN, "", "")


NEXT = f"{LIST}?PageSize=100&Page=1&PageToken=PASM1"


async def test_the_next_page_is_asked_for_by_the_cursor_of_the_one_before(twilio: Twilio) -> None:
    twilio.lists(SENT, following=NEXT)
    first = await twilio.history.page(OURS)
    assert first.next_cursor is not None
    twilio.lists(SENT | {"sid": "SM9"})
    second = await twilio.history.page(OURS, cursor=first.next_cursor)
    assert twilio.asked[-1] == (LIST, {"PageSize": "100", "Page": "1", "PageToken": "PASM1"})
    assert [one.provider_id for one in second.messages] == ["SM9"]
    assert second.next_cursor is None


async def test_what_people_wrote_since_a_day(twilio: Twilio) -> None:
    twilio.lists(RECEIVED, SENT)
    page = await twilio.history.incoming(OURS, since=date(2026, 11, 23))
    assert twilio.asked == [(LIST, {"To": OURS, "DateSent>": "2026-11-23", "PageSize": "100"})]
    assert page.messages == (
        ReceivedMessage(
            at=datetime(2026, 11, 23, 17, 0, 3, tzinfo=UTC),
            message=IncomingMessage(
                provider_id="SM2",
                from_address=ANA,
                to_address=OURS,
                body="Yes",
                written_at=datetime(2026, 11, 23, 17, 0, 3, tzinfo=UTC),
            ),
        ),
    )
    assert page.next_cursor is None


async def test_the_next_page_of_what_people_wrote(twilio: Twilio) -> None:
    twilio.lists(RECEIVED, following=NEXT)
    first = await twilio.history.incoming(OURS, since=date(2026, 11, 23))
    twilio.lists(RECEIVED | {"sid": "SM9"})
    second = await twilio.history.incoming(OURS, since=date(2026, 11, 23), cursor=first.next_cursor)
    assert twilio.asked[-1] == (LIST, {"PageSize": "100", "Page": "1", "PageToken": "PASM1"})
    assert [one.message.provider_id for one in second.messages] == ["SM9"]


async def test_pictures_beside_a_text_are_named_as_webhooks_name_them(twilio: Twilio) -> None:
    media = "/2010-04-01/Accounts/AC1/Messages/SM2/Media"
    twilio.lists(RECEIVED | {"num_media": "1"})
    twilio.answers[f"{media}.json"] = (
        200,
        {"media_list": [{"uri": f"{media}/ME1.json", "content_type": "image/png"}], "next_page_uri": None},
    )
    (found,) = (await twilio.history.incoming(OURS, since=date(2026, 11, 23))).messages
    assert found.message.media == (Media(url=f"https://api.twilio.com{media}/ME1", content_type="image/png"),)


async def test_a_text_whose_pictures_are_deleted_is_taken_without_them(twilio: Twilio) -> None:
    twilio.lists(RECEIVED | {"num_media": "1"})
    twilio.answers["/2010-04-01/Accounts/AC1/Messages/SM2/Media.json"] = (
        404,
        {"code": 20404, "message": "The requested resource was not found"},
    )
    (found,) = (await twilio.history.incoming(OURS, since=date(2026, 11, 23))).messages
    assert (found.message.body, found.message.media) == ("Yes", ())


@pytest.mark.parametrize(
    ("status", "content", "error"),
    [(401, {"code": 20003, "message": "Authenticate"}, SenderRefused), (503, {}, ProviderUnavailable)],
)
async def test_no_list_is_no_proof_of_absence(
    twilio: Twilio, status: int, content: dict[str, Any], error: type[Exception]
) -> None:
    twilio.answers[LIST] = (status, content)
    with pytest.raises(error):
        await twilio.history.page(OURS)
    with pytest.raises(error):
        await twilio.history.incoming(OURS, since=date(2026, 11, 23))


async def test_a_services_messages_are_found_among_all_of_the_account(twilio: Twilio) -> None:
    """From which of its numbers a text goes out nobody knows before it is sent."""
    ours = SENT | {"messaging_service_sid": SERVICE, "from": None, "status": "accepted", "error_code": None}
    theirs = SENT | {"sid": "SM3", "messaging_service_sid": "MG" + "1b" * 16}
    reply = RECEIVED | {"messaging_service_sid": SERVICE}
    twilio.lists(ours, theirs, reply, SENT | {"sid": "SM4"}, following=f"{LIST}?Page=1")
    page = await twilio.history.page(SERVICE, to_address=ANA, since=date(2026, 11, 23))
    assert twilio.asked == [(LIST, {"To": ANA, "DateSent>": "2026-11-23", "PageSize": "100"})]
    assert [(one.provider_id, one.kind) for one in page.messages] == [("SM1", ReceiptKind.SENDING)]
    assert page.next_cursor == f"{LIST}?Page=1"


async def test_to_a_service_is_what_was_written_to_a_number_of_its_pool(twilio: Twilio) -> None:
    pool = f"/v1/Services/{SERVICE}"
    twilio.answers[f"{pool}/PhoneNumbers"] = listed("phone_numbers", {"sid": "PN1", "phone_number": OURS})
    twilio.answers[f"{pool}/ShortCodes"] = listed("short_codes", {"sid": "SC1", "short_code": "12345"})
    twilio.lists(
        RECEIVED,
        RECEIVED | {"sid": "SM3", "to": "12345"},
        RECEIVED | {"sid": "SM4", "to": "+12125550199", "messaging_service_sid": SERVICE},  # was in it then
        RECEIVED | {"sid": "SM5", "to": "+12125550199"},
        SENT | {"messaging_service_sid": SERVICE},
        following=f"{LIST}?Page=1",
    )
    history = twilio.history
    page = await history.incoming(SERVICE, since=date(2026, 11, 23))
    assert [one.message.provider_id for one in page.messages] == ["SM2", "SM3", "SM4"]
    twilio.lists(RECEIVED | {"sid": "SM6"})
    last = await history.incoming(SERVICE, since=date(2026, 11, 23), cursor=page.next_cursor)
    assert [one.message.provider_id for one in last.messages] == ["SM6"]
    assert [path for path, _ in twilio.asked if path != LIST] == [
        f"{pool}/PhoneNumbers",
        f"{pool}/ShortCodes",
    ]


def listed(key: str, *items: dict[str, Any]) -> tuple[int, Any]:
    """A list on one page, as the newer parts of Twilio's API answer."""
    return 200, {key: list(items), "meta": {"key": key, "next_page_url": None}}
