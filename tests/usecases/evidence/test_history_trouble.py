"""A provider's history that is busy, broken, out of reach or redacted: nothing is decided by that."""

from collections.abc import AsyncIterator
from datetime import timedelta
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import web

from shared.domain.campaigns.campaign import UnknownPolicy
from shared.domain.messages.message import MessageState
from shared.usecases.evidence.search_unknown import AT_ONCE
from tests.kit.between import Between, between
from tests.kit.clinic import ABSENT, LOST, Clinic
from tests.kit.clock import Clock

HOUR = timedelta(hours=1)
BUSY = {"code": 20429, "message": "Too Many Requests", "status": 429}
NO_SUCH_PAGE = {"code": 20001, "message": "Page Token is not valid", "status": 400}


@pytest_asyncio.fixture
async def twilio(clinic: Clinic) -> AsyncIterator[Between]:
    """What stands between the clinic and Twilio."""
    async with between(clinic) as server:
        yield server


def say(status: int, content: dict[str, Any]) -> web.Response:
    return web.json_response(content, status=status)


async def test_a_busy_provider_is_not_asked_for_each_message(clinic: Clinic, twilio: Between) -> None:
    await clinic.fire_for(*(f"+1 212 555 {2000 + n}" for n in range(3 * AT_ONCE)))
    for message in await clinic.messages():
        await clinic.lose_answer(message)
    clinic.later(HOUR)
    twilio.refuses = lambda request: say(429, BUSY)
    assert (await clinic.reconcile())["searched"] == 0
    assert 1 <= len(twilio.asked) <= AT_ONCE
    assert {message.state for message in await clinic.messages()} == {MessageState.UNKNOWN}
    twilio.refuses = lambda request: None
    assert (await clinic.reconcile())["sent"] == 3 * AT_ONCE


async def test_one_that_cannot_be_read_keeps_no_other_from_it(clinic: Clinic, twilio: Between) -> None:
    await clinic.fire_for("+1 212 555 2000", "+1 212 555 2001", "+1 212 555 2002")
    for message in await clinic.messages():
        await clinic.lose_answer(message)
    clinic.later(HOUR)

    def spoil(message: dict[str, Any]) -> None:
        if message["to"] == "+12125552001":
            message["body"] = ["no", "text"]

    twilio.changes = spoil
    with pytest.raises(ExceptionGroup, match="Not everything"):
        await clinic.reconcile()
    states = {address[-4:]: message.state for address, message in (await clinic.by_address()).items()}
    assert states == {"2000": "sent", "2001": "unknown", "2002": "sent"}


async def test_a_cursor_that_is_refused_begins_the_day_anew(
    clinic: Clinic, clock: Clock, twilio: Between
) -> None:
    clock.at = clock.at.replace(hour=9)  # so that there is one day to search
    await clinic.fire_for(*(f"+1 212 555 {2000 + n}" for n in range(230)))
    clinic.later(5 * HOUR)
    twilio.refuses = lambda request: say(429, BUSY) if request.query.get("Page") == "2" else None
    assert (await clinic.reconcile())["receipts"] == 0  # cut short at its third page: 200 are settled by then
    [search] = (await clinic.stores.history_searches.page(clinic.company_id, limit=10)).items
    assert search.cursor is not None
    clinic.later(0.1 * HOUR)
    twilio.refuses = lambda request: say(400, NO_SUCH_PAGE) if "PageToken" in request.query else None
    await clinic.reconcile()
    [search] = (await clinic.stores.history_searches.page(clinic.company_id, limit=10)).items
    assert search.cursor is None
    clinic.later(0.1 * HOUR)
    twilio.refuses = lambda request: None
    assert (await clinic.reconcile())["receipts"] == 30


async def test_a_redacted_number_keeps_absence_from_being_proven(clinic: Clinic, twilio: Between) -> None:
    await clinic.fire_for(LOST)
    twilio.changes = lambda message: message.update(to="+1212555XXXX")
    clinic.later(5 * HOUR)
    assert (await clinic.reconcile())["unknown"] == 1


@pytest.mark.parametrize("hours", [5, 29])
async def test_without_credentials_the_policy_waits_for_a_day_more(clinic: Clinic, hours: int) -> None:
    await clinic.fire_for(ABSENT, unknown_policy=UnknownPolicy.GIVE_UP)
    await clinic.set_credentials("texts", {})
    clinic.later(hours * HOUR)
    await clinic.reconcile()
    [message] = await clinic.messages()
    assert message.state is (MessageState.FAILED if hours == 29 else MessageState.UNKNOWN)
    assert message.code == ("given_up" if hours == 29 else "20500")


async def test_without_credentials_and_policy_it_is_left_to_a_person_in_the_end(clinic: Clinic) -> None:
    await clinic.fire_for(LOST)
    await clinic.set_credentials("texts", {})
    clinic.later(29 * HOUR)
    assert (await clinic.reconcile())["unknown"] == 1
    assert (await clinic.reconcile())["searched"] == 0
