"""Bringing people in by hand, list, segment and file: each once, their first email on the next valid day."""

from datetime import timedelta

from shared.domain.campaigns.audience import (
    Chosen,
    FileRows,
    ListMembers,
    PastedAddresses,
    PeopleAudience,
    PickedContacts,
    SegmentMembers,
)
from shared.domain.contacts.contact_list import ContactList
from shared.domain.contacts.segment import HasTag, Segment
from shared.domain.sequences.enrolling import Enrolling, EnrollingState
from shared.usecases.contacts.save_opt_out import save_opt_out
from shared.usecases.run_job import run_job
from shared.usecases.sequences.advance_sequences import advance_sequences
from shared.usecases.sequences.start_enrolling import start_enrolling
from tests.kit.builders import NOON
from tests.kit.sequence_records import EMAIL
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY


async def enrolled(office: PostOffice, *chosen: Chosen, item_id: str = "e") -> Enrolling:
    audience = PeopleAudience(include=chosen)
    await start_enrolling(office.runtime, office.company_id, "welcome", audience, item_id, "test")
    return await office.stores.enrollings.get(office.company_id, item_id)


def counts(one: Enrolling) -> tuple[int, int, int, int]:
    return one.enrolled, one.already, one.without_address, one.refused


async def test_by_hand_list_segment_file_and_address_each_person_once(office: PostOffice) -> None:
    await office.open()
    await office.know("ana@example.com")
    await office.know("ben@example.com", tags=("vip",))
    await office.know("cleo@example.com", list_ids=("news",))
    lists, segments = office.stores.contact_lists, office.stores.segments
    await lists.save(
        office.company_id, "news", ContactList(id="news", name="News", created_at=NOON, updated_at=NOON)
    )
    vip = Segment(id="vip", name="VIP", criterion=HasTag(value="vip"), created_at=NOON, updated_at=NOON)
    await segments.save(office.company_id, "vip", vip)
    file = await office.clinic.load(
        {"Email": "dan@example.com", "Patient": "Dan"}, {"Email": "ana@example.com"}
    )
    done = await enrolled(
        office,
        PickedContacts(contact_ids=("ana",)),
        SegmentMembers(segment_id="vip"),
        ListMembers(list_id="news"),
        FileRows(file_id=file.id),
        PastedAddresses(channel=EMAIL, addresses=("eve@example.com",)),
    )
    assert (done.state, counts(done)) == (EnrollingState.DONE, (5, 0, 0, 0))
    assert not any(isinstance(one, PastedAddresses) for one in done.audience.include)
    assert [one.address.partition("@")[0] for one in await office.enrollments()] == [
        "ana", "ben", "cleo", "dan", "eve",
    ]  # fmt: skip
    await office.go_to(MONDAY.replace(hour=18))
    bodies = {one["handset"]: one["body"].strip() for one in await office.clinic.accepted()}
    assert bodies["dan@example.com"] == "First to Dan."


async def test_nobody_is_enrolled_twice_and_some_not_at_all(office: PostOffice) -> None:
    await office.open()
    await office.know("ana@example.com", "ben@example.com")
    await save_opt_out(office.runtime, office.company_id, EMAIL, "ben@example.com")
    assert counts(await enrolled(office, PickedContacts(contact_ids=("ana", "ben")))) == (1, 0, 0, 1)
    again = await enrolled(office, PickedContacts(contact_ids=("ana", "ben")), item_id="again")
    assert counts(again) == (0, 1, 0, 1)
    assert len(await office.emails()) == 1


async def test_who_came_by_an_address_and_is_a_contact_since_is_in_it_already(office: PostOffice) -> None:
    await office.open()
    pasted = PastedAddresses(channel=EMAIL, addresses=("Ana@Example.com",))
    assert counts(await enrolled(office, pasted)) == (1, 0, 0, 0)
    await office.know("ana@example.com")
    by_hand = PickedContacts(contact_ids=("ana",))
    assert counts(await enrolled(office, by_hand, item_id="by-hand")) == (0, 1, 0, 0)
    assert counts(await enrolled(office, pasted, item_id="again")) == (0, 1, 0, 0)
    assert len(await office.enrollments()) == 1


async def test_who_shares_an_address_is_told_apart_by_contact_or_name(office: PostOffice) -> None:
    await office.open()
    file = await office.clinic.load({"Email": "home@example.com", "Patient": "Dan"})
    assert counts(await enrolled(office, FileRows(file_id=file.id))) == (1, 0, 0, 0)
    await office.know("home@example.com")  # of the name Home
    assert counts(await enrolled(office, PickedContacts(contact_ids=("home",)), item_id="b")) == (1, 0, 0, 0)
    assert counts(await enrolled(office, FileRows(file_id=file.id), item_id="c")) == (0, 1, 0, 0)
    assert len(await office.enrollments()) == 2


async def test_after_hours_and_on_a_weekend_it_is_the_next_valid_day(office: PostOffice) -> None:
    office.clock.at = MONDAY.replace(hour=18) + timedelta(days=4)  # Friday evening
    await office.open(closed_days=((MONDAY + timedelta(days=7)).date(),))
    await office.enroll(*await office.know("ana@example.com"))
    [email] = await office.emails()
    assert email.send_at == MONDAY.replace(hour=9) + timedelta(days=8)


async def test_one_that_was_cut_short_goes_on(office: PostOffice) -> None:
    await office.open()
    await office.know("ana@example.com")
    office.clinic.runs_jobs = False
    await enrolled(office, PickedContacts(contact_ids=("ana",)))
    office.clinic.published.clear()  # the announcement is lost
    office.clinic.runs_jobs = True
    await advance_sequences(office.runtime, office.clock.at)
    assert len(await office.enrollments()) == 1
    for job in list(office.clinic.published):  # once more, all of it
        await run_job(office.runtime, job)
    assert len(await office.emails()) == 1
