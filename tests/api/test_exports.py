"""Messages and replies as CSV files: what their lists hold, in words and times that people understand."""

import csv
import io
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from typing import Any

import pytest

from shared import metering
from shared.domain.campaigns.reply_option import Disposition
from shared.domain.channels.channel import Channel
from shared.domain.fires.fire_cost import Unit
from shared.domain.messages.message import MessageState
from shared.domain.messages.reply import Reply
from shared.domain.messages.sending import Delivery
from shared.domain.messages.skip_reason import SkipReason
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.views.exports import export_messages
from shared.views.kit import exports
from tests.kit.api.office import OURS, THEIRS, Office, assert_problem
from tests.kit.builders import a_message

AT = datetime(2027, 1, 4, 17, 30, 5, tzinfo=UTC)  # half past noon in New York
SINCE = {"since": "2027-01-01T00:00:00Z"}


async def _rows(office: Office, path: str, **query: str) -> list[dict[str, str]]:
    response = await office.get(path, params=SINCE | query)
    assert response.status_code == 200, response.text
    assert response.headers["content-type"] == "text/csv; charset=utf-8"
    assert response.headers["content-disposition"].startswith("attachment; filename=")
    return list(csv.DictReader(io.StringIO(response.content.decode("utf-8-sig"))))


async def _message(office: Office, item_id: str, **changes: Any) -> None:
    facts = {"created_at": AT, "campaign_id": "campaign-acme", "sender_id": "sender-acme"} | changes
    await office.stores.messages.save(OURS, item_id, a_message(id=item_id, **facts))


async def test_a_message_in_words(office: Office) -> None:
    await _message(
        office,
        "m1",
        body='Hello "Ana",\nsee you ✓',
        state=MessageState.SENT,
        sent_at=AT + timedelta(seconds=1),
        delivery=Delivery.DELIVERED,
        disposition=Disposition.RESCHEDULE_ASKED,
        provider_id="SM1",
    )
    [row] = await _rows(office, "/v1/messages/export")
    assert row == {
        "Campaign": "Reminders",
        "Row": "2",
        "Channel": "sms",
        "Sender": "'+12125550100",  # no spreadsheet calculates with it
        "Address": "'+12125550187",
        "Subject": "",
        "Text": 'Hello "Ana",\nsee you ✓',
        "State": "sent",
        "Reason": "",
        "Delivery": "delivered",
        "Delivery reason": "",
        "Answer": "reschedule asked",
        "Created (America/New_York)": "2027-01-04 12:30:05",
        "Planned for (America/New_York)": "",
        "Sent (America/New_York)": "2027-01-04 12:30:06",
        "Message id": "m1",
        "Fire id": "f1",
        "Provider's id": "SM1",
    }


async def test_the_filters_are_those_of_the_list(office: Office) -> None:
    await _message(office, "m1", state=MessageState.SKIPPED, reason=SkipReason.OPTED_OUT)
    await _message(office, "m2", state=MessageState.FAILED, reason="It has_no such number.", fire_id="f2")
    await _message(office, "m3", address="+12125550143", created_at=AT + timedelta(days=1))
    for query, expected in (
        ({}, ["m3", "m2", "m1"]),
        ({"state": "skipped"}, ["m1"]),
        ({"fire_id": "f2", "address": "212-555-0187"}, ["m2"]),
        ({"until": "2027-01-05T00:00:00Z"}, ["m2", "m1"]),
    ):
        rows = await _rows(office, "/v1/messages/export", **query)
        assert [row["Message id"] for row in rows] == expected, query
        listed = (await office.get("/v1/messages", params=SINCE | query)).json()["items"]
        assert [item["id"] for item in listed] == expected
    reasons = {row["Message id"]: row["Reason"] for row in await _rows(office, "/v1/messages/export")}
    assert reasons == {"m3": "", "m2": "It has_no such number.", "m1": "opted out"}
    for wrong, field in (({"address": "n/a"}, "address"), ({"limit": "5"}, "limit"), ({"x": "1"}, "x")):
        assert_problem(await office.get("/v1/messages/export", params=wrong), 422, field)


