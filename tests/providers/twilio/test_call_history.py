"""Twilio's list of calls: what it is asked, and what its answer says."""

import json
from collections.abc import Mapping
from datetime import UTC, date, datetime
from urllib.parse import parse_qs, urlsplit

import pytest

from shared.domain.evidence.reconciling import ProviderMessage, ReceivedPage
from shared.domain.messages.sending import ReceiptKind
from shared.providers.kit.asking import ProviderUnavailable, SenderRefused
from shared.providers.twilio.call_history import TwilioCallHistory
from shared.providers.twilio.credentials import TwilioCredentials
from tests.kit.providers.misbehaving_server import TIMEOUT_SECONDS, Seen, answer, serve

OURS, ANA = "+12125550100", "+12125550187"
CALL = {
    "sid": "CA1",
    "from": OURS,
    "to": ANA,
    "direction": "outbound-api",
    "status": "completed",
    "answered_by": "machine_end_beep",
    "date_created": "Mon, 23 Nov 2026 17:00:01 +0000",
    "start_time": "Mon, 23 Nov 2026 17:00:03 +0000",
}


def page(*calls: Mapping[str, object], following: str | None = None) -> str:
    return json.dumps({"calls": list(calls), "next_page_uri": following})


def history(seen: Seen) -> TwilioCallHistory:
    credentials = TwilioCredentials(account_sid="AC1", auth_token="token")
    return TwilioCallHistory(credentials, seen.url, TIMEOUT_SECONDS)


def asked(seen: Seen) -> tuple[str, dict[str, list[str]]]:
    parts = urlsplit(seen.requests[-1].head.split(" ")[1])
    return parts.path, parse_qs(parts.query)


async def test_a_persons_calls_since_a_day_with_how_they_ended() -> None:
    busy = CALL | {"sid": "CA2", "status": "busy", "answered_by": None}
    waiting = CALL | {"sid": "CA3", "status": "queued", "answered_by": None, "start_time": None}
    others = [CALL | {"sid": "CA4", "direction": one} for one in ("inbound", "outbound-dial")]
    async with serve(answer(200, page(CALL, busy, waiting, *others, following="/next?Page=1"))) as seen:
        found = await history(seen).page(OURS, to_address=ANA, since=date(2026, 11, 23))
        assert asked(seen) == (
            "/2010-04-01/Accounts/AC1/Calls.json",
            {"From": [OURS], "To": [ANA], "StartTime>": ["2026-11-23"], "PageSize": ["100"]},
        )
        await history(seen).page(OURS, cursor=found.next_cursor)
        assert asked(seen) == ("/next", {"Page": ["1"]})
    first, second, third = found.messages
    assert first == ProviderMessage(
        provider_id="CA1",
        to_address=ANA,
        body=None,
        created_at=datetime(2026, 11, 23, 17, 0, 1, tzinfo=UTC),
        sent_at=datetime(2026, 11, 23, 17, 0, 3, tzinfo=UTC),
        kind=ReceiptKind.DELIVERED,
        code="machine_end_beep",
        reason="It was left on an answering machine.",
    )
    assert (second.kind, second.reason) == (
        ReceiptKind.UNDELIVERED,
        "The line was busy, or the call was declined.",
    )
    assert (third.kind, third.sent_at) == (ReceiptKind.SENDING, None)


async def test_one_day_is_asked_for_by_its_name() -> None:
    async with serve(answer(200, page())) as seen:
        found = await history(seen).page(OURS, on=date(2026, 11, 23))
        assert asked(seen)[1] == {"From": [OURS], "StartTime": ["2026-11-23"], "PageSize": ["100"]}
    assert (found.messages, found.next_cursor) == ((), None)


@pytest.mark.parametrize(
    ("status", "error"), [(401, SenderRefused), (500, ProviderUnavailable), (429, ProviderUnavailable)]
)
async def test_without_a_usable_answer_nothing_is_concluded(status: int, error: type[Exception]) -> None:
    async with serve(answer(status, '{"code": 20003}' if status == 401 else "")) as seen:
        with pytest.raises(error):
            await history(seen).page(OURS)


async def test_keys_are_listed_nowhere() -> None:
    found = await history(Seen(url="http://127.0.0.1:1")).incoming(OURS, since=date(2026, 11, 23))
    assert found == ReceivedPage(messages=(), next_cursor=None)
