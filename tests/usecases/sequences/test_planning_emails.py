"""Times as they are stored: capacity, several mailboxes, late days, mailboxes that are paused."""

from collections import Counter
from datetime import date, timedelta
from itertools import pairwise

from shared.domain.sequences.mailbox import WarmUp
from shared.domain.sequences.scheduled_email import EmailStatus
from tests.kit.sequence_records import a_mailbox
from tests.kit.sequences import PostOffice
from tests.usecases.sequences.conftest import MONDAY


def people(count: int) -> list[str]:
    return [f"p{number:02}@example.com" for number in range(count)]


async def test_the_first_of_them_today_and_the_rest_tomorrow_evenly(office: PostOffice) -> None:
    second = a_mailbox(id="other", email="other@acme-clinics.com", daily_capacity=4)
    await office.open(a_mailbox(daily_capacity=8), second)
    await office.enroll(*await office.know(*people(18)))
    emails = await office.emails()
    by_day = Counter((one.mailbox_id, one.send_at.day) for one in emails if one.send_at)
    assert by_day == {("mails", 30): 8, ("other", 30): 4, ("mails", 1): 4, ("other", 1): 2}
    times = sorted(one.send_at for one in emails if one.send_at and one.mailbox_id == "mails")
    assert times[0] == MONDAY.replace(hour=9)
    assert {b - a for a, b in pairwise(times[:8])} == {timedelta(hours=1)}
    assert {b - a for a, b in pairwise(times[8:])} == {timedelta(hours=2)}
    plan = await office.plan()
    assert plan.finishes_at["welcome"].date() == date(2026, 12, 8)
    assert plan.unplaced == 0


async def test_a_new_mailbox_warms_up(office: PostOffice) -> None:
    ramp = WarmUp(begins_on=MONDAY.date(), first_day=2, more_each_day=3)
    await office.open(a_mailbox(warm_up=ramp))
    await office.enroll(*await office.know(*people(10)))
    by_day = Counter(one.send_at.day for one in await office.emails() if one.send_at)
    assert by_day == {30: 2, 1: 5, 2: 3}


async def test_follow_ups_come_from_the_first_mailbox_and_before_first_emails(office: PostOffice) -> None:
    second = a_mailbox(id="other", email="other@acme-clinics.com", daily_capacity=2)
    await office.open(a_mailbox(daily_capacity=2), second)
    await office.enroll(*await office.know(*people(10)))
    await office.go_to(MONDAY + timedelta(days=30))
    sent = await office.messages()
    assert len(sent) == 30
    senders = {one.address: {each.sender_id for each in sent if each.address == one.address} for one in sent}
    assert all(len(ids) == 1 for ids in senders.values())
    loads = Counter((one.sender_id, one.sent_at.date()) for one in sent if one.sent_at)
    assert max(loads.values()) == 2
    waits = [one for one in await office.emails() if one.is_follow_up]
    assert all(one.send_at and one.open_on for one in waits)
    days = [one.send_at.date() - one.open_on for one in waits if one.send_at and one.open_on]
    assert max(days) <= timedelta(days=2)


async def test_what_is_late_finds_new_places_and_is_not_sent_at_once(office: PostOffice) -> None:
    await office.open(a_mailbox(daily_capacity=8))
    await office.enroll(*await office.know(*people(8)))
    office.clock.at = MONDAY.replace(hour=14, minute=30)  # nothing ran all day
    await office.tick()
    await office.ask_and_tick()
    emails = await office.emails()
    assert all(one.status is EmailStatus.PENDING and one.send_at for one in emails)
    times = sorted((one.send_at - MONDAY) // timedelta(hours=1) for one in emails if one.send_at)
    assert times == [7, 8, *(24 + hour for hour in (1, 2, 3, 5, 6, 7))]  # at 15 and 16 o'clock, then tomorrow
    await office.go_to(MONDAY + timedelta(days=1, hours=10))
    assert len(await office.clinic.accepted()) == 8