async def test_a_long_list_comes_in_pages_and_whole(office: Office) -> None:
    writer = office.stores.db.batch()
    for number in range(700):
        item = a_message(id=f"m{number:03}", created_at=AT + timedelta(seconds=number // 7))
        office.stores.messages.put(writer, OURS, item.id, item)
        if number % 400 == 399:
            await writer.commit()
            writer = office.stores.db.batch()
    await writer.commit()
    rows = await _rows(office, "/v1/messages/export")
    assert [row["Message id"] for row in rows] == [f"m{number:03}" for number in reversed(range(700))]


async def test_what_a_spreadsheet_would_calculate_is_text(office: Office) -> None:
    reply = Reply(
        id="r1",
        sender_id="sender-acme",
        channel=Channel("sms"),
        address="+12125550187",
        body='=HYPERLINK("http://example.com","prize")',
        received_at=AT,
        meaning=ReplyMeaning.ANSWER,
        message_id="m1",
        fire_id="fire-acme",
        disposition=Disposition.CONFIRMED,
    )
    await office.stores.replies.save(OURS, reply.id, reply)
    [row] = await _rows(office, "/v1/replies/export", meaning="answer")
    assert row == {
        "Received (America/New_York)": "2027-01-04 12:30:05",
        "Channel": "sms",
        "Address": "'+12125550187",
        "Sender": "'+12125550100",
        "Text": '\'=HYPERLINK("http://example.com","prize")',
        "Taken as": "answer",
        "Answer": "confirmed",
        "Campaign": "Reminders",
        "Note": "",
        "Reply id": "r1",
        "Message id": "m1",
        "Fire id": "fire-acme",
    }
    assert await _rows(office, "/v1/replies/export", meaning="unclear") == []


async def test_another_companys_are_not_in_it(office: Office) -> None:
    await office.stores.messages.save(THEIRS, "theirs", a_message(id="theirs", created_at=AT))
    assert await _rows(office, "/v1/messages/export") == []
    response = await office.get("/v1/replies/export")
    assert THEIRS not in response.text


async def test_an_export_that_would_outlast_its_request_is_refused_at_once(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(exports, "EXPORT_PAGE", 2)
    monkeypatch.setattr(exports, "MOST_EXPORTED", 4)
    for number in range(5):
        await _message(office, f"m{number}", created_at=AT + timedelta(seconds=number))
    refused = await office.get("/v1/messages/export", params=SINCE)
    assert "more than 4 match" in assert_problem(refused, 422, "since")["detail"]
    some = await _rows(office, "/v1/messages/export", until="2027-01-04T17:30:09Z")
    assert [row["Message id"] for row in some] == ["m3", "m2", "m1", "m0"]
    one = await _rows(office, "/v1/messages/export", address="212-555-0143", state="sent")
    assert one == []


async def test_failures_of_a_time(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(exports, "EXPORT_PAGE", 1)
    monkeypatch.setattr(exports, "MOST_EXPORTED", 2)
    [failure] = (await office.stores.failures.page(OURS, limit=9)).items
    for number in range(3):
        item = replace(failure, id=f"f{number}", created_at=AT + timedelta(seconds=number))
        await office.stores.failures.save(OURS, item.id, item)
    path = "/v1/failures/export"
    assert_problem(await office.get(path, params={"fire_id": "fire-acme"}), 422, "since")
    rows = await _rows(office, path, fire_id="fire-acme", until="2027-01-04T17:30:07Z")
    assert [row["id"] for row in rows] == ["f1", "f0"]


async def test_an_export_reads_no_more_than_what_is_taken_of_it(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Its memory is that of one page, however slow the reader and however long the list."""
    monkeypatch.setattr(exports, "EXPORT_PAGE", 2)
    for number in range(9):
        await _message(office, f"m{number}", created_at=AT + timedelta(seconds=number))
    with metering.metered() as used:
        pieces = await export_messages(office.runtime, OURS, since=AT)
        read = []
        async for _ in pieces:
            read.append(used[metering.NO_FIRE][Unit.READS])
    between = [later - earlier for earlier, later in pairwise(read)]
    assert len(read) == 6
    assert max(between[1:]) <= 3 + 2, "a page, one more, its campaign and its sender"
