"""One person's page: everything once and in order, whatever it is found by, page by page."""

from collections.abc import Sequence
from datetime import datetime, timedelta
from typing import Any

import pytest

from shared.domain.campaigns.audience import Everybody
from shared.domain.contacts.consent import WordMeaning
from shared.domain.contacts.contact import Consent, ContactAddress
from shared.domain.contacts.contact_changes import Author, ChangedBy
from shared.domain.contacts.opt_out import OptOutSource, ended
from shared.domain.errors import InvalidInput, NotFound
from shared.domain.messages.failure import Failure, FailureStep, failure_of
from shared.domain.messages.message import MessageState
from shared.domain.messages.reply import Reply
from shared.domain.record import replace
from shared.domain.replies.asked import ReplyMeaning
from shared.usecases.contacts.change_contacts import change_contacts
from shared.views.kit.paging import PageAsked
from shared.views.timeline import get_timeline
from shared.views.timeline_entries import TimelineEntry, TimelineKind
from tests.kit.builders import NOON, a_message, an_opt_out
from tests.kit.clinic import Clinic
from tests.usecases.fires.test_people import ANA, BEN, SMS, STAFF, a_person, know, ready

MINUTE = timedelta(minutes=1)
K = TimelineKind


async def page_through(
    clinic: Clinic,
    limit: int = 100,
    contact_id: str = "ana",
    kinds: Sequence[TimelineKind] = (),
    **range: Any,
) -> list[TimelineEntry]:
    """Everything, page by page."""
    found: list[TimelineEntry] = []
    after: str | None = None
    for _ in range_of_pages():
        asked = PageAsked(limit, after, **range)
        page = await get_timeline(clinic.runtime, "acme", asked, contact_id, kinds=kinds)
        assert len(page.items) <= limit
        found += page.items
        if (after := page.next_after) is None:
            return found
    raise AssertionError("the pages do not end")


def range_of_pages() -> range:
    """More pages than any test has."""
    return range(200)


def ids(entries: Sequence[TimelineEntry]) -> list[str]:
    return [entry.id for entry in entries]


async def furnish(clinic: Clinic, at: datetime) -> None:
    """Ana with something of everything; several things at the same moment."""
    stores = clinic.stores
    clinic.stop_clock(at)
    await know(clinic, a_person("ana", ANA))
    for number in range(4):
        moment = at + MINUTE * (number // 2)
        message = a_message(id=f"m{number}", created_at=moment, contact_id=None if number % 2 else "ana")
        await stores.messages.save("acme", message.id, message)
        reply = Reply(
            id=f"r{number}", sender_id="texts", channel=SMS, address=ANA, body="?", received_at=moment,
            meaning=ReplyMeaning.UNCLEAR, consent=WordMeaning.OPT_OUT if number == 3 else None,
        )  # fmt: skip
        await stores.replies.save("acme", reply.id, reply)
        failure = Failure(
            id=f"f{number}", step=FailureStep.RENDER, field="name", value="", kind="k", reason="r",
            created_at=moment, values={"phone": "(212) 555-0187"} if number else {},
            contact_id=None if number else "ana",
        )  # fmt: skip
        await stores.failures.save("acme", failure.id, failure)
    over = ended(an_opt_out(ANA, changed_at=at), OptOutSource.API, at + MINUTE)
    await stores.opt_outs.save("acme", over.id, over)


@pytest.mark.parametrize("limit", [1, 2, 3, 5, 100])
async def test_pages_of_any_size_hold_everything_once_newest_first(clinic: Clinic, limit: int) -> None:
    await furnish(clinic, NOON)
    whole = await page_through(clinic)
    assert len(set(ids(whole))) == len(whole) == 4 + 4 + 4 + 2 + 1
    assert [entry.at for entry in whole] == sorted((entry.at for entry in whole), reverse=True)
    assert ids(await page_through(clinic, limit)) == ids(whole)


async def test_what_comes_in_while_somebody_pages_moves_nothing(clinic: Clinic) -> None:
    await furnish(clinic, NOON)
    whole = ids(await page_through(clinic))
    first = await get_timeline(clinic.runtime, "acme", PageAsked(4), "ana")
    new = a_message(id="new", created_at=NOON + MINUTE * 9, contact_id="ana")
    await clinic.stores.messages.save("acme", new.id, new)
    rest = await get_timeline(clinic.runtime, "acme", PageAsked(100, first.next_after), "ana")
    assert ids(first.items) + ids(rest.items) == whole


@pytest.mark.parametrize("limit", [1, 100])
@pytest.mark.parametrize(
    ("kinds", "prefixes"),
    [
        ((K.MESSAGE,), {"messages": 4}),
        ((K.FAILURE,), {"failures": 4}),
        ((K.REPLY,), {"replies": 4}),
        ((K.CONSENT,), {"opt_outs": 2, "replies": 1}),
        ((K.EDIT,), {"contact_changes": 1}),
        ((K.IMPORT,), {}),
        ((K.APPOINTMENT,), {}),
        ((K.EDIT, K.MESSAGE), {"contact_changes": 1, "messages": 4}),
    ],
)
async def test_only_the_kinds_that_are_asked_for(
    clinic: Clinic, limit: int, kinds: tuple[TimelineKind, ...], prefixes: dict[str, int]
) -> None:
    await furnish(clinic, NOON)
    found = ids(await page_through(clinic, limit, kinds=kinds))
    counted = {name: sum(one.startswith(f"{name}.") for one in found) for name in prefixes}
    assert (counted, len(found)) == (prefixes, sum(prefixes.values()))


async def test_a_range_of_time(clinic: Clinic) -> None:
    await furnish(clinic, NOON)
    whole = await page_through(clinic)
    late = await page_through(clinic, 2, since=NOON + MINUTE)
    early = await page_through(clinic, 2, until=NOON + MINUTE)
    assert ids(late) + ids(early) == ids(whole)
    assert {entry.at for entry in early} == {NOON}
    with pytest.raises(InvalidInput):
        await page_through(clinic, since=NOON, until=NOON)


async def test_what_is_by_the_address_alone_says_so(clinic: Clinic) -> None:
    await furnish(clinic, NOON)
    by_address = {entry.id for entry in await page_through(clinic) if entry.is_by_address}
    assert by_address == {
        *("messages.m1", "messages.m3", "failures.f1", "failures.f2", "failures.f3"),
        *(f"replies.r{number}" for number in range(4)),
    }


async def test_who_shares_an_address_has_a_page_of_their_own(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA), a_person("ben", ANA))
    for owner in ("ana", "ben", None):
        message = a_message(id=f"m-{owner}", contact_id=owner)
        await clinic.stores.messages.save("acme", message.id, message)
        reply = Reply(
            id=f"r-{owner}", sender_id="texts", channel=SMS, address=ANA, body="1", received_at=NOON,
            meaning=ReplyMeaning.ANSWER, message_id=message.id,
        )  # fmt: skip
        await clinic.stores.replies.save("acme", reply.id, reply)
    for contact_id in ("ana", "ben"):
        found = await page_through(clinic, 2, contact_id, (K.MESSAGE, K.REPLY))
        owners = [contact_id, "None"]
        assert sorted(ids(found)) == sorted(
            [*(f"messages.m-{one}" for one in owners), *(f"replies.r-{one}" for one in owners)]
        )


async def test_edits_imports_and_consent_are_told_apart(clinic: Clinic) -> None:
    clock = clinic.stop_clock(NOON)
    ana = a_person("ana", ANA)
    await know(clinic, ana)
    clock.at += MINUTE
    imports = Author(ChangedBy.IMPORT, "import1")
    tagged = replace(ana, tags=("vip",))
    await change_contacts(clinic.runtime, "acme", {"ana": lambda _: tagged}, imports)
    clock.at += MINUTE
    agreed = ContactAddress(channel=SMS, address=ANA, is_preferred=True, consent=Consent.SUBSCRIBED)
    await know(clinic, replace(tagged, addresses=(agreed,)))
    found = await page_through(clinic)
    assert [entry.kinds for entry in found] == [(K.CONSENT,), (K.IMPORT,), (K.EDIT,)]
    assert len(await page_through(clinic, kinds=(K.CONSENT,))) == 1


async def test_of_a_message_that_failed_its_failure_says_nothing_more(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA))
    failed = a_message(state=MessageState.FAILED, contact_id="ana", appointment_key="a1")
    await clinic.stores.messages.save("acme", failed.id, failed)
    failure = failure_of(failed, FailureStep.SEND, "address", "provider 21211", "No such number.", NOON)
    await clinic.stores.failures.save("acme", failure.id, failure)
    found = await page_through(clinic, kinds=(K.MESSAGE, K.FAILURE, K.APPOINTMENT))
    assert [entry.kinds for entry in found] == [(K.MESSAGE, K.APPOINTMENT)]


async def test_a_page_of_who_was_deleted_and_of_nobody(clinic: Clinic) -> None:
    await know(clinic, a_person("ana", ANA))
    await ready(clinic, Everybody())
    await clinic.fire()
    await change_contacts(clinic.runtime, "acme", {"ana": lambda _: None}, STAFF)
    kinds = {entry.kind for entry in await page_through(clinic)}
    assert kinds == {K.MESSAGE, K.EDIT}
    with pytest.raises(NotFound):
        await page_through(clinic, contact_id="nobody")


async def test_a_page_reads_no_more_of_each_list_than_it_shows(clinic: Clinic) -> None:
    """The work of a page is bounded: it does not grow with what there is."""
    await know(clinic, a_person("ana", ANA), a_person("ben", BEN))
    for number in range(60):
        message = a_message(id=f"m{number}", created_at=NOON + MINUTE * number, contact_id="ana")
        await clinic.stores.messages.save("acme", message.id, message)
    asked = PageAsked(5)
    first = await get_timeline(clinic.runtime, "acme", asked, "ana", kinds=(K.MESSAGE,))
    assert [entry.id for entry in first.items] == [f"messages.m{number}" for number in range(59, 54, -1)]
    sparse = await get_timeline(clinic.runtime, "acme", asked, "ana", kinds=(K.APPOINTMENT,))
    assert (sparse.items, sparse.next_after is None) == ([], False)
